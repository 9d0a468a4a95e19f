"""Slack's Web API through slack-sdk's `AsyncWebClient`; its errors as ours. The only file that imports `slack_sdk`."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from chatbot.delivery import (
    ChatBusy,
    ChatError,
    ChatForbidden,
    ChatGone,
    ChatRefused,
    ChatUnanswered,
    ChatUnreachable,
)
from chatbot.slack.render import Block, Message

log = structlog.get_logger(__name__)

_TOKEN_ERRORS = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type"}
)
_SERVICE_ERRORS = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "unknown"})
_ABOUT_THREADS = re.compile("thread|message_not_found|cannot_reply")
_UNEDITABLE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "msg_too_long"})
_PEOPLE = frozenset({"U", "W"})
"""A person's id is good for posting words, not for editing and for files: these need the conversation with them."""
_QUIET = logging.getLogger("slack_quiet")
"""slack-sdk logs what it also raises; we explain it ourselves, once."""


@dataclass(frozen=True, slots=True)
class Bot:
    """Whom the bot token belongs to."""

    name: str
    user_id: str
    bot_id: str
    team_id: str
    token: str = field(repr=False)


class SlackApi:
    """Calls of the Web API. Every method raises ChatUnreachable, ChatBusy or ChatForbidden; posting ChatRefused too.

    `api_url` is the address without a path, such as https://slack.com."""

    def __init__(self, bot_token: str, app_token: str, api_url: str) -> None:
        _QUIET.setLevel(logging.CRITICAL + 1)
        self._app_token = app_token
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20, connect=10))
        self._bot_token = bot_token
        self._direct: dict[str, str] = {}
        """Conversations with people, by the person's id."""
        self.client = AsyncWebClient(
            token=bot_token,
            base_url=f"{api_url.rstrip('/')}/api/",
            session=self._session,
            logger=_QUIET,
            retry_handlers=[],  # its own retry sends a message again whose answer was lost
        )

    async def check(self) -> Bot:
        """Check the bot token."""
        with _own_errors():
            answer = await self.client.auth_test()
        name, user, bot, team = (str(answer.get(key) or "") for key in ("user", "user_id", "bot_id", "team_id"))
        return Bot(name, user, bot, team, self._bot_token)

    async def open_link(self) -> aiohttp.ClientWebSocketResponse:
        """A new Socket Mode connection; every address is good for one."""
        with _own_errors():
            answer = await self.client.apps_connections_open(app_token=self._app_token)
            return await self._session.ws_connect(
                str(answer["url"]), heartbeat=15, timeout=aiohttp.ClientWSTimeout(ws_close=2)
            )

    async def post(self, channel: str, message: Message, thread: str = "", *, aloud: bool = False) -> str:
        """The new message's timestamp, which is its id. `thread`: the message it is said under, `aloud`: and in the
        channel too; where that one is gone, it is said in the channel alone."""
        channel = await self._conversation(channel)
        await self.upload(channel, message, thread)
        try:
            return await self._post(channel, message, thread, aloud)
        except ChatRefused as refusal:
            if not thread or not _ABOUT_THREADS.search(str(refusal)):
                raise
            return await self._post(channel, message, "", aloud)

    async def _post(self, channel: str, message: Message, thread: str, aloud: bool) -> str:
        with _own_errors():
            answer = await self.client.chat_postMessage(
                channel=channel,
                text=message.text,
                blocks=list(message.blocks),
                thread_ts=thread or None,
                reply_broadcast=(aloud and bool(thread)) or None,
                unfurl_links=False,
                unfurl_media=False,
            )
        if channel[:1] in _PEOPLE:
            self._direct[channel] = str(answer.get("channel") or channel)
        return str(answer["ts"])

    async def update(self, channel: str, message_ts: str, text: str, blocks: tuple[Block, ...]) -> None:
        """Replace a message of ours. ChatGone: deleted, or too old to be edited."""
        where = await self._conversation(channel)
        try:
            with _own_errors():
                await self.client.chat_update(channel=where, ts=message_ts, text=text, blocks=list(blocks))
        except ChatRefused as refusal:
            if where[:1] in _PEOPLE or str(refusal) in _UNEDITABLE:
                raise ChatGone(str(refusal)) from refusal
            raise

    async def publish(self, user_id: str, blocks: tuple[Block, ...]) -> None:
        """What a person's Home tab shows. ChatRefused: the app has none, or no such person."""
        with _own_errors():
            await self.client.views_publish(user_id=user_id, view={"type": "home", "blocks": list(blocks)})

    async def respond(self, response_url: str, body: dict[str, Any]) -> None:
        """Answer a slash command or a press. ChatRefused: the address has expired or was used five times."""
        with _own_errors():
            async with self._session.post(response_url, json=body) as answer:
                if answer.status == 429:
                    raise ChatBusy("429", retry_after=_seconds(answer.headers.get("Retry-After")))
                if answer.status >= 500:
                    raise ChatUnreachable(f"HTTP {answer.status}")
                if answer.status >= 400:
                    raise ChatRefused(f"HTTP {answer.status} {(await answer.text())[:100]}")

    async def upload(self, channel: str, message: Message, thread: str = "") -> bool:
        """The picture and the document of `message`, if it has them. False: Slack does not take them there (no right,
        not a member); the words go without."""
        taken = True
        if message.file is not None:
            channel = await self._conversation(channel)
        if (picture := message.picture) is not None:
            taken = await self._upload(channel, picture.png, "picture.png", picture.alt, thread)
        if (document := message.document) is not None:
            taken = await self._upload(channel, document.content, document.name, document.name, thread) and taken
        return taken

    async def _conversation(self, channel: str) -> str:
        """The conversation that is meant: it is the same one after a restart, so that what was posted there can be
        edited. Where the app may not ask (no im:write), the answer to the next post tells."""
        if channel[:1] not in _PEOPLE or channel in self._direct:
            return self._direct.get(channel, channel)
        try:
            with _own_errors():
                answer = await self.client.conversations_open(users=channel)
        except ChatRefused as refusal:
            log.info("slack_conversation_not_opened", user=channel, cause=str(refusal))
            return channel
        found = answer.get("channel")
        self._direct[channel] = str(found["id"]) if isinstance(found, dict) and found.get("id") else channel
        return self._direct[channel]

    async def _upload(self, channel: str, content: bytes, name: str, title: str, thread: str) -> bool:
        try:
            with _own_errors():
                await self.client.files_upload_v2(
                    channel=channel,
                    content=content,
                    filename=name,
                    title=title,
                    alt_txt=title,
                    thread_ts=thread or None,
                )
        except ChatRefused as refusal:
            log.warning("slack_file_refused", channel=channel, name=name, cause=str(refusal))
            return False
        return True

    async def close(self) -> None:
        await self._session.close()


