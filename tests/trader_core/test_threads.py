"""Every event of a trade carries the thread of its position, from the proposal to the exit (C3). 1 BTC at 100,100."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.examples import BTC, D
from tests.trading_floor import Floor, sale, settings, until, wish
from trader.execution import follower
from trader.model.events import Event, EventKind
from trader.model.limits import ApprovalPolicy, OrderStyle
from trader.model.order import Breakeven, ExitPlan, Order, OrderType, Origin
from trader.model.ticket import Ticket


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "LOOK_SECONDS", (0.0, 0.002))
    monkeypatch.setattr(follower, "CANCEL_WAIT_SECONDS", 0.2)


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    made = Floor()
    yield made
    await made.close()


def threads(events: list[Event]) -> dict[str, str]:
    return {event.kind.value: event.thread for event in events if event.market}


async def sold(floor: Floor) -> None:
    await until(lambda: BTC not in floor.guard.markets)


async def test_from_the_proposal_to_the_stop_it_is_one_thread(floor: Floor) -> None:
    """Asked, approved, bought, the stop pulled up by 2%, restarted, sold by the stop: all under the intent's id."""
    floor.settings = settings(approval=ApprovalPolicy.ASK_ALL)
    asked = await floor.flow.wish(wish(intent_id="i-first", exits=ExitPlan(trail=D("0.02"))))
    assert isinstance(asked, Ticket)
    order = await floor.flow.answer(asked.ticket_id, True, "telegram:1")
    assert isinstance(order, Order)
    await floor.done(order)
    await floor.guarded()
    floor.guard.price(BTC, D(102_200))
    await floor.guard.sweep()
    await floor.close()
    floor.restart()
    await floor.guard.load()
    floor.guard.price(BTC, D(100_000))
    await sold(floor)
    told = threads(floor.events)
    assert told.keys() == {
        "proposal", "ticket_answered", "order", "fill", "entry", "guard_moved", "exit",
    }  # fmt: skip
    assert set(told.values()) == {"i-first"}
    [closed] = await floor.read(lambda records: records.positions.recent_closed(9))
    assert closed.thread == "i-first"
    assert {o.thread for o in await floor.read(lambda records: records.orders.recent(9))} == {"i-first"}


async def test_whatever_is_wished_of_a_held_market_belongs_to_its_position(floor: Floor) -> None:
    """A person adds to the position and then sells: their wishes, tickets and orders tell its story."""
    position = await floor.bought()
    floor.settings = settings(approval=ApprovalPolicy.ASK_ALL)
    floor.events.clear()
    for intent in (
        wish("50050", origin=Origin.PERSON, owner="telegram:1"),
        sale("1.5", origin=Origin.PERSON, owner="telegram:1"),
    ):
        asked = await floor.flow.wish(intent)
        assert isinstance(asked, Ticket)
        order = await floor.flow.answer(asked.ticket_id, True, "telegram:1")
        assert isinstance(order, Order)
        await floor.done(order)
    assert set(threads(floor.events).values()) == {position.thread_id}
    assert await floor.position() is None


async def test_a_resting_sale_that_a_stop_overtook_ends_in_the_thread_of_the_position(floor: Floor) -> None:
    """It is taken back when the stop sells; its end is no trade of its own."""
    position = await floor.bought(exits=ExitPlan(stop=D(98_000)))
    await floor.send(sale(price=D(120_000), order_type=OrderType.LIMIT, thread=position.thread_id), OrderStyle.LIMIT)
    floor.guard.price(BTC, D(97_000))
    await sold(floor)
    assert threads(floor.events).keys() >= {"order_cancelled", "exit"}
    assert set(threads(floor.events).values()) == {position.thread_id}


async def test_two_orders_of_one_market_tell_the_entry_where_the_position_is(floor: Floor) -> None:
    """Both were sent while nothing was held: each tells its own order and fill, the coins go to the first one's
    position."""
    first = await floor.send(wish("50050", intent_id="a", origin=Origin.PERSON, owner="console"))
    second = await floor.send(wish("50050", intent_id="b", origin=Origin.PERSON, owner="console"))
    await floor.done(first)
    await floor.done(second)
    assert {event.thread for event in floor.told(EventKind.FILL)} == {"a", "b"}
    position = await floor.position()
    assert position is not None
    assert {event.thread for event in floor.told(EventKind.ENTRY)} == {position.thread}


async def test_a_stop_that_moves_is_told_by_the_percent(floor: Floor) -> None:
    """Entered at 100,100 with a trailing stop of 2% (98,100, on ticks of 50). High 100,500: 98,500, 0.4% up, not told.
    High 101,500: 99,500, told. High 101,600: not again."""
    await floor.bought(exits=ExitPlan(trail=D("0.02")))
    for price in (100_500, 101_500, 101_600):
        floor.guard.price(BTC, D(price))
        await floor.guard.sweep()
    [moved] = floor.told(EventKind.GUARD_MOVED)
    assert moved.data | {"position_id": ""} == {
        "position_id": "", "before": "98100", "stop": "99500", "cause": "trail",
    }  # fmt: skip


async def test_a_stop_moved_to_break_even_is_told_at_once(floor: Floor) -> None:
    """The rule's price brings back 100,150.05 KRW a coin and 0.05% of the sale: on ticks of 100, 100,300."""
    rule = Breakeven(gain=D("0.01"), fee_rate=D("0.0005"))
    await floor.bought(exits=ExitPlan(stop=D(99_900), breakeven=rule))
    floor.guard.price(BTC, D(101_500))
    await floor.guard.sweep()
    await asyncio.sleep(0)
    [moved] = floor.told(EventKind.GUARD_MOVED)
    assert (moved.data["before"], moved.data["stop"], moved.data["cause"]) == ("99900", "100300", "breakeven")
