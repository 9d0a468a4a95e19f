"""Telegram's raw updates → what a person typed or pressed. Pure.

An update is read from plain JSON, field by field: one that is malformed is skipped instead of stopping the poll."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeGuard

MAX_TEXT = 4096
"""Telegram's own limit of a message; anything longer did not come from a person."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A line from `user_id` in `chat_id`. `text` is cleaned of the bot's own name; `topic` is a forum topic or None."""

    update_id: int
    chat_id: int
    user_id: int
    name: str
    text: str
    at: datetime
    message_id: int
    topic: int | None


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button under a message of ours. `text` and `entities` are that message's (None: a picture or too old to see).

    Telegram does not say when it was pressed."""

    update_id: int
    query_id: str
    chat_id: int
    user_id: int
    name: str
    action: str
    message_id: int
    topic: int | None
    text: str | None
    entities: tuple[dict[str, Any], ...]


Incoming = Typed | Pressed


def update_id_of(raw: object) -> int | None:
    """None: not an update at all."""
    value = raw.get("update_id") if isinstance(raw, dict) else None
    return value if _is_int(value) else None


def read(raw: object, bot_id: int, bot_name: str) -> Incoming | None:
    """None for what is not for us: edits, channel posts, forwards, other bots, group talk that does not call us, and
    anything malformed."""
    update_id = update_id_of(raw)
    if update_id is None or not isinstance(raw, dict):
        return None
    if isinstance(query := raw.get("callback_query"), dict):
        return _pressed(update_id, query)
    if isinstance(message := raw.get("message"), dict):
        return _typed(update_id, message, bot_id, bot_name)
    return None


def _typed(update_id: int, message: dict[str, Any], bot_id: int, bot_name: str) -> Typed | None:
    sender, chat = message.get("from"), message.get("chat")
    text, sent, message_id = message.get("text"), message.get("date"), message.get("message_id")
    if not (_is_person(sender) and isinstance(chat, dict) and _is_int(chat.get("id"))):
        return None
    if not (isinstance(text, str) and text.strip() and _is_int(sent) and _is_int(message_id)):
        return None
    if "forward_origin" in message or "forward_date" in message or "via_bot" in message or len(text) > MAX_TEXT:
        return None
    line = _addressed(text.strip(), message, chat.get("type") == "private", bot_id, bot_name)
    if line is None:
        return None
    try:
        at = datetime.fromtimestamp(sent, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return Typed(update_id, chat["id"], sender["id"], _name(sender), line, at, message_id, _topic(message))


def _pressed(update_id: int, query: dict[str, Any]) -> Pressed | None:
    sender, query_id, action, message = (query.get(key) for key in ("from", "id", "data", "message"))
    if not (_is_person(sender) and isinstance(query_id, str) and isinstance(action, str) and action):
        return None
    if not (isinstance(message, dict) and _is_int(message.get("message_id"))):
        return None
    chat = message.get("chat")
    if not (isinstance(chat, dict) and _is_int(chat.get("id"))):
        return None
    text, entities = message.get("text"), message.get("entities")
    return Pressed(
        update_id,
        query_id,
        chat["id"],
        sender["id"],
        _name(sender),
        action,
        message["message_id"],
        _topic(message),
        text if isinstance(text, str) else None,
        tuple(e for e in entities if isinstance(e, dict)) if isinstance(entities, list) else (),
    )


def _addressed(text: str, message: dict[str, Any], private: bool, bot_id: int, bot_name: str) -> str | None:
    """The line without the bot's name; None when a group line is for somebody else."""
    word, _, rest = text.partition(" ")
    if word.startswith("/"):
        command, _, called = word.partition("@")
        if called and called.lower() != bot_name.lower():
            return None
        return f"{command} {rest.lstrip()}".rstrip()
    if private:
        return text
    if word.lower() == f"@{bot_name.lower()}":
        return rest.strip() or None
    answered = message.get("reply_to_message")
    author = answered.get("from") if isinstance(answered, dict) else None
    return text if isinstance(author, dict) and author.get("id") == bot_id else None


def _is_person(sender: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(sender, dict) and _is_int(sender.get("id")) and sender.get("is_bot") is not True


def _name(sender: dict[str, Any]) -> str:
    words = (sender.get("first_name"), sender.get("last_name"))
    return " ".join(word for word in words if isinstance(word, str) and word)[:64] or str(sender["id"])


def _topic(message: dict[str, Any]) -> int | None:
    topic = message.get("message_thread_id")
    return topic if message.get("is_topic_message") is True and _is_int(topic) else None


def _is_int(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
