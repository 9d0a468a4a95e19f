"""Telegram's Bot API through python-telegram-bot's `Bot`; its errors as ours. The only file that imports `telegram`.

`telegram.ext` is left out on purpose: its `Updater` confirms updates before anybody has kept them, and one update it
cannot parse makes it fetch the same batch for ever."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from chatbot.delivery import (
    ChatBusy,
    ChatConflict,
    ChatForbidden,
    ChatGone,
    ChatRefused,
    ChatUnanswered,
    ChatUnreachable,
)
from chatbot.reply import Button
from chatbot.telegram.moves import present
from chatbot.telegram.render import MAX_TEXT, Message

os.environ.setdefault("PTB_TIMEDELTA", "true")  # its future form of RetryAfter; without this every one is a warning

ALLOWED_UPDATES = ["message", "callback_query"]
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


_FIRST_ID = re.compile(rb'"update_id"\s*:\s*(\d{1,15})(?!\d)')


class _Unreadable(TelegramError):
    """JSON that Python does not take apart: nested too deep, or a number of thousands of digits."""

    def __init__(self, payload: bytes) -> None:
        super().__init__("unreadable answer")
        found = _FIRST_ID.search(payload)
        self.update_id = int(found[1]) if found else None


class _Requests(HTTPXRequest):
    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = json.loads(payload.decode("utf-8", "replace"))
        except json.JSONDecodeError as cut_off:  # asked again, it may be whole
            raise TelegramError("Invalid server response") from cut_off
        except (RecursionError, ValueError) as err:
            raise _Unreadable(payload) from err
        return answer


class _RawBot(Bot):
    async def raw_updates(self, offset: int | None, seconds: int) -> list[object]:
        """getUpdates without parsing: `Bot.get_updates` fails as a whole when one update is malformed."""
        data: dict[str, Any] = {"timeout": seconds, "offset": offset, "allowed_updates": ALLOWED_UPDATES}
        try:
            result: object = await self._post("getUpdates", data, read_timeout=seconds + 10)
        except _Unreadable:
            return await self._one_update(data | {"timeout": 0, "limit": 1})
        return result if isinstance(result, list) else []

    async def _one_update(self, data: dict[str, Any]) -> list[object]:
        """The first of a batch that cannot be read as a whole; of an unreadable one nothing but its id, so that it can
        be confirmed and those behind it come."""
        try:
            result: object = await self._post("getUpdates", data)
        except _Unreadable as bad:
            if bad.update_id is None:
                raise
            return [{"update_id": bad.update_id}]
        return result if isinstance(result, list) else []


class TelegramApi:
    """Calls of the Bot API. Every method raises ChatUnreachable, ChatBusy or ChatForbidden; further errors are named.

    `api_url` is the address without a path, such as https://api.telegram.org."""

    def __init__(self, token: str, api_url: str) -> None:
        _silence_libraries()
        ssl_context = httpx.create_ssl_context()  # made once for both clients: each holds every root certificate

        def requests(connections: int) -> HTTPXRequest:
            return _Requests(
                connection_pool_size=connections,
                connect_timeout=10.0,
                read_timeout=15.0,
                pool_timeout=15.0,
                httpx_kwargs={"verify": ssl_context},
            )

        base = api_url.rstrip("/")
        self._bot = _RawBot(
            token, f"{base}/bot", f"{base}/file/bot", request=requests(16), get_updates_request=requests(1)
        )
        self.moved: dict[int, int] = {}
        """Groups that became supergroups: what is meant for the old id goes to the new one."""
        self.bot_id = 0
        self.bot_name = ""

    async def connect(self) -> None:
        """Check the token, learn our own name, and take updates by polling."""
        with _own_errors():
            await self._bot.initialize()
            self.bot_id, self.bot_name = self._bot.id, self._bot.username
            await self._bot.delete_webhook()

    async def updates(self, offset: int | None, seconds: int) -> list[object]:
        """Waits up to `seconds` for updates; `offset` confirms all below it. ChatConflict: somebody else polls."""
        with _own_errors():
            return await self._bot.raw_updates(offset, seconds)

    async def send(
        self,
        chat_id: int,
        message: Message,
        topic: int | None = None,
        answers: int | None = None,
        *,
        quiet: bool = False,
    ) -> int:
        """The new message's id; `quiet`: without a sound. ChatRefused: chat unknown, bot blocked."""
        chat_id = present(chat_id, self.moved)
        with _own_errors():
            try:
                return await self._send(chat_id, message, topic, answers, quiet)
            except ChatMigrated as moved:
                self.moved[chat_id] = moved.new_chat_id
                return await self._send(moved.new_chat_id, message, topic, answers, quiet)

    async def _send(self, chat_id: int, message: Message, topic: int | None, answers: int | None, quiet: bool) -> int:
        reply_to = ReplyParameters(answers, allow_sending_without_reply=True) if answers is not None else None
        common: dict[str, Any] = {
            "message_thread_id": topic,
            "reply_parameters": reply_to,
            "reply_markup": _keyboard(message.buttons),
            "disable_notification": quiet or None,
        }
        try:
            if message.picture is not None:
                sent = await self._bot.send_photo(
                    chat_id, message.picture.png, caption=message.html or None, parse_mode="HTML", **common
                )
            elif message.document is not None:
                file = InputFile(message.document.content, filename=message.document.name)
                sent = await self._bot.send_document(
                    chat_id, file, caption=message.html or None, parse_mode="HTML", **common
                )
            else:
                sent = await self._bot.send_message(
                    chat_id, message.html, parse_mode="HTML", link_preview_options=_NO_PREVIEW, **common
                )
        except BadRequest as refusal:
            if "chat not found" in refusal.message.lower():
                raise
            sent = await self._bot.send_message(chat_id, _plain(message), **common)
        return int(sent.message_id)

    async def edit(self, chat_id: int, message_id: int, message: Message) -> int:
        """Replace the words and buttons of a message; those under a picture have room for a caption. ChatGone: too
        old, gone, or too long for it."""
        chat_id = present(chat_id, self.moved)
        keyboard = _keyboard(message.buttons)
        with _own_errors(gone=True), _unchanged_is_fine():
            try:
                await self._bot.edit_message_text(
                    message.html,
                    chat_id,
                    message_id,
                    parse_mode="HTML",
                    reply_markup=keyboard,
                    link_preview_options=_NO_PREVIEW,
                )
            except BadRequest as refusal:
                if "no text in the message" not in refusal.message.lower():
                    raise
                await self._bot.edit_message_caption(
                    chat_id, message_id, caption=message.html, parse_mode="HTML", reply_markup=keyboard
                )
            except ChatMigrated as moved:
                self.moved[chat_id] = moved.new_chat_id
                raise ChatGone("the group has become a supergroup") from moved
        return message_id

    async def close_message(self, chat_id: int, message_id: int, text: str, entities: Sequence[dict[str, Any]]) -> int:
        """Set a message's text, its old formatting kept, and take its buttons away. ChatRefused as `edit`."""
        with _own_errors(), _unchanged_is_fine():
            await self._bot.edit_message_text(
                text,
                chat_id,
                message_id,
                link_preview_options=_NO_PREVIEW,
                api_kwargs={"entities": json.dumps(list(entities))},
            )
        return message_id

    async def remove_buttons(self, chat_id: int, message_id: int) -> int:
        """ChatRefused as `edit`."""
        with _own_errors(), _unchanged_is_fine():
            await self._bot.edit_message_reply_markup(chat_id, message_id, reply_markup=None)
        return message_id

    async def answer_press(self, query_id: str) -> None:
        """Stop the button's spinner. ChatRefused: pressed too long ago."""
        with _own_errors():
            await self._bot.answer_callback_query(query_id)

    async def show_typing(self, chat_id: int, topic: int | None) -> None:
        with _own_errors():
            await self._bot.send_chat_action(chat_id, "typing", message_thread_id=topic)

    async def set_menu(self, commands: Sequence[tuple[str, str]], language: str | None) -> None:
        """The menu behind the / button; `language` None: for everybody without a menu of their own."""
        with _own_errors():
            await self._bot.set_my_commands([BotCommand(name, text) for name, text in commands], language_code=language)

    async def close(self) -> None:
        await self._bot.shutdown()


