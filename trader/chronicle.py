"""Rows and the events that tell of them, in one transaction.

In: a function over the repositories. Out: its value; afterwards those who deliver messages are woken. An event
written here is a row of the audit trail and, when people are to be told, one outbox row per route, so that a crash
right after the commit loses no message (C3)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import structlog

from trader.clock import Clock
from trader.errors import StorageFailed
from trader.ids import new_id
from trader.model.events import Event, EventKind, OutboxMessage, Severity
from trader.model.market import Market
from trader.ports import Records, Storage

log = structlog.get_logger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Route:
    """A conversation that is told what happens."""

    channel: str
    target: str


class Tell(Protocol):
    """Write an event into the transaction under way. Figures are given as plain decimal text. `answered` are
    conversations that hear of it without a message."""

    def __call__(
        self,
        kind: EventKind,
        *,
        market: Market | None = None,
        thread: str = "",
        severity: Severity = Severity.INFO,
        push: bool = True,
        answered: Collection[Route] = (),
        data: dict[str, str] | None = None,
    ) -> None: ...


class Chronicle:
    """The way to write for everything that people may hear of. `routes` are the conversations that are told."""

    def __init__(self, storage: Storage, clock: Clock, routes: Iterable[Route] = ()) -> None:
        self.storage = storage
        self.clock = clock
        self.routes = tuple(routes)
        self.router: Callable[[Event], Iterable[Route]] = self._everybody
        """Who is told of an event; called on the thread that writes it."""
        self._listeners: list[Callable[[Event], None]] = []

    def on_event(self, listener: Callable[[Event], None]) -> None:
        """Called after the commit, in the event loop, for each event written."""
        self._listeners.append(listener)

    async def write(self, fn: Callable[[Records, Tell], T]) -> T:
        """Run `fn` in one transaction. Raises StorageFailed, and whatever `fn` raises; nothing is stored then."""
        told: list[Event] = []

        def transaction(records: Records) -> T:
            told.clear()

            def tell(
                kind: EventKind,
                *,
                market: Market | None = None,
                thread: str = "",
                severity: Severity = Severity.INFO,
                push: bool = True,
                answered: Collection[Route] = (),
                data: dict[str, str] | None = None,
            ) -> None:
                code = market.code if market else ""
                event = Event(new_id(), kind, self.clock.now(), severity, code, thread, data or {}, push)
                self._store(records, event, answered)
                told.append(event)

            return fn(records, tell)

        result = await self.storage.write(transaction)
        self._after(told)
        return result

    async def record(self, *events: Event) -> None:
        """Store events made elsewhere, in one transaction."""

        def store(records: Records) -> None:
            for event in events:
                self._store(records, event)

        await self.storage.write(store)
        self._after(list(events))

    async def tell(
        self,
        kind: EventKind,
        *,
        market: Market | None = None,
        thread: str = "",
        severity: Severity = Severity.INFO,
        push: bool = True,
        data: dict[str, str] | None = None,
    ) -> None:
        """Store one event that comes with no other rows."""
        code = market.code if market else ""
        await self.record(Event(new_id(), kind, self.clock.now(), severity, code, thread, data or {}, push))

    async def tell_or_log(
        self,
        kind: EventKind,
        *,
        market: Market | None = None,
        thread: str = "",
        severity: Severity = Severity.INFO,
        data: dict[str, str] | None = None,
    ) -> bool:
        """`tell`, for who goes on whether or not it can be stored. False: it could not, and the log says so."""
        try:
            await self.tell(kind, market=market, thread=thread, severity=severity, data=data)
        except StorageFailed as err:
            log.error("event_not_stored", kind=kind.value, data=data, error=str(err))
            return False
        return True

    def _store(self, records: Records, event: Event, answered: Collection[Route] = ()) -> None:
        records.events.add(event)
        for route in self.router(event):
            if route not in answered:
                records.outbox.add(OutboxMessage(new_id(), event.event_id, route.channel, route.target, event.at))

    def _everybody(self, event: Event) -> tuple[Route, ...]:
        return self.routes if event.push else ()

    def _after(self, events: list[Event]) -> None:
        """What is committed has happened: a listener that fails (a closed terminal) must not look like a failed
        write."""
        for event in events:
            for listener in self._listeners:
                try:
                    listener(event)
                except Exception as err:
                    log.error("event_listener_failed", kind=event.kind.value, exc_info=err)
