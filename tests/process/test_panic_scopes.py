"""Panic over one strategy: what it owns is sold and its orders cancelled, everything else stays; all entries lock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.examples import BTC, ETH, D
from tests.trading_floor import Floor, until, wish
from trader.errors import OutcomeUnknown, VenueUnreachable
from trader.execution import follower
from trader.model.limits import OrderStyle
from trader.model.order import Denied, ExitPlan, OrderRequest, Side
from trader.model.portfolio import TradingState
from trader.panic import button as panic


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "LOOK_SECONDS", (0.0, 0.002))
    monkeypatch.setattr(follower, "RESOLVE_SECONDS", (0.0, 0.002))
    monkeypatch.setattr(follower, "CANCEL_WAIT_SECONDS", 0.05)
    monkeypatch.setattr(panic, "PAUSE_SECONDS", (0.0, 0.01, 0.05))


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    made = Floor()
    yield made
    await made.close()


async def bought(floor: Floor, owner: str, notional: str, market: object) -> None:
    await floor.done(await floor.send(wish(notional, market=market, owner=owner)))


async def test_only_what_the_strategy_owns_is_sold(floor: Floor) -> None:
    """sma_cross holds BTC, rsi_zones holds ETH: panic over sma_cross sells BTC alone, and nobody enters any more."""
    await bought(floor, "sma_cross", "100100", BTC)
    await bought(floor, "rsi_zones", "50050", ETH)
    receipt = await floor.panic.press("console", strategy="sma_cross")
    assert receipt.flat
    assert [fill.market for fill in receipt.sold] == [BTC]
    assert await floor.position(BTC) is None
    assert await floor.position(ETH) is not None
    assert floor.state.current is TradingState.HALTED
    assert isinstance(await floor.flow.wish(wish(owner="rsi_zones")), Denied)


async def test_orders_of_others_keep_working(floor: Floor) -> None:
    floor.venue.fill_at_once = False
    mine = await floor.send(wish(owner="sma_cross"), OrderStyle.LIMIT)
    other = await floor.send(wish(market=ETH, owner="rsi_zones"), OrderStyle.LIMIT)
    receipt = await floor.panic.press("console", strategy="sma_cross")
    assert [result.client_order_id for result in receipt.cancelled] == [mine.client_order_id]
    assert (receipt.flat, receipt.open_orders_left) == (True, 0)
    assert [order.client_order_id for order in floor.executor.working()] == [other.client_order_id]


async def test_a_strategy_that_holds_nothing_is_flat(floor: Floor) -> None:
    await bought(floor, "rsi_zones", "50050", ETH)
    receipt = await floor.panic.press("console", strategy="sma_cross")
    assert (receipt.flat, receipt.sold) == (True, ())
    assert await floor.position(ETH) is not None


async def test_market_and_strategy_together_narrow_it(floor: Floor) -> None:
    await bought(floor, "sma_cross", "100100", BTC)
    await bought(floor, "sma_cross", "50050", ETH)
    assert (await floor.panic.press("console", markets=[ETH], strategy="sma_cross")).flat
    assert await floor.position(BTC) is not None


async def test_the_guards_exit_of_what_the_strategy_owns_is_in_scope(floor: Floor) -> None:
    """The guard is selling its BTC already, owner `guard`: waited for, and sold once."""
    await floor.done(await floor.send(wish(owner="sma_cross", exits=ExitPlan(stop=D(98_000)))))
    await until(lambda: floor.guard.markets)
    gate = asyncio.Event()

    async def slow(request: OrderRequest) -> None:
        await gate.wait()

    floor.venue.before_submit = slow
    floor.guard.price(BTC, D(97_000))
    await until(lambda: floor.executor.working())
    pressing = asyncio.create_task(floor.panic.press("console", strategy="sma_cross"))
    await asyncio.sleep(0.01)
    gate.set()
    assert (await pressing).flat
    assert sum(request.side is Side.SELL for request in floor.venue.requests) == 1


async def test_an_entry_that_surfaces_while_panic_waits_is_sold(floor: Floor) -> None:
    """Its answer was lost and the venue does not show it at first: the next round finds the position and sells it."""
    floor.venue.hide = floor.venue.lose_answers = True
    floor.venue.fail("submit", OutcomeUnknown("time-out"))
    await floor.send(wish())
    pressing = asyncio.create_task(floor.panic.press("console"))
    await asyncio.sleep(0.08)
    assert not pressing.done()
    floor.venue.hide = False
    receipt = await pressing
    assert receipt.flat
    assert await floor.position() is None
    assert [fill.side for fill in receipt.sold] == [Side.SELL]


async def test_a_venue_that_stumbles_is_asked_again(floor: Floor) -> None:
    """The list of open orders cannot be read twice: not flat then, flat in the third round."""
    await bought(floor, "sma_cross", "100100", BTC)
    floor.venue.fail("open_orders", VenueUnreachable("away"), VenueUnreachable("away"))
    assert (await floor.panic.press("console")).flat
