"""The memory's journal, events, outbox and kept messages; the same contract as over SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from storage.memory.shelf import Shelf, Undo, checked, newest
from trader.model.events import Event, JournalEntry, KeptMessage, OutboxMessage, Severity


class MemoryJournal:
    def __init__(self, undo: Undo) -> None:
        self._entries: Shelf[int, JournalEntry] = Shelf(undo)

    def add(self, entry: JournalEntry) -> None:
        entry = checked(entry)
        self._entries.put(len(self._entries), entry)

    def latest(self, limit: int, market: str | None = None) -> list[JournalEntry]:
        return newest((e for e in self._entries if market in (None, e.market)), limit, lambda e: e.at)


class MemoryEvents:
    def __init__(self, undo: Undo) -> None:
        self._events: Shelf[str, Event] = Shelf(undo)

    def add(self, event: Event) -> None:
        event = checked(event)
        if event.event_id in self._events:
            raise ValueError(f"event {event.event_id} is stored already")
        self._events.put(event.event_id, event)

    def get(self, event_id: str) -> Event | None:
        return self._events.get(event_id)

    def latest(self, limit: int, kinds: Iterable[str] | None = None) -> list[Event]:
        wanted = None if kinds is None else {str(kind) for kind in kinds}
        return newest((e for e in self._events if wanted is None or e.kind.value in wanted), limit, lambda e: e.at)

    def since(self, moment: datetime) -> list[Event]:
        return sorted((e for e in self._events if e.at >= moment), key=lambda e: e.at)

    def of_thread(self, thread: str, limit: int) -> list[Event]:
        told = [e for e in self._events if thread and e.thread == thread]
        return told[-limit:] if limit > 0 else []


class MemoryOutbox:
    def __init__(self, undo: Undo, events: MemoryEvents) -> None:
        self._events = events
        self._messages: Shelf[str, OutboxMessage] = Shelf(undo)

    def add(self, message: OutboxMessage) -> None:
        message = checked(message)
        if message.message_id in self._messages:
            raise ValueError(f"message {message.message_id} is stored already")
        self._put(message)

    def _put(self, message: OutboxMessage) -> None:
        if self._events.get(message.event_id) is None:
            raise ValueError(f"message {message.message_id} is about an event never added: {message.event_id}")
        self._messages.put(message.message_id, message)

    def pending(self, channel: str, limit: int) -> list[tuple[OutboxMessage, Event]]:
        waiting = [m for m in self._messages if m.sent_at is None and m.channel == channel]
        pairs = ((message, self._events.get(message.event_id)) for message in waiting[:limit])
        return [(message, event) for message, event in pairs if event is not None]

    def pending_count(self) -> int:
        return sum(1 for message in self._messages if message.sent_at is None)

    def waiting(self) -> Mapping[tuple[str, str, bool], int]:
        unsent = (m for m in self._messages if m.sent_at is None)
        return Counter((m.channel, m.target, self._critical(m)) for m in unsent)

    def _critical(self, message: OutboxMessage) -> bool:
        event = self._events.get(message.event_id)
        return event is not None and event.severity is Severity.CRITICAL

    def of_event(self, event_id: str) -> list[OutboxMessage]:
        return [message for message in self._messages if message.event_id == event_id]

    def save(self, message: OutboxMessage) -> None:
        message = checked(message)
        if message.message_id not in self._messages:
            raise ValueError(f"message {message.message_id} was never added")
        self._put(message)

    def stranded(self, before: datetime, limit: int) -> list[tuple[str, Event]]:
        by_event: dict[str, list[OutboxMessage]] = {}
        for message in self._messages:
            by_event.setdefault(message.event_id, []).append(message)
        found = [
            (messages[0].channel, self._events.get(event_id))
            for event_id, messages in by_event.items()
            if not any(m.sent_at for m in messages)
            and len({m.channel for m in messages}) == 1
            and any(m.created_at < before for m in messages)
        ]
        critical = [(c, e) for c, e in found if e is not None and e.severity is Severity.CRITICAL]
        return critical[:limit]

    def prune(self, before: datetime) -> int:
        old = [m.message_id for m in self._messages if m.sent_at is not None and m.sent_at < before]
        for message_id in old:
            self._messages.remove(message_id)
        return len(old)


class MemoryKeptMessages:
    def __init__(self, undo: Undo) -> None:
        self._messages: Shelf[tuple[str, str, str], KeptMessage] = Shelf(undo)

    def get(self, channel: str, target: str, topic: str) -> KeptMessage | None:
        return self._messages.get((channel, target, topic))

    def live(self, channel: str) -> list[KeptMessage]:
        found = [m for m in self._messages if m.live and m.channel == channel]
        return sorted(found, key=lambda m: (m.began_at, m.topic))

    def put(self, message: KeptMessage) -> None:
        message = checked(message)
        self._messages.put((message.channel, message.target, message.topic), message)

    def remove(self, channel: str, target: str, topic: str) -> None:
        self._messages.remove((channel, target, topic))

    def prune(self, before: datetime) -> int:
        old = [(m.channel, m.target, m.topic) for m in self._messages if not m.live and m.changed_at < before]
        for key in old:
            self._messages.remove(key)
        return len(old)
