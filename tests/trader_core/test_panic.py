"""One panic, from any state, proven flat (promise 3). BTC 100,000, ETH 5,000."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.examples import BTC, ETH, D
from tests.trading_floor import Floor, sale, until, wish
from trader import exits
from trader.chronicle import Chronicle
from trader.errors import (
    InsufficientFunds,
    OutcomeUnknown,
    VenueBlocked,
    VenueForbidden,
    VenueOffline,
    VenueUnreachable,
)
from trader.execution import follower
from trader.model.events import EventKind
from trader.model.halt import Halt
from trader.model.limits import OrderStyle
from trader.model.order import Denied, ExitPlan, Order, OrderRequest, OrderType, Origin, Side
from trader.model.portfolio import TradingState
from trader.panic import button as panic
from trader.state import StateKeeper


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "LOOK_SECONDS", (0.0, 0.002))
    monkeypatch.setattr(follower, "RESOLVE_SECONDS", (0.0, 0.002))
    monkeypatch.setattr(follower, "CANCEL_WAIT_SECONDS", 0.1)
    monkeypatch.setattr(panic, "PAUSE_SECONDS", (0.0, 0.002))


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    made = Floor()
    yield made
    await made.close()


@pytest.mark.parametrize("state", list(TradingState))
async def test_flat_from_every_trading_state(floor: Floor, state: TradingState) -> None:
    """Two positions, a resting buy and a resting sale: cancelled, sold, read back, locked, told."""
    await floor.bought()
    await floor.bought("50050", market=ETH)
    floor.venue.fill_at_once = False
    await floor.send(wish(origin=Origin.PERSON, owner="console", order_type=OrderType.LIMIT, price=D(90_000)))
    await floor.send(sale("0.5", price=D(120_000), order_type=OrderType.LIMIT, origin=Origin.PERSON))
    floor.venue.fill_at_once = True
    await floor.state.set(state, "console")
    receipt = await floor.panic.press("telegram:1")
    assert receipt.flat
    assert [c.outcome for c in receipt.cancelled] == ["cancelled", "cancelled"]
    assert sorted(f.market.code for f in receipt.sold) == ["KRW-BTC", "KRW-ETH"]
    assert (receipt.remaining, receipt.open_orders_left) == ((), 0)
    assert await floor.read(lambda records: records.positions.open()) == []
    assert floor.state.current is TradingState.HALTED
    (event,) = floor.told(EventKind.PANIC)
    assert (event.data["flat"], event.data["by"]) == ("yes", "telegram:1")
    assert isinstance(await floor.flow.wish(wish()), Denied)


async def test_one_market_failing_stops_no_other_and_is_named(floor: Floor) -> None:
    await floor.bought()
    await floor.bought("50050", market=ETH)

    async def refuse(request: OrderRequest) -> None:
        if request.market == ETH:
            raise VenueForbidden("no", name="out_of_scope")

    floor.venue.before_submit = refuse
    receipt = await floor.panic.press("console")
    assert not receipt.flat
    assert [f.market for f in receipt.sold] == [BTC]
    (left,) = receipt.remaining
    assert (left.market, left.quantity) == (ETH, D(10))
    assert (left.reason.code, left.reason.params) == ("not_sold", {"why": "out_of_scope"})


async def test_venue_away_is_a_receipt_not_an_exception(floor: Floor) -> None:
    await floor.bought()
    for method in ("quotes", "rules", "open_orders", "find", "cancel"):
        floor.venue.fail(method, *[VenueUnreachable("away")] * 50)
    receipt = await floor.panic.press("console")
    assert not receipt.flat
    assert receipt.open_orders_left > 0
    assert "VenueUnreachable" in receipt.remaining[0].reason.params["why"] or "away" in str(receipt.remaining[0].reason)
    assert floor.state.current is TradingState.HALTED


async def test_a_venue_closed_for_a_moment_is_waited_for(floor: Floor) -> None:
    """Nothing rests; the sale is refused because of maintenance, and again because of a block: the next round sells."""
    await floor.bought()
    floor.venue.fail("submit", VenueOffline("x", name="market_offline"), VenueBlocked("y", name="too_many_requests"))
    receipt = await floor.panic.press("console")
    assert receipt.flat
    assert len(floor.venue.requests) == 4, "the entry and one order a round"


async def test_coins_taken_out_by_hand_are_named_and_not_asked_for_again(floor: Floor) -> None:
    """Half of 1 BTC is gone: the rest is sold, and the receipt says what only the person can answer."""
    await floor.bought()
    floor.venue.totals["BTC"] = D("0.5")

    async def funds(request: OrderRequest) -> None:
        if request.side is Side.SELL and request.quantity and request.quantity > floor.venue.totals["BTC"]:
            raise InsufficientFunds("no", name="insufficient_funds_ask")

    floor.venue.before_submit = funds
    receipt = await floor.panic.press("console")
    assert not receipt.flat
    assert [(f.market, f.quantity) for f in receipt.sold] == [(BTC, D("0.5"))]
    (left,) = receipt.remaining
    assert (left.quantity, left.reason.code) == (D("0.5"), "books_differ")
    told = floor.events[-1].data
    assert (told["remaining"], told["reasons"]) == ("KRW-BTC:0.50000000", "books_differ"), "also for who did not wait"
    sent = await floor.read(lambda records: records.orders.recent(10))
    assert len(sent) == 3, "the entry, the whole position, the half that is there"
    again = await floor.panic.press("console")
    assert again.remaining[0].reason.code == "books_differ"
    assert len(await floor.read(lambda records: records.orders.recent(10))) == 3
    floor.venue.totals["BTC"] = D("0.5")
    assert (await floor.panic.press("console")).flat, "they are back"


async def test_a_cancel_that_hangs_holds_up_no_sale_elsewhere(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer to the cancel never comes though it is carried out: sold at once, and told as cancelled."""
    await floor.bought()
    floor.venue.fill_at_once = False
    await floor.send(wish(market=ETH), OrderStyle.LIMIT)
    floor.venue.fill_at_once = True
    carry_out, answered, sold = floor.venue.cancel, asyncio.Event(), asyncio.Event()

    async def silent(**ids: str | None) -> None:
        await sold.wait()
        await carry_out(**ids)
        await answered.wait()

    async def note(request: OrderRequest) -> None:
        sold.set()

    floor.venue.before_submit = note
    monkeypatch.setattr(floor.venue, "cancel", silent)
    monkeypatch.setattr(follower, "CANCEL_WAIT_SECONDS", 60.0)
    receipt = await asyncio.wait_for(floor.panic.press("console"), 30)
    assert receipt.flat
    assert [c.outcome for c in receipt.cancelled] == ["cancelled"]
    answered.set()