@contextmanager
def _own_errors() -> Iterator[None]:
    try:
        yield
    except SlackApiError as error:
        raise _translated(error) from error
    except aiohttp.InvalidURL as wrong:
        raise ChatRefused("not an address") from wrong
    except (aiohttp.ClientError, SlackClientError, TimeoutError, OSError) as failure:
        never = isinstance(failure, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
        kind = ChatUnreachable if never else ChatUnanswered
        raise kind(f"{type(failure).__name__}: {failure}"[:200]) from failure


def _translated(error: SlackApiError) -> ChatError:
    response = error.response
    data = getattr(response, "data", None)
    name = data.get("error", "unknown") if isinstance(data, dict) else "unknown"
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    if status == 429 or name == "ratelimited":
        return ChatBusy("ratelimited", retry_after=_seconds(response.headers.get("Retry-After")))
    if name in _TOKEN_ERRORS:
        return ChatForbidden(name)
    if status >= 500 or name in _SERVICE_ERRORS:
        return ChatUnanswered(f"HTTP {status} {name}")
    needed = f" (needs {data['needed']})" if isinstance(data, dict) and "needed" in data else ""
    return ChatRefused(f"{name}{needed}")


def _seconds(header: str | None) -> float:
    try:
        return float(header or 30)
    except ValueError:
        return 30.0
