"""The break-even stop through the real guard, books and a restart (S3). 1 BTC bought at 100,100 costs 100,150.05."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.examples import BTC, D
from tests.trading_floor import Floor, until
from trader.execution import follower
from trader.guard import watch
from trader.model.order import Breakeven, ExitPlan

PLAN = ExitPlan(stop=D(98_000), breakeven=Breakeven(D("0.01"), D("0.0005")))
"""Moves at 101,151.55 to 100,150.05 ÷ 0.9995 = 100,200.15 → 100,300."""


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "RETRY_SECONDS", (0.01,))
    monkeypatch.setattr(follower, "LOOK_SECONDS", (0.0, 0.002))


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    made = Floor()
    yield made
    await made.close()


async def test_a_gain_that_melts_away_is_left_at_cost_even_after_a_restart(floor: Floor) -> None:
    """Up to 101,200, the service starts anew, down to 100,300: sold there, and nothing is lost but slippage."""
    await floor.bought(exits=PLAN)
    floor.guard.price(BTC, D(101_200))
    await floor.guard.sweep()
    await floor.close()
    floor.restart()
    await floor.guard.load()
    levels = floor.guard.levels(BTC)
    assert levels is not None
    assert (levels.breakeven_at, levels.effective_stop) == (D("101151.5505"), D(100_300))
    floor.guard.price(BTC, D(100_400))
    await asyncio.sleep(0.01)
    assert len(floor.venue.requests) == 1
    floor.venue.price(BTC, "100300")
    floor.guard.price(BTC, D(100_300))
    await until(lambda: BTC not in floor.guard.markets)
    (closed,) = await floor.read(lambda records: records.positions.recent_closed(1))
    assert closed.exit_reason == "breakeven"
    assert closed.realised_pnl > 0


async def test_before_the_gain_the_stop_stays_where_it_is(floor: Floor) -> None:
    await floor.bought(exits=PLAN)
    floor.guard.price(BTC, D(101_100))
    floor.guard.price(BTC, D(98_100))
    await asyncio.sleep(0.01)
    assert len(floor.venue.requests) == 1
    levels = floor.guard.levels(BTC)
    assert levels is not None
    assert levels.effective_stop == D(98_000)
