"""Exits by rule through the real guard, flow, executor and books (S3, promise 7). 1 BTC bought at 100,100."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.examples import BTC, NOON, D
from tests.trading_floor import Floor, sale, until, wish
from trader.errors import StorageFailed, VenueOffline, VenueUnreachable
from trader.execution import follower
from trader.guard import watch
from trader.model.events import EventKind
from trader.model.limits import OrderStyle
from trader.model.order import ExitPlan, OrderType, Side
from trader.model.portfolio import TradingState

STOP = ExitPlan(stop=D(98_000))


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "RETRY_SECONDS", (0.01,))
    monkeypatch.setattr(follower, "LOOK_SECONDS", (0.0, 0.002))
    monkeypatch.setattr(follower, "RESOLVE_SECONDS", (0.0, 0.002))
    monkeypatch.setattr(follower, "GRACE_SECONDS", 0.05)
    monkeypatch.setattr(follower, "CANCEL_WAIT_SECONDS", 0.2)


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    made = Floor()
    yield made
    await made.close()


async def left(floor: Floor) -> str:
    """Wait until the position is gone from guard and books; why it was left."""
    await until(lambda: BTC not in floor.guard.markets)
    (closed,) = await floor.read(lambda records: records.positions.recent_closed(1))
    return closed.exit_reason


@pytest.mark.parametrize(
    ("plan", "prices", "code"),
    [
        (ExitPlan(stop=D(98_000)), ["99000", "98000"], "stop"),
        (ExitPlan(take=D(103_000)), ["102999", "103000"], "take"),
        (ExitPlan(trail=D("0.02")), ["105000", "103000", "102900"], "trail"),
    ],
)
async def test_a_level_reached_sells_everything(floor: Floor, plan: ExitPlan, prices: list[str], code: str) -> None:
    await floor.bought(exits=plan)
    for price in prices[:-1]:
        floor.guard.price(BTC, D(price))
    await asyncio.sleep(0.01)
    assert len(floor.venue.requests) == 1
    floor.guard.price(BTC, D(prices[-1]))
    assert await left(floor) == code
    sent = floor.venue.requests[-1]
    assert (sent.side, sent.order_type, sent.quantity) == (Side.SELL, OrderType.MARKET, D(1))
    assert len(floor.told(EventKind.EXIT)) == 1


async def test_max_hold_needs_no_trade(floor: Floor) -> None:
    """In a market where nobody trades the time still runs: the sweep sees it."""
    await floor.bought(exits=ExitPlan(max_hold_seconds=600))
    floor.clock.advance(599)
    await floor.guard.sweep()
    await asyncio.sleep(0.01)
    assert floor.guard.markets == {BTC}
    floor.clock.advance(1)
    await floor.guard.sweep()
    assert await left(floor) == "max_hold"


async def test_a_price_of_an_earlier_position_never_sets_off_a_new_one(floor: Floor) -> None:
    """Left by the stop at 90,000, bought again: the last price of the old life counts for nothing in the new one."""
    await floor.bought(exits=STOP)
    floor.guard.price(BTC, D(90_000))
    assert await left(floor) == "stop"
    await floor.bought(exits=STOP)
    for _ in range(3):
        await floor.guard.sweep()
        await asyncio.sleep(0.005)
    assert floor.guard.markets == {BTC}
    assert len(floor.venue.requests) == 3


async def test_a_trade_of_before_the_entry_that_arrives_late_counts_for_nothing(floor: Floor) -> None:
    await floor.bought(exits=STOP)
    floor.guard.price(BTC, D(90_000), NOON - timedelta(milliseconds=1))
    await asyncio.sleep(0.01)
    assert floor.guard.markets == {BTC}
    floor.guard.price(BTC, D(90_000), NOON)
    assert await left(floor) == "stop"


async def test_a_venue_clock_that_goes_back_does_not_blind_the_guard(floor: Floor) -> None:
    """Trades dated 90 s before the entry: in the first seconds they may really be of before, later they are of now."""
    await floor.bought(exits=STOP)
    back = NOON - timedelta(seconds=90)
    floor.guard.price(BTC, D(90_000), back)
    await asyncio.sleep(0.01)
    assert floor.guard.markets == {BTC}
    floor.clock.advance(watch.LATE_TRADE_SECONDS)
    floor.guard.price(BTC, D(97_000), back)
    assert await left(floor) == "stop"


async def test_high_water_is_written_by_the_sweep_only_and_restored(floor: Floor) -> None:
    """A hundred prices cost no write; the sweep costs one; a restart goes on from the mark."""
    position = await floor.bought(exits=ExitPlan(trail=D("0.02")))
    writes = 0

    def count() -> None:
        nonlocal writes
        writes += 1

    floor.storage.before_write = count
    for step in range(100):
        floor.guard.price(BTC, D(101_000) + step * 10)
    assert writes == 0
    await floor.guard.sweep()
    await floor.guard.sweep()
    assert writes == 1
    stored = await floor.read(lambda records: records.guards.get(position.position_id))
    assert stored is not None
    assert stored.high == D(101_990)
    await floor.guard.close()
    floor.restart()
    await floor.guard.load()
    floor.guard.price(BTC, D(100_100))  # 101,990 less 2 % = 99,950.2, on the tick of 50: 100,000
    await asyncio.sleep(0.005)
    assert floor.guard.markets == {BTC}
    floor.guard.price(BTC, D(100_000))
    assert await left(floor) == "trail"


async def test_a_high_water_mark_never_writes_back_an_old_plan(floor: Floor) -> None:
    """The plan got tighter (bought more) after the sweep had looked: only the high is written."""
    position = await floor.bought(exits=ExitPlan(stop=D(98_000), trail=D("0.5")))
    floor.guard.price(BTC, D(101_000))
    levels = floor.guard.levels(BTC)
    assert levels is not None
    tighter = ExitPlan(stop=D(99_000), trail=D("0.5"))
    await floor.storage.write(
        lambda records: records.guards.save(type(levels)(position.position_id, BTC, tighter, D(100_100), NOON))
    )
    await floor.guard.sweep()
    stored = await floor.read(lambda records: records.guards.get(position.position_id))
    assert stored is not None
    assert (stored.plan.stop, stored.high) == (D(99_000), D(101_000))


async def test_a_high_water_mark_never_brings_back_a_closed_position(floor: Floor) -> None:
    position = await floor.bought(exits=ExitPlan(trail=D("0.5")))
    floor.guard.price(BTC, D(101_000))
    await floor.storage.write(lambda records: records.guards.remove(position.position_id))
    await floor.guard.sweep()
    assert await floor.read(lambda records: records.guards.all()) == []


async def test_an_exit_that_fails_is_tried_again_and_told_once(floor: Floor) -> None:
    await floor.bought(exits=STOP)
    floor.venue.fail("rules", *[VenueUnreachable("away")] * 6)
    floor.guard.price(BTC, D(97_000))
    assert await left(floor) == "stop"
    (told,) = floor.told(EventKind.ERROR)
    assert (told.data["cause"], told.data["again"]) == ("VenueUnreachable", "yes")


async def test_an_exit_the_venue_refuses_is_tried_again(floor: Floor) -> None:
    await floor.bought(exits=STOP)
    floor.venue.fail("submit", *[VenueOffline("maintenance", name="market_offline")] * 4)
    floor.guard.price(BTC, D(97_000))
    assert await left(floor) == "stop"
    assert len(floor.told(EventKind.ORDER_REJECTED)) == 1


async def test_a_fault_of_ours_does_not_end_the_trying(floor: Floor) -> None:
    await floor.bought(exits=STOP)
    floor.venue.fail("rules", RuntimeError("a bug"), RuntimeError("a bug"))
    floor.guard.price(BTC, D(97_000))
    assert await left(floor) == "stop"


async def test_books_that_cannot_be_written_for_a_while_delay_an_exit_only(floor: Floor) -> None:
    await floor.bought(exits=STOP)
    floor.storage.fail_writes = 3
    floor.guard.price(BTC, D(97_000))
    assert await left(floor) == "stop"
    assert len(floor.venue.requests) == 2


async def test_one_exit_in_flight_per_market(floor: Floor) -> None:
    """A falling market prints a hundred prices below the stop while the first sale is on its way."""
    await floor.bought(exits=STOP)
    gate = asyncio.Event()

    async def slow(request: object) -> None:
        await gate.wait()

    floor.venue.before_submit = slow
    for step in range(100):
        floor.guard.price(BTC, D(97_000) - step)
        await asyncio.sleep(0)
    await floor.guard.sweep()
    gate.set()
    assert await left(floor) == "stop"
    assert len(floor.venue.requests) == 2


async def test_exit_while_the_entry_is_still_open_takes_the_rest_back_first(floor: Floor) -> None:
    """0.4 of 1 BTC bought, the rest still on the book: cancelled, then what is held is sold."""
    floor.venue.fill_at_once = False
    entry = await floor.send(wish(exits=STOP), OrderStyle.LIMIT)
    floor.venue.fill(entry.client_order_id, "0.4", "100100")
    await until(lambda: BTC in floor.guard.markets)
    floor.venue.fill_at_once = True
    floor.guard.price(BTC, D(97_000))
    assert await left(floor) == "stop"
    assert [r.quantity for r in floor.venue.requests if r.side is Side.SELL] == [D("0.4")]
    assert floor.venue.orders[entry.client_order_id].open is False


async def test_exit_takes_back_a_persons_resting_sale(floor: Floor) -> None:
    """It holds the coins; the stop comes first."""
    await floor.bought(exits=STOP)
    floor.venue.fill_at_once = False
    resting = await floor.send(sale(price=D(120_000), order_type=OrderType.LIMIT))
    floor.venue.fill_at_once = True
    floor.guard.price(BTC, D(97_000))
    assert await left(floor) == "stop"
    assert floor.venue.orders[resting.client_order_id].open is False


async def test_dust_is_said_once_and_tried_again(floor: Floor) -> None:
    """5,005 KRW worth falls to 4,550, below the venue's minimum: told once; sold when it is worth 5,000 again."""
    await floor.bought("5005", exits=STOP)
    floor.venue.price(BTC, "91000")
    await floor.quotes.refresh(floor.venue, [BTC])
    floor.guard.price(BTC, D(91_000))
    await until(lambda: floor.told(EventKind.ERROR))
    await asyncio.sleep(0.05)
    assert [e.data["message"] for e in floor.told(EventKind.ERROR)] == ["below_minimum"]
    assert len(floor.venue.requests) == 1
    floor.venue.price(BTC, "101000")
    floor.clock.advance(1)
    await floor.quotes.refresh(floor.venue, [BTC])
    assert await left(floor) == "stop"


