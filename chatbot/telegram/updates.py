"""Telegram's raw updates → what a person typed or pressed. Pure.

An update is read from plain JSON, field by field: one that is malformed is skipped instead of stopping the poll."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeGuard

from chatbot.outside import cleaned, too_deep

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


def moved_to(raw: object) -> tuple[int, int] | None:
    """(old id, new id) of a group that has become a supergroup; None: this update says nothing of the kind."""
    message = raw.get("message") if isinstance(raw, dict) else None
    if not isinstance(message, dict) or not isinstance(chat := message.get("chat"), dict):
        return None
    old, new = chat.get("id"), message.get("migrate_to_chat_id")
    return (old, new) if _is_int(old) and _is_int(new) and max(old, new) < 0 and old != new else None


def read(raw: object, bot_id: int, bot_name: str) -> Incoming | None:
    """None for what is not for us: edits, channel posts, forwards, quotes, other bots, group talk that does not call
    us, and anything malformed."""
    update_id = update_id_of(raw)
    if update_id is None or not isinstance(raw, dict) or too_deep(raw):
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
    if len(text) > MAX_TEXT or _foreign(message):
        return None
    line = _addressed(cleaned(text).strip(), message, chat.get("type") == "private", bot_id, bot_name)
    if not line:
        return None
    try:
        at = datetime.fromtimestamp(sent, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return Typed(update_id, chat["id"], sender["id"], _name(sender), line, at, message_id, _topic(message))


_FOREIGN = frozenset(
    {
        "forward_origin",
        "forward_date",
        "via_bot",
        "sender_chat",  # a channel or an anonymous group: no person to ask for the role of
        "is_automatic_forward",
        "edit_date",
        "quote",
        "external_reply",
    }
)
_QUOTES = frozenset({"blockquote", "expandable_blockquote"})


def _foreign(message: dict[str, Any]) -> bool:
    """Forwarded, quoted, edited, or written by no person: never a command, whatever it says."""
    if not _FOREIGN.isdisjoint(message):
        return True
    entities = message.get("entities")
    return isinstance(entities, list) and any(isinstance(e, dict) and e.get("type") in _QUOTES for e in entities)


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
        cleaned(action),
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
    return isinstance(sender, dict) and _is_int(sender.get("id")) and not sender.get("is_bot")


def _name(sender: dict[str, Any]) -> str:
    words = (sender.get("first_name"), sender.get("last_name"))
    named = " ".join(word for word in words if isinstance(word, str) and word)[:64]
    return cleaned(named).strip() or str(sender["id"])


def _topic(message: dict[str, Any]) -> int | None:
    topic = message.get("message_thread_id")
    return topic if message.get("is_topic_message") is True and _is_int(topic) else None


def _is_int(value: Any) -> TypeGuard[int]:
    """Ids and times of Telegram's have at most 52 bits."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53
