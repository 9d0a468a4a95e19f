"""What happened and who is told: the journal of passes, events, the outbox, and messages edited in place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, func, insert, literal, or_, select, text, update
from sqlalchemy.exc import IntegrityError

from storage import tables
from storage.repositories.statements import COUNTED, Transaction, add_new, put
from trader.model.events import Event, EventKind, JournalEntry, KeptMessage, OutboxMessage, Severity

_j, _e, _b, _k = tables.journal.c, tables.events.c, tables.outbox.c, tables.kept_messages.c

_ADD_ENTRY = insert(tables.journal)
_ENTRIES = select(*(c for c in tables.journal.columns if c.name != "id"))
_LATEST_ENTRIES = _ENTRIES.order_by(_j.at.desc(), _j.id.desc()).limit(bindparam("n"))

_EVENT_COLUMNS = [c for c in tables.events.columns if c.name != "id"]
_EVENTS = select(*_EVENT_COLUMNS)
_GET_EVENT = _EVENTS.where(_e.event_id == bindparam("key"))
_LATEST_EVENTS = _EVENTS.order_by(_e.at.desc(), _e.id.desc()).limit(bindparam("n"))
_EVENTS_SINCE = _EVENTS.where(_e.at >= bindparam("moment")).order_by(_e.at, _e.id)

_EVENTS_OF_THREAD = (
    _EVENTS.where(text(tables.THREADED), _e.thread == bindparam("thread_id"))
    .order_by(_e.id.desc())
    .limit(bindparam("n"))
)

_MESSAGE_COLUMNS = [c for c in tables.outbox.columns if c.name != "id"]
_PENDING = (
    select(*_MESSAGE_COLUMNS, *_EVENT_COLUMNS)
    .join(tables.events, _e.event_id == _b.event_id)
    .where(_b.sent_at.is_(None), _b.channel == bindparam("channel_name"))
    .order_by(_b.id)
    .limit(bindparam("n"))
)
_PENDING_COUNT = select(func.count()).select_from(tables.outbox).where(_b.sent_at.is_(None))
_WAITING = (
    select(_b.channel, _b.target, _e.severity, func.count())
    .join(tables.events, _e.event_id == _b.event_id)
    .where(_b.sent_at.is_(None))
    .group_by(_b.channel, _b.target, _e.severity)
)
_OF_EVENT = select(*_MESSAGE_COLUMNS).where(_b.event_id == bindparam("key")).order_by(_b.id)
_other = tables.outbox.alias("other")
_STRANDED = (
    select(_b.channel, *_EVENT_COLUMNS, func.min(_b.id).label("place"))
    .join(tables.outbox, _e.event_id == _b.event_id)
    .where(
        _b.sent_at.is_(None),
        _b.created_at < bindparam("moment"),
        _e.severity == Severity.CRITICAL.value,
        ~exists().where(
            and_(_other.c.event_id == _b.event_id, or_(_other.c.sent_at.is_not(None), _other.c.channel != _b.channel))
        ),
    )
    .group_by(_b.channel, *_EVENT_COLUMNS)
    .order_by("place")
    .limit(bindparam("n"))
)
_PRUNE_MESSAGES = delete(tables.outbox).where(_b.sent_at < bindparam("moment")).execution_options(**COUNTED)
_SAVE_MESSAGE = (
    update(tables.outbox)
    .where(_b.message_id == bindparam("key"))
    .values({c.name: bindparam(c.name) for c in _MESSAGE_COLUMNS if c.name != "message_id"})
)

_KEPT = select(tables.kept_messages)
_THE_KEPT = and_(
    _k.channel == bindparam("channel_name"), _k.target == bindparam("target_id"), _k.topic == bindparam("topic_name")
)
_GET_KEPT = _KEPT.where(_THE_KEPT)
_LIVE = _KEPT.where(text(tables.LIVE), _k.channel == bindparam("channel_name")).order_by(_k.began_at, _k.topic)
_REMOVE_KEPT = delete(tables.kept_messages).where(_THE_KEPT)
_PRUNE_KEPT = (
    delete(tables.kept_messages)
    .where(_k.live.is_(False), _k.changed_at < bindparam("moment"))
    .execution_options(**COUNTED)
)


class SqlJournal:
    def __init__(self, transaction: Transaction) -> None:
        self._t = transaction

    def add(self, entry: JournalEntry) -> None:
        row = {
            "cycle_id": entry.cycle_id,
            "at": entry.at,
            "market": entry.market,
            "strategy": entry.strategy,
            "timeframe": entry.timeframe,
            "stage": entry.stage,
            "code": entry.code,
            "details": entry.details,
        }
        self._t.run(_ADD_ENTRY, row)

    def latest(self, limit: int, market: str | None = None) -> list[JournalEntry]:
        query = _LATEST_ENTRIES if market is None else _LATEST_ENTRIES.where(_j.market == literal(market))
        return [JournalEntry(*row) for row in self._t.all(query, n=limit)]


class SqlEvents:
    def __init__(self, transaction: Transaction) -> None:
        self._t = transaction

    def add(self, event: Event) -> None:
        """Raises ValueError when the event id exists."""
        row = {
            "event_id": event.event_id,
            "kind": event.kind.value,
            "at": event.at,
            "severity": event.severity.value,
            "market": event.market,
            "thread": event.thread,
            "data": event.data,
            "push": event.push,
        }
        if self._t.run(add_new(self._t.dialect, tables.events, "event_id"), row) == 0:
            raise ValueError(f"event {event.event_id} is stored already")

    def get(self, event_id: str) -> Event | None:
        row = self._t.one(_GET_EVENT, key=event_id)
        return _event(row) if row else None

    def latest(self, limit: int, kinds: Iterable[str] | None = None) -> list[Event]:
        query = _LATEST_EVENTS if kinds is None else _LATEST_EVENTS.where(_e.kind.in_([str(kind) for kind in kinds]))
        return [_event(row) for row in self._t.all(query, n=limit)]

    def since(self, moment: datetime) -> list[Event]:
        return [_event(row) for row in self._t.all(_EVENTS_SINCE, moment=moment)]

    def of_thread(self, thread: str, limit: int) -> list[Event]:
        return [_event(row) for row in reversed(self._t.all(_EVENTS_OF_THREAD, thread_id=thread, n=limit))]


class SqlOutbox:
    def __init__(self, transaction: Transaction) -> None:
        self._t = transaction

    def add(self, message: OutboxMessage) -> None:
        """Raises ValueError when the message id exists, or its event does not (the transaction cannot go on then)."""
        try:
            added = self._t.run(add_new(self._t.dialect, tables.outbox, "message_id"), _message_row(message))
        except IntegrityError as err:
            raise ValueError(f"message {message.message_id} is about an event never added: {message.event_id}") from err
        if added == 0:
            raise ValueError(f"message {message.message_id} is stored already")

    def pending(self, channel: str, limit: int) -> list[tuple[OutboxMessage, Event]]:
        rows = self._t.all(_PENDING, channel_name=channel, n=limit)
        width = len(_MESSAGE_COLUMNS)
        return [(OutboxMessage(*row[:width]), _event(row[width:])) for row in rows]

    def pending_count(self) -> int:
        return int(self._t.scalar(_PENDING_COUNT))

    def waiting(self) -> Mapping[tuple[str, str, bool], int]:
        found: Counter[tuple[str, str, bool]] = Counter()
        for channel, target, severity, count in self._t.all(_WAITING):
            found[channel, target, severity == Severity.CRITICAL.value] += count
        return found

    def of_event(self, event_id: str) -> list[OutboxMessage]:
        return [OutboxMessage(*row) for row in self._t.all(_OF_EVENT, key=event_id)]

    def save(self, message: OutboxMessage) -> None:
        """Raises ValueError for a message never added."""
        row = _message_row(message)
        row["key"] = row.pop("message_id")
        if self._t.run(_SAVE_MESSAGE, row) == 0:
            raise ValueError(f"message {message.message_id} was never added")

    def stranded(self, before: datetime, limit: int) -> list[tuple[str, Event]]:
        return [(row[0], _event(row[1:-1])) for row in self._t.all(_STRANDED, moment=before, n=limit)]

    def prune(self, before: datetime) -> int:
        return self._t.run(_PRUNE_MESSAGES, {"moment": before})


class SqlKeptMessages:
    def __init__(self, transaction: Transaction) -> None:
        self._t = transaction

    def get(self, channel: str, target: str, topic: str) -> KeptMessage | None:
        row = self._t.one(_GET_KEPT, channel_name=channel, target_id=target, topic_name=topic)
        return KeptMessage(*row) if row else None

    def live(self, channel: str) -> list[KeptMessage]:
        return [KeptMessage(*row) for row in self._t.all(_LIVE, channel_name=channel)]

    def put(self, message: KeptMessage) -> None:
        row = {
            "channel": message.channel,
            "target": message.target,
            "topic": message.topic,
            "remote_id": message.remote_id,
            "began_at": message.began_at,
            "changed_at": message.changed_at,
            "event_id": message.event_id,
            "count": message.count,
            "live": message.live,
        }
        self._t.run(put(self._t.dialect, tables.kept_messages, "channel", "target", "topic"), row)

    def remove(self, channel: str, target: str, topic: str) -> None:
        self._t.run(_REMOVE_KEPT, {"channel_name": channel, "target_id": target, "topic_name": topic})

    def prune(self, before: datetime) -> int:
        return self._t.run(_PRUNE_KEPT, {"moment": before})


def _message_row(message: OutboxMessage) -> dict[str, Any]:
    return {
        "message_id": message.message_id,
        "event_id": message.event_id,
        "channel": message.channel,
        "target": message.target,
        "created_at": message.created_at,
        "sent_at": message.sent_at,
        "attempts": message.attempts,
        "last_error": message.last_error,
        "remote_id": message.remote_id,
        "tried_at": message.tried_at,
    }


def _event(row: Sequence[Any]) -> Event:
    event_id, kind, at, severity, market, thread, data, push = row
    return Event(event_id, EventKind(kind), at, Severity(severity), market, thread, data, push)
