"""The audit trail of the front ends: every command, also those that were refused, and every stranger (C4).

What changes something or was refused is written before it is answered. What only looked is written within a second,
many in one transaction: a person who reads much must not hold up the trader's own writing."""

from __future__ import annotations

import asyncio

import structlog

from chatbot.people.access import Person
from chatbot.scrub import outgoing
from trader.clock import Clock
from trader.desk import Desk
from trader.errors import StorageFailed
from trader.ids import new_id
from trader.model.events import Event, EventKind, Severity

log = structlog.get_logger(__name__)

COLLECT_SECONDS = 1.0
_MOST_WAITING = 1000
_LONGEST_LINE = 500


class Audit:
    """Never in the way of a command: a full disk must not keep a panic from being answered."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self._looks: list[Event] = []
        self._flushing: asyncio.Task[None] | None = None

    async def command(self, person: Person, line: str, outcome: str, *, confirmed: bool, looked: bool) -> None:
        data = {
            "person": person.key,
            "name": person.name,
            "line": outgoing(line[:_LONGEST_LINE]),
            "outcome": outcome,
        }
        if confirmed:
            data["confirmed"] = "yes"
        if looked:
            self._later(self._event(EventKind.LOOKED, data))
        else:
            await self._store(self._event(EventKind.COMMAND, data))

    async def stranger(self, person: Person, conversation: str, *, push: bool) -> None:
        data = {"person": person.key, "name": outgoing(person.name[:80]), "conversation": conversation}
        await self._store(self._event(EventKind.STRANGER, data, push=push))

    async def close(self) -> None:
        """Write what waits."""
        if self._flushing is not None:
            self._flushing.cancel()
            await asyncio.gather(self._flushing, return_exceptions=True)
        await self._flush()

    def _event(self, kind: EventKind, data: dict[str, str], *, push: bool = False) -> Event:
        severity = Severity.WARNING if push else Severity.INFO
        return Event(new_id(), kind, self._clock.now(), severity, data=data, push=push)

    def _later(self, event: Event) -> None:
        self._looks.append(event)
        del self._looks[:-_MOST_WAITING]
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._soon(), name="audit")

    async def _soon(self) -> None:
        await asyncio.sleep(COLLECT_SECONDS)
        await self._flush()

    async def _flush(self) -> None:
        """Those that could not be written are tried again with the next ones."""
        looks = list(self._looks)
        if looks and await self._store(*looks):
            self._looks = [event for event in self._looks if event not in looks]

    async def _store(self, *events: Event) -> bool:
        try:
            await self._desk.record(*events)
        except StorageFailed as err:
            for event in events:
                log.error("event_not_stored", kind=event.kind.value, error=str(err), **event.data)
            return False
        return True
