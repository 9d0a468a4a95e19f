"""Authorised → Order → Fill on a venue that answers as told (promise 1, P3, P5, E8). Prices: 100,000 / 100,100."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.examples import BTC, NOON, D
from tests.trading_floor import Floor, sale, until, wish
from trader import patience
from trader.errors import (
    BelowMinimum,
    DuplicateClientOrderId,
    InsufficientFunds,
    InvalidOrder,
    NotFound,
    OrderPending,
    OutcomeUnknown,
    StorageFailed,
    VenueBusy,
    VenueForbidden,
    VenueOffline,
    VenueRejected,
    VenueUnreachable,
)
from trader.execution import follower as module
from trader.execution import sending
from trader.execution.lifecycle import OWN_COINS_SOLD
from trader.model.events import EventKind
from trader.model.limits import OrderStyle
from trader.model.order import Order, OrderRequest, OrderState, OrderType, Origin, VenueOrder

pytestmark = pytest.mark.usefixtures("hurry")


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same steps, a hundred times as fast."""
    monkeypatch.setattr(module, "LOOK_SECONDS", tuple(s / 100 for s in module.LOOK_SECONDS))
    monkeypatch.setattr(module, "RESOLVE_SECONDS", tuple(s / 100 for s in module.RESOLVE_SECONDS))
    monkeypatch.setattr(module, "GRACE_SECONDS", module.GRACE_SECONDS / 100)
    monkeypatch.setattr(module, "CANCEL_WAIT_SECONDS", module.CANCEL_WAIT_SECONDS / 100)


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    made = Floor()
    yield made
    await made.close()


# ---------------------------------------------------------------- sending


async def test_intent_is_committed_before_the_post(floor: Floor) -> None:
    """Promise 1: when the POST leaves, the row is there."""
    seen: list[OrderState] = []

    async def look(request: OrderRequest) -> None:
        stored = await floor.read(lambda records: records.orders.get(request.client_order_id))
        assert stored is not None
        seen.append(stored.state)

    floor.venue.before_submit = look
    await floor.done(await floor.send(wish()))
    assert seen == [OrderState.NEW]


async def test_an_intent_that_cannot_be_written_is_not_sent(floor: Floor) -> None:
    floor.storage.broken = True
    with pytest.raises(StorageFailed):
        await floor.send(wish())
    assert floor.venue.requests == []
    assert floor.executor.working() == []


async def test_accepted_filled_and_booked(floor: Floor) -> None:
    """100,100 KRW at 100,100 = 1 BTC, fee 50.05; told in this order."""
    order = await floor.send(wish())
    assert (order.state, order.venue_id) == (OrderState.ACCEPTED, "v1")
    done = await floor.done(order)
    assert (done.state, done.executed_quantity, done.executed_funds) == (OrderState.DONE, D(1), D(100_100))
    assert done.paid_fee == D("50.05")
    assert await floor.order(done) == done
    position = await floor.position()
    assert position is not None
    assert (position.quantity, position.cost) == (D(1), D("100150.05"))
    assert [e.kind for e in floor.events] == [EventKind.ORDER, EventKind.FILL, EventKind.ENTRY]
    assert floor.executor.working() == []


@pytest.mark.parametrize(
    ("fault", "states"),
    [
        (None, ["new", "sent", "accepted", "done"]),
        (OutcomeUnknown("no answer"), ["new", "sent", "unknown", "done"]),
        (InsufficientFunds("too little", name="insufficient_funds_bid"), ["new", "sent", "rejected"]),
        (VenueUnreachable("no way"), ["new", "expired"]),
    ],
)
async def test_every_step_is_a_row_with_its_time(floor: Floor, fault: Exception | None, states: list[str]) -> None:
    """`sent` carries the moment it left, a second before the answer; what never reached the venue was not sent."""

    async def a_second(request: OrderRequest) -> None:
        floor.clock.advance(1)

    floor.venue.before_submit = a_second
    floor.venue.lose_answers = isinstance(fault, OutcomeUnknown)
    floor.venue.fail("submit", *([fault] if fault else []))
    order = await floor.send(wish())
    if not order.state.final:
        await floor.done(order)
    rows = await floor.read(lambda records: records.orders.history(order.client_order_id))
    assert [state for _, state, _ in rows] == states
    assert [at - NOON for at, _, _ in rows[:2]] == [timedelta(0), timedelta(seconds="expired" in states)]


