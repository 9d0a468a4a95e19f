"""Repositories of what is said and set: events, the outbox, settings, people, alerts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from trader.model.alert import Alert
from trader.model.events import Event, JournalEntry, KeptMessage, OutboxMessage, SettingRow
from trader.model.member import Member


class Journal(Protocol):
    def add(self, entry: JournalEntry) -> None: ...

    def latest(self, limit: int, market: str | None = None) -> list[JournalEntry]:
        """Newest first."""
        ...


class Events(Protocol):
    def add(self, event: Event) -> None: ...

    def get(self, event_id: str) -> Event | None: ...

    def latest(self, limit: int, kinds: Iterable[str] | None = None) -> list[Event]:
        """Newest first."""
        ...

    def since(self, moment: datetime) -> list[Event]:
        """Oldest first."""
        ...

    def of_thread(self, thread: str, limit: int) -> list[Event]:
        """The newest `limit` of a thread, oldest first. An empty thread is none."""
        ...


class SettingRows(Protocol):
    def current(self) -> dict[str, SettingRow]:
        """The newest row of every key whose value is not None."""
        ...

    def add(self, row: SettingRow) -> None: ...

    def history(self, limit: int, key: str | None = None) -> list[SettingRow]:
        """Newest first."""
        ...


class Outbox(Protocol):
    def add(self, message: OutboxMessage) -> None: ...

    def pending(self, channel: str, limit: int) -> list[tuple[OutboxMessage, Event]]:
        """Unsent messages with their event, in the order they were added."""
        ...

    def pending_count(self) -> int: ...

    def waiting(self) -> Mapping[tuple[str, str, bool], int]:
        """How many unsent messages there are by (channel, target, whether their event is critical)."""
        ...

    def of_event(self, event_id: str) -> list[OutboxMessage]:
        """Where an event was put for, in the order of adding; what was sent long ago is forgotten."""
        ...

    def stranded(self, before: datetime, limit: int) -> list[tuple[str, Event]]:
        """Critical events put here before that moment which reached nobody and wait on one channel only: (channel,
        event), oldest first."""
        ...

    def save(self, message: OutboxMessage) -> None: ...

    def prune(self, before: datetime) -> int:
        """Forget what was sent before that moment; returns how many."""
        ...


class KeptMessages(Protocol):
    """Messages of ours that are edited in place, by (channel, target, topic)."""

    def get(self, channel: str, target: str, topic: str) -> KeptMessage | None: ...

    def live(self, channel: str) -> list[KeptMessage]:
        """Those still kept up to date, oldest first."""
        ...

    def put(self, message: KeptMessage) -> None:
        """Insert or replace."""
        ...

    def remove(self, channel: str, target: str, topic: str) -> None: ...

    def prune(self, before: datetime) -> int:
        """Forget those not live that last changed before that moment; returns how many."""
        ...


class Notes(Protocol):
    """Small facts by name: trading state, update offsets. Values are JSON."""

    def get(self, key: str) -> Any: ...

    def put(self, key: str, value: Any) -> None: ...


class People(Protocol):
    """Who was let in or shut out by a person, one row each; never deleted."""

    def all(self) -> list[Member]:
        """In the order they were added."""
        ...

    def get(self, channel: str, user_id: str) -> Member | None: ...

    def save(self, member: Member) -> None:
        """Insert or replace by channel and id."""
        ...


class Alerts(Protocol):
    """What people want to be told of."""

    def add(self, alert: Alert) -> None:
        """ValueError when the alert id exists."""
        ...

    def get(self, alert_id: str) -> Alert | None: ...

    def active(self) -> list[Alert]:
        """Oldest first."""
        ...

    def of_person(self, person: str, limit: int) -> list[Alert]:
        """Also such that are over; newest first."""
        ...

    def save(self, alert: Alert) -> None:
        """Insert or replace by alert id."""
        ...

    def prune(self, before: datetime) -> int:
        """Forget those that are over and would have ended before that moment; returns how many."""
        ...