async def test_dust_is_named_as_such(floor: Floor) -> None:
    await floor.bought("5005")
    floor.venue.price(BTC, "90000")
    receipt = await floor.panic.press("console")
    assert [r.reason.code for r in receipt.remaining] == ["dust"]
    assert not receipt.flat


async def test_cancel_only_sells_nothing(floor: Floor) -> None:
    await floor.bought()
    floor.venue.fill_at_once = False
    await floor.send(wish(market=ETH), OrderStyle.LIMIT)
    receipt = await floor.panic.press("console", cancel_only=True)
    assert [c.outcome for c in receipt.cancelled] == ["cancelled"]
    assert (receipt.sold, [r.market for r in receipt.remaining], receipt.open_orders_left) == ((), [BTC], 0)
    assert floor.state.current is TradingState.HALTED


async def test_scope_leaves_the_others_alone(floor: Floor) -> None:
    await floor.bought()
    await floor.bought("50050", market=ETH)
    receipt = await floor.panic.press("console", markets=[ETH])
    assert receipt.flat
    assert [f.market for f in receipt.sold] == [ETH]
    assert await floor.position(BTC) is not None


async def test_an_order_in_doubt_is_not_flat(floor: Floor) -> None:
    """Its answer was lost: it may still surface and buy. Nobody may call that flat."""
    floor.venue.hide = floor.venue.lose_answers = True
    floor.venue.fill_at_once = False
    floor.venue.fail("submit", OutcomeUnknown("time-out"))
    order = await floor.send(wish(), OrderStyle.LIMIT)
    receipt = await floor.panic.press("console")
    assert (receipt.flat, receipt.open_orders_left) == (False, 1)
    floor.venue.hide = False
    await floor.done(order)
    assert (await floor.panic.press("console")).flat


async def test_a_buy_that_is_being_sent_is_waited_for_and_sold(floor: Floor) -> None:
    """Its POST is on the way when the button is pressed: not in any list of open orders yet, but ours."""
    gate = asyncio.Event()

    async def slow(request: OrderRequest) -> None:
        if request.side is Side.BUY:
            await gate.wait()

    floor.venue.before_submit = slow
    buying = asyncio.create_task(floor.flow.wish(wish()))
    await until(lambda: floor.executor.working())
    pressing = asyncio.create_task(floor.panic.press("console"))
    await asyncio.sleep(0.01)
    gate.set()
    receipt = await pressing
    await buying
    assert receipt.flat
    assert await floor.position() is None


async def test_the_lock_survives_a_restart(floor: Floor) -> None:
    await floor.panic.press("console")
    again = await StateKeeper.load(Chronicle(floor.storage, floor.clock), TradingState.ACTIVE)
    assert (again.current, again.note.reason) == (TradingState.HALTED, "panic")


async def test_books_that_cannot_be_written_hold_up_no_panic(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locked and sold, once, with what must outlive a crash kept beside the books; the receipt says what they do not
    know yet, and that it is the books."""
    monkeypatch.setattr(exits, "EXIT_WAIT_SECONDS", 0.05)
    await floor.bought()
    floor.storage.broken = True
    receipt = await floor.panic.press("console")
    assert floor.venue.totals["BTC"] == 0
    assert not receipt.flat
    assert receipt.remaining[0].reason.params == {"why": "StorageFailed"}
    assert floor.state.current is TradingState.HALTED
    halt, order = floor.spare.entries()
    assert isinstance(halt, Halt)
    assert isinstance(order, Order)
    assert (halt.by, order.side, order.origin) == ("console", Side.SELL, Origin.PANIC)
    floor.storage.broken = False
    assert (await floor.panic.press("console")).flat
    assert floor.spare.entries() == []
    assert [request.side for request in floor.venue.requests] == [Side.BUY, Side.SELL]


async def test_panic_while_the_guard_is_selling_sells_once(floor: Floor) -> None:
    await floor.bought(exits=ExitPlan(stop=D(98_000)))
    gate = asyncio.Event()

    async def slow(request: OrderRequest) -> None:
        await gate.wait()

    floor.venue.before_submit = slow
    floor.guard.price(BTC, D(97_000))
    await until(lambda: floor.executor.working())
    pressing = asyncio.create_task(floor.panic.press("console"))
    await asyncio.sleep(0.01)
    gate.set()
    assert (await pressing).flat
    assert sum(r.side is Side.SELL for r in floor.venue.requests) == 1


async def test_panic_with_nothing_to_do(floor: Floor) -> None:
    receipt = await floor.panic.press("console")
    assert (receipt.flat, receipt.sold, receipt.cancelled) == (True, (), ())