async def test_market_buy_that_ends_as_cancel_is_done(floor: Floor) -> None:
    """Upbit ends a filled market buy as `cancel` (§9.4): judged by what was executed."""
    floor.venue.fill_at_once = False
    order = await floor.send(wish())
    floor.venue.fill(order.client_order_id, "0.9", "100100")
    floor.venue.end(order.client_order_id)
    assert (await floor.done(order)).state is OrderState.DONE


@pytest.mark.parametrize(
    ("fault", "state", "note"),
    [
        (InsufficientFunds("no", name="insufficient_funds_bid"), OrderState.REJECTED, "insufficient_funds_bid"),
        (BelowMinimum("no", name="under_min_total_bid"), OrderState.REJECTED, "under_min_total_bid"),
        (InvalidOrder("no", name="invalid_price_bid"), OrderState.REJECTED, "invalid_price_bid"),
        (VenueForbidden("no", name="out_of_scope"), OrderState.REJECTED, "out_of_scope"),
        (NotFound("no", name="notfoundmarket"), OrderState.REJECTED, "notfoundmarket"),
        (VenueRejected("no"), OrderState.REJECTED, "VenueRejected"),
        (VenueUnreachable("no"), OrderState.EXPIRED, "VenueUnreachable"),
        (VenueBusy("no", retry_after=1.0), OrderState.EXPIRED, "VenueBusy"),
        (VenueOffline("no", name="market_offline"), OrderState.EXPIRED, "market_offline"),
    ],
)
async def test_refused_or_never_reached(floor: Floor, fault: Exception, state: OrderState, note: str) -> None:
    """Nothing exists at the venue: the order is over at once, is told, and frees its market."""
    floor.venue.fail("submit", fault)
    order = await floor.send(wish())
    assert (order.state, order.note) == (state, note)
    assert await floor.order(order) == order
    assert floor.executor.working() == []
    assert len(floor.told(EventKind.ORDER_REJECTED)) == 1
    assert (await floor.done(await floor.send(wish()))).state is OrderState.DONE


@pytest.mark.parametrize("lost", [OutcomeUnknown("time-out"), DuplicateClientOrderId("twice"), RuntimeError("a bug")])
async def test_lost_answer_then_found(floor: Floor, lost: Exception) -> None:
    """Told as unknown, looked up by our id, never sent again, booked once."""
    floor.venue.lose_answers = True
    floor.venue.fail("submit", lost)
    order = await floor.send(wish())
    assert order.state is OrderState.UNKNOWN
    done = await floor.done(order)
    assert (done.state, done.executed_quantity) == (OrderState.DONE, D(1))
    assert len(floor.venue.requests) == 1
    assert len(floor.told(EventKind.ORDER_UNKNOWN)) == len(floor.told(EventKind.ORDER_RESOLVED)) == 1