def _keyboard(rows: Sequence[Sequence[Button]]) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup([[InlineKeyboardButton(b.label, callback_data=b.action) for b in row] for row in rows])


def _plain(message: Message) -> str:
    """The same without markup: the last resort for a message Telegram does not accept."""
    text = message.html
    for tag in ("b", "pre"):
        text = text.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    alt = f"[{message.picture.alt}]" if message.picture is not None else ""
    name = f"[{message.document.name}]" if message.document is not None else ""
    return "\n".join(part for part in (alt, name, unescape(text)) if part)[: MAX_TEXT // 2]


_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@contextmanager
def _own_errors(*, gone: bool = False) -> Iterator[None]:
    """`gone`: a bad request is about the message to edit."""
    try:
        yield
    except RetryAfter as busy:
        wait = busy.retry_after
        seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
        raise ChatBusy(busy.message, retry_after=seconds) from busy
    except InvalidToken as wrong:  # its own text quotes the token
        raise ChatForbidden("token rejected (401 or 404)") from wrong.__cause__
    except Conflict as conflict:
        raise ChatConflict(conflict.message) from conflict
    except (BadRequest, Forbidden) as refusal:
        kind = ChatGone if gone and isinstance(refusal, BadRequest) else ChatRefused
        raise kind(refusal.message) from refusal
    except TelegramError as failure:
        never = isinstance(failure.__cause__, _NEVER_SENT)
        raise (ChatUnreachable if never else ChatUnanswered)(failure.message) from failure


@contextmanager
def _unchanged_is_fine() -> Iterator[None]:
    try:
        yield
    except BadRequest as refusal:
        if "message is not modified" not in refusal.message.lower():
            raise


def _silence_libraries() -> None:
    """httpx logs every address, and Telegram's contain the token; every failure reaches us as an exception anyway."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
