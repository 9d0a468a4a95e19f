"""Slack's payloads → what a person typed or pressed. Pure; malformed ones are None.

Which reader a payload goes to is the business of `routing`. The person is always read from where Slack puts them in
that kind of payload.
Source: docs.slack.dev/apis/events-api/using-socket-mode"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

MAX_TEXT = 4000
"""Longer lines are no commands."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A slash command (`response_url` set, valid for half an hour), or a message to the bot. `text` is the line."""

    user_id: str
    name: str
    text: str
    channel: str
    at: datetime | None
    response_url: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button under the message `message_ts` of `channel`; `blocks` are what it shows now."""

    user_id: str
    name: str
    action: str
    channel: str
    at: datetime | None
    response_url: str
    message_ts: str
    blocks: tuple[dict[str, Any], ...]


Incoming = Typed | Pressed


def identity(envelope: dict[str, Any]) -> tuple[str, ...]:
    """Names under which the same envelope may come again: its own, and the event's."""
    payload = envelope.get("payload")
    event_id = payload.get("event_id") if isinstance(payload, dict) else None
    return tuple(i for i in (envelope.get("envelope_id"), event_id) if isinstance(i, str) and i)


def line_of_command(command: dict[str, Any]) -> Typed | None:
    """A slash command; nothing after it asks for help."""
    user, channel = _text(command, "user_id"), _text(command, "channel_id")
    line = _line(command.get("text"))
    if not user or not channel or line is None:
        return None
    line = f"/{line.lstrip('/')}" if line else "/help"
    return Typed(user, _text(command, "user_name"), line, channel, None, _text(command, "response_url"))


def press(body: dict[str, Any], action: dict[str, Any]) -> Pressed | None:
    """A press of a button; `action` is the one of `body`."""
    user, channel, message, container = (_dict(body, key) for key in ("user", "channel", "message", "container"))
    pressed, user_id = _text(action, "value"), _text(user, "id")
    if not pressed or not user_id:
        return None
    blocks = message.get("blocks")
    return Pressed(
        user_id,
        _text(user, "username") or _text(user, "name"),
        pressed,
        _text(channel, "id") or _text(container, "channel_id"),
        _moment(action.get("action_ts")),
        _text(body, "response_url"),
        _text(message, "ts") or _text(container, "message_ts"),
        tuple(b for b in blocks if isinstance(b, dict)) if isinstance(blocks, list) else (),
    )


def line_of_event(body: dict[str, Any], event: dict[str, Any]) -> Typed | None:
    """A message to the bot, or a mention of it; `event` is the one of `body`."""
    user, channel, line = _text(event, "user"), _text(event, "channel"), _line(event.get("text"))
    if not user or not channel or line is None:
        return None
    line = re.sub(r"^<@[A-Z0-9]+(\|[^>]*)?>\s*", "", line)
    if not line:
        return None
    return Typed(user, "", _unescaped(line), channel, _moment(body.get("event_time")), thread=_text(event, "thread_ts"))


def _line(text: Any) -> str | None:
    return text.strip() if isinstance(text, str) and len(text) <= MAX_TEXT else None


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _dict(owner: dict[str, Any], key: str) -> dict[str, Any]:
    value = owner.get(key)
    return value if isinstance(value, dict) else {}


def _text(owner: dict[str, Any], key: str) -> str:
    value = owner.get(key)
    return value if isinstance(value, str) else ""


def _moment(value: Any) -> datetime | None:
    """Slack gives seconds as a number or as text with a fraction."""
    try:
        seconds = float(value)
        return datetime.fromtimestamp(seconds, UTC) if math.isfinite(seconds) else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None