async def test_following_is_not_bound_to_the_patience_of_who_asked(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person's hurry is used up by another read: what became of the order is looked up all the same, and a cancel
    goes on its way."""
    hurries: list[object] = []
    find, cancel = floor.venue.find, floor.venue.cancel

    async def noted(call: Callable[..., Awaitable[Any]], **ids: str | None) -> Any:
        hurries.append(patience.current())
        return await call(**ids)

    monkeypatch.setattr(floor.venue, "find", lambda **ids: noted(find, **ids))
    monkeypatch.setattr(floor.venue, "cancel", lambda **ids: noted(cancel, **ids))
    floor.venue.fill_at_once = False
    with patience.within(1.0) as hurry:
        hurry.spent = True
        order = await floor.send(wish(), OrderStyle.LIMIT)
        assert (await floor.executor.cancel(order)).outcome == "cancelled"
    assert len(hurries) >= 2
    assert set(hurries) == {None}


async def test_lost_answer_shows_up_late(floor: Floor) -> None:
    """404 at first is no proof: it blocks its market until it surfaces."""
    floor.venue.lose_answers = floor.venue.hide = True
    floor.venue.fail("submit", OutcomeUnknown("time-out"))
    order = await floor.send(wish())
    await until(lambda: floor.venue.asked.get("find", 0) >= 3)
    with pytest.raises(OrderPending):
        await floor.send(wish())
    floor.venue.hide = False
    assert (await floor.done(order)).state is OrderState.DONE


async def test_lost_answer_never_found_is_given_up_and_frees_the_market(floor: Floor) -> None:
    floor.venue.fail("submit", OutcomeUnknown("time-out"))
    order = await floor.send(wish())
    gone = await floor.done(order)
    assert (gone.state, gone.note) == (OrderState.EXPIRED, "never appeared at the venue")
    assert await floor.order(gone) == gone
    assert (await floor.done(await floor.send(wish()))).state is OrderState.DONE


async def test_given_up_and_surfaced_after_all_is_booked(floor: Floor) -> None:
    """No fill lost: what was given up is looked for again."""
    floor.venue.lose_answers = floor.venue.hide = True
    floor.venue.fail("submit", OutcomeUnknown("time-out"))
    order = await floor.send(wish())
    assert (await floor.done(order)).state is OrderState.EXPIRED
    assert await floor.executor.look_for_given_up() == []
    floor.venue.hide = False
    (surfaced,) = await floor.executor.look_for_given_up()
    assert (await floor.done(surfaced)).state is OrderState.DONE
    position = await floor.position()
    assert position is not None
    assert position.quantity == 1


async def given_up(floor: Floor) -> Order:
    """One whose answer was lost and that the venue does not show: it is there all the same, and filled."""
    floor.venue.lose_answers = floor.venue.hide = True
    floor.venue.fail("submit", OutcomeUnknown("time-out"))
    order = await floor.done(await floor.send(wish()))
    assert order.state is OrderState.EXPIRED
    return order


async def test_an_order_given_up_before_a_long_outage_is_looked_for_after_it(floor: Floor) -> None:
    """The fifteen minutes count from looks that were made: a day without any does not end the search."""
    await given_up(floor)
    await floor.executor.close()
    floor.clock.advance(86_400)
    floor.restart()
    floor.venue.hide = False
    await floor.executor.resume()
    (surfaced,) = await floor.executor.look_for_given_up()
    assert (await floor.done(surfaced)).state is OrderState.DONE
    position = await floor.position()
    assert position is not None
    assert position.quantity == 1


async def test_the_search_ends_with_a_look_after_fifteen_minutes(floor: Floor) -> None:
    """It is made by one request each time; a venue that does not answer ends nothing."""
    await given_up(floor)
    asked = floor.venue.asked
    floor.clock.advance(899)
    assert await floor.executor.look_for_given_up() == []
    floor.clock.advance(1)
    floor.venue.fail("find_many", VenueUnreachable("away"))
    with pytest.raises(VenueUnreachable):
        await floor.executor.look_for_given_up()
    assert await floor.executor.look_for_given_up() == []
    before = asked["find_many"]
    assert await floor.executor.look_for_given_up() == []
    assert (before, asked["find_many"]) == (3, 3)


async def test_an_order_that_surfaced_is_followed_by_one(floor: Floor) -> None:
    """The venue lists it and cannot show it singly: looks go on, and the next search does not begin them anew."""
    await given_up(floor)
    floor.venue.hide = False
    floor.venue.fail("find", *[VenueUnreachable("away")] * 1_000)
    (surfaced,) = await floor.executor.look_for_given_up()
    for _ in range(3):
        assert await floor.executor.look_for_given_up() == []
    assert [o.client_order_id for o in floor.executor.working()] == [surfaced.client_order_id]
    floor.venue.faults.clear()
    assert (await floor.done(surfaced)).state is OrderState.DONE
    assert len(floor.told(EventKind.FILL)) == 1


async def test_a_sale_that_surfaces_after_its_coins_are_gone_is_booked_and_told(floor: Floor) -> None:
    """1 BTC is sold twice: once in hiding, once more when that one had been given up – by then it was the person's."""
    await floor.bought()
    floor.venue.lose_answers = floor.venue.hide = True
    floor.venue.fail("submit", OutcomeUnknown("time-out"))
    assert (await floor.done(await floor.send(sale()))).state is OrderState.EXPIRED
    floor.venue.lose_answers = floor.venue.hide = False
    floor.venue.totals["BTC"] += 1
    await floor.done(await floor.send(sale()))
    assert await floor.position() is None
    (surfaced,) = await floor.executor.look_for_given_up()
    assert (await floor.done(surfaced)).state is OrderState.DONE
    assert await floor.position() is None
    assert len(await floor.read(lambda records: records.fills.all())) == 3
    [told] = floor.told(EventKind.ERROR)
    assert (told.data["cause"], told.data["client_order_id"]) == (OWN_COINS_SOLD, surfaced.client_order_id)
    assert (await floor.done(await floor.send(wish()))).state is OrderState.DONE, "the market is free"


async def test_an_order_refused_by_mistake_is_taken_over_where_it_is_open(floor: Floor) -> None:
    """The venue answers with a refusal and has it all the same: it is followed, filled and booked."""
    floor.venue.fill_at_once = False
    floor.venue.lose_answers = True
    floor.venue.fail("submit", InvalidOrder("no", name="invalid_price_bid"))
    order = await floor.send(wish())
    assert (order.state, floor.executor.working()) == (OrderState.REJECTED, [])
    await floor.executor.take_over(order)
    floor.venue.fill(order.client_order_id, "1", "100100")
    floor.venue.end(order.client_order_id)
    assert (await floor.done(order)).state is OrderState.DONE
    position = await floor.position()
    assert position is not None
    assert position.quantity == 1


async def test_an_order_that_ended_while_the_list_was_read_is_left_alone(floor: Floor) -> None:
    """The list was older than the books: nothing is told of it, and its history stays as it was."""
    floor.venue.fill_at_once = False
    order = await floor.send(wish())
    floor.venue.fill(order.client_order_id, "1", "100100")
    floor.venue.end(order.client_order_id)
    done = await floor.done(order)
    told = len(floor.events)
    await floor.executor.take_over(done)
    assert (floor.executor.working(), len(floor.events)) == ([], told)


async def test_an_order_the_venue_took_is_never_given_up(floor: Floor) -> None:
    """Accepted, then not shown for longer than the grace: told once, and still in sight."""
    floor.venue.fill_at_once = False
    order = await floor.send(wish())
    floor.venue.hide = True
    await until(lambda: floor.told(EventKind.ERROR))
    await asyncio.sleep(0.05)
    assert len(floor.told(EventKind.ERROR)) == 1
    assert [o.state for o in floor.executor.working()] == [OrderState.ACCEPTED]
    floor.venue.hide = False
    floor.venue.fill(order.client_order_id, "1", "100100")
    floor.venue.end(order.client_order_id)
    assert (await floor.done(order)).state is OrderState.DONE


async def test_who_asked_may_be_cancelled_the_order_is_still_followed(floor: Floor) -> None:
    """A chat front end that stops in the middle of a POST leaves no order at the venue that nobody follows."""
    gate = asyncio.Event()

    async def slow(request: OrderRequest) -> None:
        await gate.wait()

    floor.venue.before_submit = slow
    asking = asyncio.create_task(floor.send(wish()))
    await until(lambda: floor.executor.working())
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    gate.set()
    (order,) = floor.executor.working()
    assert (await floor.done(order)).state is OrderState.DONE


async def test_shutdown_waits_for_the_answer_of_what_is_being_sent(floor: Floor) -> None:
    """Then the rows say all that was known: the next start goes on from there."""
    floor.venue.fill_at_once = False

    async def slow(request: OrderRequest) -> None:
        await asyncio.sleep(0.05)

    floor.venue.before_submit = slow
    asking = asyncio.create_task(floor.send(wish()))
    await until(lambda: floor.executor.working())
    await floor.executor.close()
    order = await asking
    stored = await floor.order(order)
    assert (stored.state, stored.venue_id) == (OrderState.ACCEPTED, "v1")
    assert floor.executor.working() == []


async def test_refusals_of_one_exit_are_told_once(floor: Floor) -> None:
    """C3: an exit is tried every few seconds; the second refusal for the same reason is not pushed again."""
    await floor.bought()
    for _ in range(3):
        floor.venue.fail("submit", VenueOffline("maintenance", name="market_offline"))
        await floor.send(sale(origin=Origin.GUARD, owner="guard", reason="stop"))
    assert len(floor.told(EventKind.ORDER_REJECTED)) == 1
    assert len(floor.told(EventKind.ORDER_REJECTED, pushed=False)) == 3
    floor.venue.fail("submit", VenueForbidden("key", name="expired_access_key"))
    await floor.send(sale(origin=Origin.GUARD, owner="guard", reason="stop"))
    assert len(floor.told(EventKind.ORDER_REJECTED)) == 2


# ---------------------------------------------------------------- following


async def test_fills_are_booked_once_though_stream_and_reads_repeat(floor: Floor) -> None:
    floor.venue.fill_at_once = False
    order = await floor.send(wish("100100", price=D(100_100)), OrderStyle.LIMIT)
    floor.venue.fill(order.client_order_id, "0.4", "100100")
    for _ in range(20):
        floor.executor.hear("v1", order.client_order_id)
        floor.executor.hear("v1", None)
        await floor.executor.catch_up()
        await asyncio.sleep(0.001)
    fills = await floor.read(lambda records: records.fills.all())
    assert [(f.quantity, f.fee) for f in fills] == [(D("0.4"), D("20.02"))]
    assert len(floor.told(EventKind.FILL)) == 1
    assert (await floor.order(order)).state is OrderState.PARTIAL


async def test_stale_remainder_is_cancelled_partial_fills_stay(floor: Floor) -> None:
    """P3: 30 s after it was written the open rest is taken back; what was filled is ours."""
    floor.venue.fill_at_once = False
    order = await floor.send(wish(), OrderStyle.LIMIT)
    assert order.expires_at is not None
    assert (order.expires_at - NOON).total_seconds() == 30
    floor.venue.fill(order.client_order_id, "0.4", "100100")
    await until(lambda: floor.told(EventKind.FILL))
    floor.clock.advance(29)
    await floor.executor.catch_up()
    await asyncio.sleep(0.01)
    assert floor.venue.asked.get("cancel", 0) == 0
    floor.clock.advance(1)
    over = await floor.done(order)
    assert (over.state, over.executed_quantity) == (OrderState.CANCELLED, D("0.4"))
    assert floor.venue.asked["cancel"] == 1
    position = await floor.position()
    assert position is not None
    assert position.quantity == D("0.4")
    assert len(floor.told(EventKind.ENTRY)) == 1


async def test_a_persons_own_limit_order_rests_without_end(floor: Floor) -> None:
    floor.venue.fill_at_once = False
    own = wish(origin=Origin.PERSON, owner="console", order_type=OrderType.LIMIT, price=D(90_000))
    order = await floor.send(own)
    assert (order.expires_at, order.price) == (None, D(90_000))
    floor.clock.advance(10**6)
    await asyncio.sleep(0.02)
    assert floor.venue.asked.get("cancel", 0) == 0
    result = await floor.executor.cancel(order)
    assert result.outcome == "cancelled"
    assert [e.kind for e in floor.events] == [EventKind.ORDER, EventKind.ORDER_CANCELLED]


async def test_a_cancel_that_fails_is_tried_again_without_spinning(floor: Floor) -> None:
    """The venue shuts us out at once, without a moment's wait, when the remainder's time is over: the loop stays free
    and the cancel is asked for again when the door is open."""
    floor.venue.fill_at_once = False
    order = await floor.send(wish(), OrderStyle.LIMIT)
    floor.venue.fail("find", *[VenueOffline("blocked")] * 5)
    floor.venue.fail("cancel", *[VenueForbidden("no right")] * 5)
    floor.clock.advance(31)
    over = await floor.done(order)
    assert over.state is OrderState.CANCELLED
    assert floor.venue.asked["cancel"] == 6
    floor.venue.fail("find", *[VenueOffline("blocked")] * 10**6)
    order = await floor.send(wish(), OrderStyle.LIMIT)
    floor.clock.advance(31)
    before = floor.venue.asked["find"]
    await asyncio.sleep(0.05)
    assert floor.venue.asked["find"] - before < 50


async def test_a_cancel_the_venue_refuses_is_asked_for_again_without_spinning(floor: Floor) -> None:
    """By a person, once refused: the order's own looks ask again, no faster than they look."""
    floor.venue.fill_at_once = False
    order = await floor.send(wish(), OrderStyle.LIMIT)
    floor.venue.fail("cancel", *[VenueOffline("away")] * 10**6)
    assert (await floor.executor.cancel(order)).outcome == "failed"
    before = floor.venue.asked["cancel"]
    await asyncio.sleep(0.1)
    assert 1 <= floor.venue.asked["cancel"] - before <= 20


async def test_cancel_of_an_order_in_doubt_holds_when_it_surfaces(floor: Floor) -> None:
    """Panic asked for it while the venue did not show it yet: it is cancelled as soon as it is there."""
    floor.venue.fill_at_once = False
    floor.venue.lose_answers = floor.venue.hide = True
    floor.venue.fail("submit", OutcomeUnknown("time-out"))
    order = await floor.send(wish(), OrderStyle.LIMIT)
    asked = asyncio.create_task(floor.executor.cancel(order))
    await asyncio.sleep(0.01)
    floor.venue.hide = False
    assert (await floor.done(order)).state is OrderState.CANCELLED
    assert (await asked).outcome in ("cancelled", "failed")


async def test_cancel_says_what_came_of_it(floor: Floor) -> None:
    done = await floor.done(await floor.send(wish()))
    assert (await floor.executor.cancel(done)).outcome == "ended"
    floor.venue.fill_at_once = False
    order = await floor.send(sale())
    floor.venue.fail("cancel", VenueUnreachable("away"))
    failed = await floor.executor.cancel(order)
    assert (failed.outcome, failed.note) == ("failed", "VenueUnreachable")
    assert [r.outcome for r in await floor.executor.cancel_all(BTC)] == ["cancelled"]


async def test_a_person_told_that_a_cancel_goes_on_hears_when_it_has_come_about(floor: Floor) -> None:
    """The guard asks nobody: its cancels are told by the card alone."""
    floor.venue.fill_at_once = False
    for person in (True, False):
        order = await floor.send(wish(), OrderStyle.LIMIT)
        floor.venue.fail("cancel", VenueUnreachable("away"))
        assert (await floor.executor.cancel(order, person=person)).outcome == "failed"
        assert (await floor.done(order)).state is OrderState.CANCELLED
    told = [event.data["promised"] for event in floor.events if event.kind is EventKind.ORDER_CANCELLED]
    assert told == ["yes", ""]


async def test_a_cancel_whose_answer_never_comes_is_told_as_soon_as_it_is_carried_out(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The venue took it and does not answer: what counts is that the order is over. It is asked once, however many
    people wait for it."""
    floor.venue.fill_at_once = False
    order = await floor.send(wish(), OrderStyle.LIMIT)
    carry_out, asked, answered = floor.venue.cancel, [], asyncio.Event()

    async def silent(**ids: str | None) -> None:
        asked.append(ids)
        await carry_out(**ids)
        await answered.wait()

    monkeypatch.setattr(floor.venue, "cancel", silent)
    monkeypatch.setattr(module, "CANCEL_WAIT_SECONDS", 5.0)
    results = await asyncio.wait_for(asyncio.gather(*(floor.executor.cancel(order) for _ in range(3))), 2)
    assert [result.outcome for result in results] == ["cancelled"] * 3
    assert len(asked) == 1
    answered.set()


async def test_an_answer_that_cannot_be_read_does_not_end_the_following(floor: Floor) -> None:
    """Whatever a look raises: told once, looked again."""
    floor.venue.fail("find", ValueError("nonsense"), ValueError("nonsense"), VenueUnreachable("away"))
    order = await floor.send(wish())
    assert (await floor.done(order)).state is OrderState.DONE
    assert len(floor.told(EventKind.ERROR)) == 1


@pytest.mark.parametrize("found", [True, False])
async def test_an_order_the_venue_shows_before_its_answer_comes_is_known(
    floor: Floor, monkeypatch: pytest.MonkeyPatch, found: bool
) -> None:
    """The POST is carried out and its answer hangs; the stream tells of the order, or (False) nobody can look it up
    until the answer is there after all."""
    carry_out, answered = floor.venue.submit, asyncio.Event()

    async def slow(request: OrderRequest) -> VenueOrder:
        order = await carry_out(request)
        floor.executor.hear("", request.client_order_id)
        await answered.wait()
        return order

    monkeypatch.setattr(floor.venue, "submit", slow)
    monkeypatch.setattr(sending, "SLOW_SECONDS", 0.01)
    if not found:
        floor.venue.fail("find", *[VenueUnreachable("away")] * 3)
        floor.venue.hide = True
        asyncio.get_running_loop().call_later(0.1, answered.set)
        asyncio.get_running_loop().call_later(0.15, setattr, floor.venue, "hide", False)
    order = await asyncio.wait_for(floor.send(wish()), 2)
    assert (order.state, order.venue_id) == (OrderState.ACCEPTED, "v1")
    assert (await floor.done(order)).state is OrderState.DONE
    assert answered.is_set() == (not found)
    assert len(floor.venue.requests) == 1
    assert floor.told(EventKind.ORDER_UNKNOWN) == []


# ---------------------------------------------------------------- the books cannot be written


async def test_acceptance_not_stored_is_written_later(floor: Floor) -> None:
    """The disk fills between intent and answer: the order is followed, and its row catches up before any fill."""
    floor.venue.fill_at_once = False

    async def full(request: OrderRequest) -> None:
        floor.storage.fail_writes = 3

    floor.venue.before_submit = full
    order = await floor.send(wish(), OrderStyle.LIMIT)
    assert (await floor.order(order)).state is OrderState.NEW
    await until(lambda: floor.storage.fail_writes == 0)
    await asyncio.sleep(0.05)
    stored = await floor.order(order)
    assert (stored.state, stored.venue_id) == (OrderState.ACCEPTED, "v1")
    floor.venue.fill(order.client_order_id, "1", "100100")
    floor.venue.end(order.client_order_id)
    await floor.done(order)
    assert len(await floor.read(lambda records: records.fills.all())) == 1


async def test_a_refusal_not_stored_is_written_later_and_frees_the_market(floor: Floor) -> None:
    async def full(request: OrderRequest) -> None:
        floor.storage.fail_writes = 2

    floor.venue.before_submit = full
    floor.venue.fail("submit", InsufficientFunds("no", name="insufficient_funds_bid"))
    order = await floor.send(wish())
    assert order.state is OrderState.REJECTED
    assert (await floor.order(order)).state is OrderState.NEW
    floor.venue.before_submit = None
    assert (await floor.done(order)).state is OrderState.REJECTED
    assert await floor.order(order) == order
    assert len(floor.told(EventKind.ORDER_REJECTED)) == 1


async def test_fills_not_stored_are_booked_later_and_once(floor: Floor) -> None:
    floor.venue.fill_at_once = False
    order = await floor.send(wish())
    floor.storage.fail_writes = 3
    floor.venue.fill(order.client_order_id, "1", "100100")
    floor.venue.end(order.client_order_id)
    assert (await floor.done(order)).state is OrderState.DONE
    position = await floor.position()
    assert position is not None
    assert position.quantity == 1


# ---------------------------------------------------------------- two orders of one market


async def test_two_sales_cannot_exceed_the_position(floor: Floor) -> None:
    """1 BTC held: 0.6 under way leaves 0.4; refused before anything is sent."""
    await floor.bought()
    floor.venue.fill_at_once = False
    await floor.send(sale("0.6"))
    with pytest.raises(OrderPending):
        await floor.send(sale("0.40000001"))
    await floor.send(sale("0.4"))
    with pytest.raises(OrderPending):
        await floor.send(sale("0.1"))
    assert len(floor.venue.requests) == 3


async def test_two_sales_at_the_same_moment_cannot_exceed_the_position(floor: Floor) -> None:
    await floor.bought()
    outcomes = await asyncio.gather(*(floor.send(sale()) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(o, OrderPending) for o in outcomes) == 4
    assert len(floor.venue.requests) == 2


async def test_a_strategys_second_buy_of_a_market_waits_a_persons_does_not(floor: Floor) -> None:
    floor.venue.fill_at_once = False
    await floor.send(wish())
    with pytest.raises(OrderPending):
        await floor.send(wish())
    await floor.send(wish(origin=Origin.PERSON, owner="console"))
    assert len(floor.venue.requests) == 2


# ---------------------------------------------------------------- after a restart


@pytest.mark.parametrize("state", [OrderState.NEW, OrderState.SENT, OrderState.ACCEPTED, OrderState.UNKNOWN])
@pytest.mark.parametrize("there", [True, False])
async def test_resume_from_every_state(floor: Floor, state: OrderState, there: bool) -> None:
    """Killed after the intent, after the POST, after the answer: what the venue has is booked, what it never got ends
    (except what it is known to have taken)."""
    floor.venue.fill_at_once = False
    order = await floor.send(wish())
    await floor.executor.close()
    before = order.changed(NOON, state=state)
    await floor.storage.write(lambda records: records.orders.save(before))
    if there:
        floor.venue.fill(order.client_order_id, "1", "100100")
        floor.venue.end(order.client_order_id)
    else:
        floor.venue.hide = True
    floor.restart()
    assert await floor.executor.resume() == 1
    if there:
        assert (await floor.done(order)).state is OrderState.DONE
        assert await floor.position() is not None
    elif state is OrderState.ACCEPTED:
        await until(lambda: floor.told(EventKind.ERROR))
        assert len(floor.executor.working()) == 1
    else:
        assert (await floor.done(order)).state is OrderState.EXPIRED


async def test_grace_goes_on_through_restarts(floor: Floor) -> None:
    """Written, then killed, and killed again: half a minute after the intent the first look decides, so that a service
    that keeps crashing does not keep a market blocked. Right after the intent the whole grace is waited."""
    floor.venue.fill_at_once = False
    order = await floor.send(wish())
    await floor.executor.close()
    await floor.storage.write(lambda records: records.orders.save(order.changed(NOON, state=OrderState.NEW)))
    floor.venue.hide = True
    for seconds, looks in ((0, 2), (30, 1)):
        floor.clock.advance(seconds)
        floor.venue.asked.clear()
        floor.restart()
        await floor.executor.resume()
        await until(lambda looks=looks: floor.venue.asked.get("find", 0) >= looks)
        if not seconds:
            assert [o.state for o in floor.executor.working()] == [OrderState.UNKNOWN]
            await floor.executor.close()
    assert (await floor.done(order)).state is OrderState.EXPIRED
    assert floor.venue.asked["find"] == 1


async def test_resume_with_partial_fills_books_the_rest_only(floor: Floor) -> None:
    floor.venue.fill_at_once = False
    order = await floor.send(wish())
    floor.venue.fill(order.client_order_id, "0.4", "100100")
    await until(lambda: floor.told(EventKind.FILL))
    await floor.executor.close()
    floor.venue.fill(order.client_order_id, "0.6", "100100")
    floor.venue.end(order.client_order_id)
    floor.restart()
    await floor.executor.resume()
    await floor.done(order)
    fills = await floor.read(lambda records: records.fills.all())
    assert [f.quantity for f in fills] == [D("0.4"), D("0.6")]


async def test_resume_takes_back_what_expired_while_away(floor: Floor) -> None:
    floor.venue.fill_at_once = False
    order = await floor.send(wish(), OrderStyle.LIMIT)
    await floor.executor.close()
    floor.clock.advance(3600)
    floor.restart()
    await floor.executor.resume()
    assert (await floor.done(order)).state is OrderState.CANCELLED


async def test_resume_follows_no_order_twice(floor: Floor) -> None:
    floor.venue.fill_at_once = False
    await floor.send(wish())
    await floor.executor.resume()
    await floor.executor.resume()
    assert len(floor.executor.working()) == 1


async def test_an_order_that_is_heard_of_in_the_moment_of_the_stop_does_not_hold_it_up(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked at once, then quiet for half a minute: a word of the stream and the stop reach it at the same time."""
    monkeypatch.setattr(module, "LOOK_SECONDS", (0.0, 30.0))
    order = await floor.send(
        wish("20000", origin=Origin.PERSON, order_type=OrderType.LIMIT, price=D(50_000)), OrderStyle.LIMIT
    )
    (watch,) = floor.executor._follower._watches.values()
    await until(lambda: watch.looks == 2)
    floor.executor.hear("", order.client_order_id)
    async with asyncio.timeout(5):
        await floor.executor.close()
    assert floor.executor.working() == []
