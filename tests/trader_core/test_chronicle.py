"""Rows and the events that tell of them, all or nothing; messages for every route in the same transaction (C3)."""

from __future__ import annotations

import pytest

from storage.memory import MemoryStorage
from tests.examples import BTC, NOON
from tests.trading_floor import FailingStorage
from trader.chronicle import Chronicle, Route, Tell
from trader.clock import ManualClock
from trader.errors import StorageFailed
from trader.model.events import Event, EventKind
from trader.ports import Records

ROUTES = (Route("telegram", "1"), Route("slack", "C1"))


async def test_a_pushed_event_has_one_message_per_route() -> None:
    storage = MemoryStorage()
    chronicle = Chronicle(storage, ManualClock(NOON), ROUTES)
    await chronicle.tell(EventKind.FILL, market=BTC, data={"price": "1"})
    await chronicle.tell(EventKind.DENIED, push=False)
    assert len(await storage.read(lambda records: records.events.latest(10))) == 2
    for route in ROUTES:
        ((message, event),) = await storage.read(lambda records, r=route: records.outbox.pending(r.channel, 10))
        assert (message.target, event.kind, event.market, event.at) == (route.target, EventKind.FILL, "KRW-BTC", NOON)


async def test_all_or_nothing() -> None:
    """What fails after telling leaves neither event nor message, and wakes nobody."""
    storage, heard = MemoryStorage(), list[Event]()
    chronicle = Chronicle(storage, ManualClock(NOON), ROUTES)
    chronicle.on_event(heard.append)

    def fails(records: Records, tell: Tell) -> None:
        tell(EventKind.FILL)
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await chronicle.write(fails)
    assert heard == []
    assert await storage.read(lambda records: records.events.latest(10)) == []
    assert await storage.read(lambda records: records.outbox.pending_count()) == 0


async def test_listeners_hear_after_the_commit_only() -> None:
    storage, heard = FailingStorage(), list[Event]()
    chronicle = Chronicle(storage, ManualClock(NOON))
    chronicle.on_event(heard.append)
    storage.broken = True
    with pytest.raises(StorageFailed):
        await chronicle.tell(EventKind.FILL)
    assert heard == []
    storage.broken = False
    await chronicle.tell(EventKind.FILL)
    assert [event.kind for event in heard] == [EventKind.FILL]


async def test_a_listener_that_fails_looks_not_like_a_failed_write() -> None:
    """A closed terminal must not make an order that was stored look as if it was not; the others still hear."""
    storage, heard = MemoryStorage(), list[Event]()
    chronicle = Chronicle(storage, ManualClock(NOON))

    def closed(event: Event) -> None:
        raise BrokenPipeError

    chronicle.on_event(closed)
    chronicle.on_event(heard.append)

    def write(records: Records, tell: Tell) -> str:
        tell(EventKind.FILL)
        return "kept"

    assert await chronicle.write(write) == "kept"
    assert len(heard) == 1
