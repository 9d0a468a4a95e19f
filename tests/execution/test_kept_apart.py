"""Books that cannot be written hold up no exit: its intent is durable beside them first (promise 1, P7). 1 BTC held."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TypeVar

import pytest

from tests.examples import BTC, D
from tests.trading_floor import FailingStorage, Floor, sale, until, wish
from trader.books_watch import WatchedStorage
from trader.errors import OrderPending, OutcomeUnknown, StorageFailed
from trader.execution import executor, follower
from trader.model.events import EventKind
from trader.model.order import ExitPlan, Intent, Order, OrderRequest, OrderState, OrderType, Origin, Side
from trader.ports import Records

T = TypeVar("T")
PLAN = ExitPlan(stop=D(90_000))


class LockedStorage(FailingStorage):
    """While `locked`, writes wait in line, and are carried out when it is over: the lock of another program."""

    def __init__(self) -> None:
        super().__init__()
        self.free = asyncio.Event()
        self.free.set()
        self.unreadable = False

    async def write(self, fn: Callable[[Records], T]) -> T:
        await self.free.wait()
        return await super().write(fn)

    async def read(self, fn: Callable[[Records], T]) -> T:
        if self.unreadable:
            raise StorageFailed("PostgreSQL does not answer")
        return await super().read(fn)


@pytest.fixture
async def floor(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Floor]:
    monkeypatch.setattr(executor, "SPARE_AFTER_SECONDS", 0.02)
    monkeypatch.setattr(follower, "LOOK_SECONDS", (0.0, 0.002))
    monkeypatch.setattr(follower, "RESOLVE_SECONDS", (0.0, 0.002))
    monkeypatch.setattr(follower, "GRACE_SECONDS", 0.1)
    made = Floor(storage=LockedStorage())
    await made.bought("100100", PLAN)
    yield made
    made.storage.broken = False
    locks(made).free.set()
    await made.close()


def locks(floor: Floor) -> LockedStorage:
    assert isinstance(floor.storage, LockedStorage)
    return floor.storage


def stop(quantity: str = "1") -> Intent:
    return sale(quantity, origin=Origin.GUARD, owner="guard", reason="stop")


async def sales(floor: Floor) -> list[Order]:
    return [o for o in await floor.storage.read(lambda r: r.orders.recent(9)) if o.side is Side.SELL]


async def test_a_stop_is_sent_while_the_books_are_locked_and_booked_once_afterwards(floor: Floor) -> None:
    """Kept apart before the POST; the intent that waits in line comes to its turn and makes no second row."""
    seen: list[list[str]] = []

    async def look(request: OrderRequest) -> None:
        seen.append([entry.client_order_id for entry in floor.spare.entries() if isinstance(entry, Order)])

    floor.venue.before_submit = look
    locks(floor).free.clear()
    sending = asyncio.create_task(floor.send(stop()))
    await until(lambda: floor.venue.totals["BTC"] == 0)
    [request] = floor.venue.requests[1:]
    assert seen == [[request.client_order_id]]
    assert await sales(floor) == []
    locks(floor).free.set()
    done = await floor.done(await sending)
    assert (done.client_order_id, done.state) == (request.client_order_id, OrderState.DONE)
    assert [o.state for o in await sales(floor)] == [OrderState.DONE]
    assert (await floor.position(), floor.spare.entries()) == (None, [])
    assert len(floor.told(EventKind.EXIT)) == 1
    history = await floor.read(lambda records: records.orders.history(done.client_order_id))
    assert [state for _, state, _ in history] == ["new", "sent", "accepted", "done"]


@pytest.mark.parametrize("filled", [True, False])
async def test_killed_before_the_books_could_be_written(floor: Floor, filled: bool) -> None:
    """The next process carries it over before anything else, looks it up, and books what became of it, once."""
    floor.venue.fill_at_once = filled
    floor.storage.broken = True
    await floor.send(stop())
    name = floor.venue.requests[1].client_order_id
    await floor.executor.close()  # nothing of it can be written any more
    floor.storage.broken = False
    books = floor.chronicle.storage
    assert isinstance(books, WatchedStorage)
    await books.carry_over()
    assert floor.spare.entries() == []
    floor.restart()
    assert await floor.executor.resume() == 1
    if not filled:
        floor.venue.fill(name, "1", "100000")
    done = await floor.executor.wait(name, 5)
    assert done is not None
    assert done.state is OrderState.DONE
    fills = await floor.read(lambda records: records.fills.of_order(name))
    assert [fill.quantity for fill in fills] == [D(1)]
    assert await floor.position() is None
    assert len(floor.venue.requests) == 2


async def test_killed_before_it_was_sent(floor: Floor) -> None:
    """It stands in the spare book and never reached the venue: looked up, given up, and the market is free."""
    floor.storage.broken = True
    floor.venue.fail("submit", OutcomeUnknown("killed"))
    await floor.send(stop())
    [entry] = floor.spare.entries()
    assert isinstance(entry, Order)
    floor.storage.broken = False
    over = await floor.done(entry)
    assert over.state is OrderState.EXPIRED
    assert (await floor.done(await floor.send(stop()))).state is OrderState.DONE
    assert await floor.position() is None


async def test_refused_beside_the_books_and_taken_by_them_a_little_later(floor: Floor) -> None:
    """The spare book refuses it for a sale of 0.6 that rests; the line with the end of that one comes first."""
    floor.venue.fill_at_once = False
    resting = await floor.send(sale("0.6", order_type=OrderType.LIMIT, price=D(101_000), origin=Origin.PERSON))
    locks(floor).free.clear()
    floor.venue.fill_at_once = True
    sending = asyncio.create_task(floor.send(stop()))
    await asyncio.sleep(0.1)
    assert (len(floor.venue.requests), floor.spare.entries()) == (2, [])
    over = replace(resting, state=OrderState.CANCELLED)
    await FailingStorage.write(floor.storage, lambda records: records.orders.save(over))
    locks(floor).free.set()
    assert (await floor.done(await sending)).state is OrderState.DONE
    assert await floor.position() is None


async def test_what_is_sold_already_is_not_sold_again(floor: Floor) -> None:
    """The books still hold the coin: they know of neither the order nor its fill."""
    floor.storage.broken = True
    await floor.send(stop("0.6"))
    await until(lambda: floor.executor.behind(BTC))
    with pytest.raises(OrderPending, match=r"1\.0+ held, 0\.60+ being sold already"):
        await floor.send(stop())
    await floor.send(stop("0.4"))
    assert floor.venue.totals["BTC"] == 0
    assert len(floor.spare.entries()) == 2
    floor.storage.broken = False
    await until(lambda: not floor.executor.working())
    assert await floor.position() is None
    assert floor.spare.entries() == []


async def test_an_order_taken_back_meanwhile_claims_nothing(floor: Floor) -> None:
    """A resting sale of the whole, cancelled while the books are locked: they cannot be told, and the stop sells."""
    floor.venue.fill_at_once = False
    resting = await floor.send(sale())
    floor.storage.broken = True
    floor.venue.end(resting.client_order_id)
    await until(lambda: floor.executor.behind(BTC))
    floor.venue.fill_at_once = True
    await floor.send(stop())
    assert floor.venue.totals["BTC"] == 0


async def test_books_that_cannot_even_be_read(floor: Floor) -> None:
    """A database server that is gone: who wishes the exit knows what is held; what is being sold is known here."""
    floor.storage.broken = locks(floor).unreadable = True
    await floor.send(stop())
    assert floor.venue.totals["BTC"] == 0
    with pytest.raises(OrderPending):
        await floor.send(stop())


async def test_only_exits_are_kept_apart(floor: Floor) -> None:
    floor.storage.broken = True
    for intent in (wish(), sale(), sale(origin=Origin.PERSON, owner="console")):
        with pytest.raises(StorageFailed):
            await floor.send(intent)
    assert floor.spare.entries() == []
    assert len(floor.venue.requests) == 1


async def test_where_it_cannot_be_kept_it_is_not_sent(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(entry: object) -> None:
        raise StorageFailed("no space left")

    monkeypatch.setattr(floor.spare, "keep", full)
    floor.storage.broken = True
    with pytest.raises(StorageFailed):
        await floor.send(stop())
    assert floor.venue.totals["BTC"] == 1


async def test_carried_over_before_the_first_write_that_works(floor: Floor) -> None:
    """Whoever makes it: what is written next may already need the row."""
    floor.storage.broken = True
    order = await floor.send(stop())
    floor.storage.broken = False
    found = await floor.chronicle.storage.write(lambda records: records.orders.get(order.client_order_id))
    assert found is not None