@pytest.mark.parametrize("state", [TradingState.REDUCING, TradingState.HALTED])
async def test_exits_work_in_every_trading_state(floor: Floor, state: TradingState) -> None:
    await floor.bought(exits=STOP)
    await floor.state.set(state, "console")
    floor.guard.price(BTC, D(97_000))
    assert await left(floor) == "stop"


async def test_a_reading_that_failed_is_made_up_for(floor: Floor) -> None:
    """A position must not stay unguarded because the books could not be read in the moment of its booking."""
    await floor.bought(exits=STOP)
    floor.restart()
    await floor.storage.close()
    with pytest.raises(StorageFailed):
        await floor.guard.load(BTC)
    assert floor.guard.markets == frozenset()
    floor.storage._closed = False  # the memory is back
    await floor.guard.sweep()
    assert floor.guard.markets == {BTC}


async def test_a_position_sold_otherwise_is_no_longer_guarded(floor: Floor) -> None:
    await floor.bought(exits=STOP)
    await floor.done(await floor.send(sale()))
    await floor.guarded()
    floor.guard.price(BTC, D(90_000))
    await asyncio.sleep(0.01)
    assert len(floor.venue.requests) == 2


async def test_a_guard_behind_the_books_sells_nothing_twice(floor: Floor) -> None:
    """Sold by a person a moment ago, the guard has not read it yet: the books refuse, nothing is sent."""
    position = await floor.bought(exits=STOP)
    await floor.done(await floor.send(sale()))
    assert await floor.exits.leave(position, "stop", D(97_000)) is True
    assert len(floor.venue.requests) == 2
