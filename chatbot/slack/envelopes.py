"""Slack's payloads → what a person typed or pressed. Pure; malformed ones are None.

Which reader a payload goes to is the business of `routing`. The person is always read from where Slack puts them in
that kind of payload.
Source: docs.slack.dev/apis/events-api/using-socket-mode"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chatbot.outside import cleaned

MAX_TEXT = 4000
"""Longer lines are no commands."""
MAX_NAME = 64
MAX_VALUE = 2000
"""Of a button, by Slack's own limit."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True)
class Typed:
    """A slash command (`response_url` set, valid for half an hour), or a message to the bot; `direct`: in the
    conversation with it. `text` is the line. `key` names what came, once it is taken."""

    user_id: str
    name: str
    text: str
    channel: str
    at: datetime | None
    response_url: str = ""
    thread: str = ""
    direct: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button under the message `message_ts` of `channel`, which shows `blocks` now; `thread`: the message it stands
    under; `home`: on the person's Home tab, where there is neither channel nor message nor response address."""

    user_id: str
    name: str
    action: str
    channel: str
    at: datetime | None
    response_url: str
    message_ts: str
    blocks: tuple[dict[str, Any], ...]
    key: str = ""
    home: bool = False
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A person looks at their Home tab."""

    user_id: str
    at: datetime | None
    name: str = ""
    key: str = ""


Incoming = Typed | Pressed | Opened


def identity(envelope: dict[str, Any]) -> tuple[str, ...]:
    """Names under which the same envelope may come again: its own, and the event's."""
    payload = envelope.get("payload")
    event_id = payload.get("event_id") if isinstance(payload, dict) else None
    return tuple(i for i in (envelope.get("envelope_id"), event_id) if isinstance(i, str) and i)


def line_of_command(command: dict[str, Any], knows: Callable[[str], bool]) -> Typed | None:
    """A slash command. `/trader-buy` is one of ours, if it `knows` the end of its name; nothing after `/trader` asks
    for help, and several words are as good as a message: a command, or a sentence."""
    user, channel = _id(command, "user_id"), _id(command, "channel_id")
    line = _line(command.get("text"))
    if not user or not channel or line is None:
        return None
    line = _unescaped(line)
    _, dash, name = _text(command, "command").rpartition("-")
    if dash and knows(name):
        line = f"/{name} {line}".rstrip()
    elif " " not in line:
        line = f"/{line.lstrip('/')}" if line else "/help"
    return Typed(user, _text(command, "user_name")[:MAX_NAME], line, channel, None, _text(command, "response_url"))


def press(body: dict[str, Any], action: dict[str, Any]) -> Pressed | None:
    """A press of a button; `action` is the one of `body`."""
    user, channel, message, container = (_dict(body, key) for key in ("user", "channel", "message", "container"))
    pressed, user_id = _text(action, "value"), _id(user, "id")
    if not pressed or len(pressed) > MAX_VALUE or not user_id:
        return None
    blocks = message.get("blocks")
    return Pressed(
        user_id,
        (_text(user, "username") or _text(user, "name"))[:MAX_NAME],
        pressed,
        _id(channel, "id") or _id(container, "channel_id"),
        _moment(action.get("action_ts")),
        _text(body, "response_url"),
        _text(message, "ts") or _text(container, "message_ts"),
        tuple(b for b in blocks if isinstance(b, dict)) if isinstance(blocks, list) else (),
        home=_dict(body, "view").get("type") == "home",
        thread=_text(message, "thread_ts") or _text(container, "thread_ts"),
    )


def opened(body: dict[str, Any], event: dict[str, Any]) -> Opened | None:
    """The Home tab was opened; of the other tabs Slack tells too."""
    user = _id(event, "user")
    return Opened(user, _moment(body.get("event_time"))) if user and event.get("tab") == "home" else None


def line_of_event(body: dict[str, Any], event: dict[str, Any]) -> Typed | None:
    """A message to the bot, or a mention of it; `event` is the one of `body`."""
    user, channel, line = _id(event, "user"), _id(event, "channel"), _line(event.get("text"))
    if not user or not channel or line is None:
        return None
    line = re.sub(r"^<@[A-Z0-9]+(\|[^>]*)?>\s*", "", line)
    if not line:
        return None
    at, direct = _moment(body.get("event_time")), event.get("channel_type") == "im"
    return Typed(user, "", _unescaped(line), channel, at, thread=_text(event, "thread_ts"), direct=direct)


def _line(text: Any) -> str | None:
    return cleaned(text).strip() if isinstance(text, str) and len(text) <= MAX_TEXT else None


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _dict(owner: dict[str, Any], key: str) -> dict[str, Any]:
    value = owner.get(key)
    return value if isinstance(value, dict) else {}


def _text(owner: dict[str, Any], key: str) -> str:
    value = owner.get(key)
    return cleaned(value) if isinstance(value, str) else ""


def _id(owner: dict[str, Any], key: str) -> str:
    value = owner.get(key)
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _moment(value: Any) -> datetime | None:
    """Slack gives seconds as a number or as text with a fraction."""
    try:
        seconds = float(value)
        return datetime.fromtimestamp(seconds, UTC) if math.isfinite(seconds) else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None
