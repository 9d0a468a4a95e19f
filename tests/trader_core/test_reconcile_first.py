"""Entries wait for a look: at the start, and after a long time without one; many resting orders cost few requests
(S9, P5, P7)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.examples import BTC, D, buy
from tests.trading_floor import Floor, until, wish
from trader.errors import VenueUnreachable
from trader.execution import follower as following
from trader.model.events import EventKind
from trader.model.limits import OrderStyle
from trader.model.order import Order, OrderState, OrderType, Origin
from trader.model.portfolio import Balance, TradingState
from trader.reconcile import Reconciler, reconciler

LIMIT = OrderStyle.LIMIT


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    made = Floor()
    yield made
    await made.close()


def made(floor: Floor) -> Reconciler:
    return Reconciler(floor.venue, floor.chronicle, floor.executor, floor.quotes, floor.state, lambda: floor.settings)


async def rest(floor: Floor, price: int) -> Order:
    """A person's limit order, on the book of the venue."""
    return await floor.send(wish("20000", origin=Origin.PERSON, order_type=OrderType.LIMIT, price=D(price)), LIMIT)


async def test_entries_wait_until_the_first_look_has_passed(floor: Floor) -> None:
    gate = made(floor)
    gate.expect()
    assert (floor.state.current, floor.state.note.by) == (TradingState.REDUCING, "reconcile")
    await floor.quotes.refresh(floor.venue, [BTC])
    denied = await floor.flow.review(buy("100000"))
    assert {r.code for r in denied.reasons} >= {"not_reconciled", "trading_state"}  # type: ignore[union-attr]
    floor.venue.fail("balances", VenueUnreachable("away"))
    with pytest.raises(VenueUnreachable):
        await gate.first()
    assert not gate.passed
    result = await gate.first()
    assert (gate.passed, result.equal, floor.state.current) == (True, True, TradingState.ACTIVE)
    (event,) = floor.told(EventKind.RECONCILED, pushed=False)
    assert (event.data["cause"], event.data["equal"], event.push) == ("start", "yes", False)


