"""A reply into a chat, or in place of a message that is there already: `frontend.Send` over the Bot API."""

from __future__ import annotations

from chatbot.delivery import ChatGone, ChatRefused
from chatbot.reply import Reply
from chatbot.telegram.api import TelegramApi
from chatbot.telegram.render import render


async def post(api: TelegramApi, target: str, reply: Reply, *, edit: str = "", thread: str = "") -> str:
    """`target` is the number of a chat, or of a topic in it (`-100123/45`)."""
    chat, _, topic = target.partition("/")
    try:
        chat_id, topic_id = int(chat), int(topic) if topic else None
    except ValueError as wrong:
        raise ChatRefused(f"not a chat id: {target!r}") from wrong
    messages = render(reply)
    if edit:
        if len(messages) != 1 or messages[0].file is not None:
            raise ChatGone("it does not fit into one message of text")
        return str(await api.edit(chat_id, int(edit), messages[0]))
    answers = int(thread) if thread else None
    return str([await api.send(chat_id, message, topic_id, answers, quiet=reply.quiet) for message in messages][-1])
