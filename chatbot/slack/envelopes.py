"""Slack's envelopes → what a person typed or pressed. Pure; malformed ones are None.

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


def read(envelope: dict[str, Any]) -> Incoming | None:
    """None: not for us (other bots, edits, joins), or malformed."""
    payload = envelope.get("payload")
    if not isinstance(payload, dict):
        return None
    match envelope.get("type"):
        case "slash_commands":
            return _slash(payload)
        case "interactive":
            return _press(payload)
        case "events_api":
            return _event(payload)
    return None


def _slash(payload: dict[str, Any]) -> Typed | None:
    user, channel = _text(payload, "user_id"), _text(payload, "channel_id")
    line = _line(payload.get("text"))
    if not user or not channel or line is None:
        return None
    line = f"/{line.lstrip('/')}" if line else "/help"
    return Typed(user, _text(payload, "user_name"), line, channel, None, _text(payload, "response_url"))


def _press(payload: dict[str, Any]) -> Pressed | None:
    actions = payload.get("actions")
    action = actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], dict) else {}
    user, channel, message = (_dict(payload, key) for key in ("user", "channel", "message"))
    container = _dict(payload, "container")
    pressed, user_id = _text(action, "value"), _text(user, "id")
    if payload.get("type") != "block_actions" or not pressed or not user_id:
        return None
    blocks = message.get("blocks")
    return Pressed(
        user_id,
        _text(user, "username") or _text(user, "name"),
        pressed,
        _text(channel, "id") or _text(container, "channel_id"),
        _moment(action.get("action_ts")),
        _text(payload, "response_url"),
        _text(message, "ts") or _text(container, "message_ts"),
        tuple(b for b in blocks if isinstance(b, dict)) if isinstance(blocks, list) else (),
    )


def _event(payload: dict[str, Any]) -> Typed | None:
    event = _dict(payload, "event")
    direct = event.get("type") == "message" and event.get("channel_type") == "im"
    if not direct and event.get("type") != "app_mention":
        return None
    if event.get("subtype") or event.get("bot_id") or event.get("hidden"):
        return None
    user, channel, line = _text(event, "user"), _text(event, "channel"), _line(event.get("text"))
    if not user or not channel or line is None:
        return None
    line = re.sub(r"^<@[A-Z0-9]+(\|[^>]*)?>\s*", "", line)
    if not line:
        return None
    return Typed(
        user, "", _unescaped(line), channel, _moment(payload.get("event_time")), thread=_text(event, "thread_ts")
    )


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
