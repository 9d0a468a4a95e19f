"""What happened and who is told: the journal of passes, events, and the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from storage import tables
from storage.repositories.statements import Transaction, add_new
from trader.model.events import Event, EventKind, JournalEntry, OutboxMessage, Severity

_j, _e, _b = tables.journal.c, tables.events.c, tables.outbox.c

_ADD_ENTRY = insert(tables.journal)
_ENTRIES = select(*(c for c in tables.journal.columns if c.name != "id"))
_LATEST_ENTRIES = _ENTRIES.order_by(_j.at.desc(), _j.id.desc()).limit(bindparam("n"))

_EVENT_COLUMNS = [c for c in tables.events.columns if c.name != "id"]
_EVENTS = select(*_EVENT_COLUMNS)
_GET_EVENT = _EVENTS.where(_e.event_id == bindparam("key"))
_LATEST_EVENTS = _EVENTS.order_by(_e.at.desc(), _e.id.desc()).limit(bindparam("n"))
_EVENTS_SINCE = _EVENTS.where(_e.at >= bindparam("moment")).order_by(_e.at, _e.id)

_MESSAGE_COLUMNS = [c for c in tables.outbox.columns if c.name != "id"]
_PENDING = (
    select(*_MESSAGE_COLUMNS, *_EVENT_COLUMNS)
    .join(tables.events, _e.event_id == _b.event_id)
    .where(_b.sent_at.is_(None), _b.channel == bindparam("channel_name"))
    .order_by(_b.id)
    .limit(bindparam("n"))
)
_PENDING_COUNT = select(func.count()).select_from(tables.outbox).where(_b.sent_at.is_(None))
_SAVE_MESSAGE = (
    update(tables.outbox)
    .where(_b.message_id == bindparam("key"))
    .values({c.name: bindparam(c.name) for c in _MESSAGE_COLUMNS if c.name != "message_id"})
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

    def save(self, message: OutboxMessage) -> None:
        """Raises ValueError for a message never added."""
        row = _message_row(message)
        row["key"] = row.pop("message_id")
        if self._t.run(_SAVE_MESSAGE, row) == 0:
            raise ValueError(f"message {message.message_id} was never added")


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
    }


def _event(row: Sequence[Any]) -> Event:
    event_id, kind, at, severity, market, thread, data, push = row
    return Event(event_id, EventKind(kind), at, Severity(severity), market, thread, data, push)
