"""A reply into a channel, or in place of a message that is there already: `frontend.Send` over the Web API."""

from __future__ import annotations

from chatbot.delivery import ChatGone
from chatbot.reply import Reply
from chatbot.slack.api import SlackApi
from chatbot.slack.render import render


async def post(api: SlackApi, target: str, reply: Reply, *, edit: str = "", thread: str = "") -> str:
    """A message's id is its timestamp. What is said under another one is shown in the channel too, unless it is quiet:
    a thread alone calls nobody."""
    messages = render(reply)
    if edit:
        if len(messages) != 1 or messages[0].file is not None:
            raise ChatGone("it does not fit into one message of text")
        await api.update(target, edit, messages[0].text, messages[0].blocks)
        return edit
    return [await api.post(target, message, thread, aloud=not reply.quiet) for message in messages][-1]