async def test_after_a_long_time_without_a_look_entries_wait_for_one(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = made(floor)
    await gate.run()
    floor.venue.fail("balances", VenueUnreachable("away"))
    with pytest.raises(VenueUnreachable):
        await gate.run()
    assert gate.passed, "one failure is not long"
    monkeypatch.setattr(reconciler, "LONG_OUTAGE_SECONDS", -1.0)
    floor.venue.fail("balances", VenueUnreachable("away"))
    with pytest.raises(VenueUnreachable):
        await gate.run()
    assert (gate.passed, floor.state.note.reason) == (False, "no comparison for long")
    await gate.run()
    assert gate.passed


async def test_two_causes_to_wait_end_each_on_their_own(floor: Floor) -> None:
    gate = made(floor)
    gate.expect()
    floor.state.hamper("storage", "disk full")
    await gate.run()
    assert floor.state.current is TradingState.REDUCING
    assert floor.state.note.by == "storage"
    floor.state.unhamper("storage")
    assert floor.state.current is TradingState.ACTIVE


async def test_the_nightly_look_reminds_only_of_what_waits(floor: Floor) -> None:
    gate = made(floor)
    await gate.nightly()
    assert [e.push for e in floor.told(EventKind.RECONCILED, pushed=False)] == [False]
    floor.venue.totals["KRW"] += 1000
    await gate.nightly()
    (reminder,) = floor.told(EventKind.RECONCILED)
    assert (reminder.data["cause"], reminder.data["open"]) == ("nightly", "1")


async def test_the_first_look_is_not_repeated_where_that_would_take_longer_than_it_may(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order is in doubt, 0.5 s are allowed, and the account answers after 0.1 s: a look takes 0.2 s, and after the
    pause of 0.25 s a second one would end at 0.65 s."""
    order = await rest(floor, 50_000)
    await floor.executor.close()
    floor.venue.orders.pop(order.client_order_id)
    floor.restart()
    await floor.executor.resume()
    answer = floor.venue.balances

    async def slowly() -> dict[str, Balance]:
        await asyncio.sleep(0.1)
        return await answer()

    monkeypatch.setattr(floor.venue, "balances", slowly)
    monkeypatch.setattr(reconciler, "FIRST_SECONDS", 0.5)
    floor.venue.asked.clear()
    result = await made(floor).first()
    assert result.unsettled
    assert floor.venue.asked["balances"] == 2, "read twice by each look"


async def test_after_a_restart_resting_orders_are_asked_for_all_at_once(floor: Floor) -> None:
    """Twelve rest, one of them was filled while nobody watched: one list of all, and a look at that one."""
    orders = [await rest(floor, 50_000 + n) for n in range(12)]
    await floor.executor.close()
    floor.venue.fill(orders[3].client_order_id, f"{orders[3].quantity:f}", "50003")
    floor.restart()
    floor.venue.asked.clear()
    assert await floor.executor.resume() == 12
    await made(floor).first()
    filled = await floor.done(orders[3])
    assert filled.state is OrderState.DONE
    assert floor.venue.asked["find_many"] <= 2
    assert floor.venue.asked["find"] <= 3, floor.venue.asked
    assert len(floor.executor.working()) == 11


async def test_many_quiet_orders_share_one_look(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred rest and the stream says nothing: a glance is one request for all, and a fill is noticed by the next
    one. Singly they are looked at where they moved."""
    monkeypatch.setattr(following, "GLANCE_SECONDS", 0.02)
    orders = [await rest(floor, 40_000 + n) for n in range(100)]
    await floor.executor.close()
    floor.restart()
    floor.venue.asked.clear()
    await floor.executor.resume()
    await until(lambda: floor.venue.asked.get("find_many", 0) >= 3)
    assert floor.venue.asked.get("find", 0) == 0
    for order in (orders[7], orders[93]):
        floor.venue.fill(order.client_order_id, f"{order.quantity:f}", f"{order.price:f}")
    glances = floor.venue.asked["find_many"]
    for order in (orders[7], orders[93]):
        assert (await floor.done(order)).state is OrderState.DONE
    assert floor.venue.asked["find_many"] - glances <= 3
    assert floor.venue.asked["find"] == 2
    assert len(floor.executor.working()) == 98


async def test_glances_end_with_the_last_quiet_order(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a venue that does not answer them ends none."""
    monkeypatch.setattr(following, "GLANCE_SECONDS", 0.005)
    order = await rest(floor, 40_000)
    await floor.executor.close()
    floor.restart()
    floor.venue.asked.clear()
    floor.venue.fail("find_many", VenueUnreachable("away"), VenueUnreachable("away"))
    await floor.executor.resume()
    await until(lambda: floor.venue.asked.get("find_many", 0) >= 4)
    assert (await floor.executor.cancel(order)).outcome == "cancelled"
    ended = floor.venue.asked["find_many"]
    await asyncio.sleep(0.05)
    assert floor.venue.asked["find_many"] <= ended + 1


async def test_an_order_the_books_call_over_is_followed_again_when_the_venue_shows_it_open(floor: Floor) -> None:
    order = await rest(floor, 50_000)
    await floor.executor.close()
    given_up = order.changed(floor.clock.now(), state=OrderState.EXPIRED, note="given up")
    await floor.storage.write(lambda records: records.orders.save(given_up))
    floor.restart()
    gate = made(floor)
    await gate.run()
    assert [o.client_order_id for o in floor.executor.working()] == [order.client_order_id]
    assert floor.told(EventKind.MISMATCH, pushed=False) == [], "it is ours, not somebody's"
    floor.venue.fill(order.client_order_id, f"{order.quantity:f}", "50000")
    await floor.executor.catch_up()
    assert (await floor.done(order)).state is OrderState.DONE
