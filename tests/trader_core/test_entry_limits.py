"""Limits through the real flow: they stop entries, are told once, and never stop an exit (S4, S6, promise 7)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.examples import BTC, ETH, NOON, D
from tests.trader_core.test_cycle import UP, Desk
from tests.trading_floor import Floor, sale, settings, wish
from trader.execution import follower
from trader.model.events import EventKind
from trader.model.limits import ApprovalPolicy
from trader.model.market import Candle, Market, Timeframe
from trader.model.order import Denied, Order, Origin
from trader.model.portfolio import TradingState


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "LOOK_SECONDS", (0.0, 0.002))


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    made = Floor()
    yield made
    await made.close()


def codes(outcome: object) -> list[str]:
    assert isinstance(outcome, Denied), outcome
    return [reason.code for reason in outcome.reasons]


async def stopped_out(floor: Floor, times: int = 1) -> None:
    """Bought at 100,100, sold by a stop at 100,000, a minute later each time."""
    for _ in range(times):
        floor.clock.advance(60)
        await floor.bought()
        assert await floor.exits.sell_position(BTC, Origin.GUARD, "guard", "stop", D(100_000))


def hit(floor: Floor) -> list[str]:
    return [event.data["reasons"] for event in floor.told(EventKind.LIMIT_HIT)]


async def test_three_losing_stops_make_entries_wait(floor: Floor) -> None:
    """For an hour from the third one; told once; a restart changes nothing; exits go on."""
    floor.settings = settings(max_stops_in_a_row=3, stop_breaker_seconds=3600)
    await stopped_out(floor, 3)
    assert codes(await floor.flow.wish(wish())) == ["max_stops_in_a_row"]
    await floor.executor.close()
    floor.restart()
    assert codes(await floor.flow.wish(wish(market=ETH))) == ["max_stops_in_a_row"]
    assert hit(floor) == ["max_stops_in_a_row"]
    await floor.bought()  # one that was open already
    assert await floor.exits.sell_position(BTC, Origin.GUARD, "guard", "stop", D(100_000))
    floor.clock.advance(3599)
    assert codes(await floor.flow.wish(wish())) == ["max_stops_in_a_row"]
    floor.clock.advance(1)
    assert isinstance(await floor.flow.wish(wish()), Order)
    assert hit(floor) == ["max_stops_in_a_row"]


async def test_a_new_row_of_stops_is_told_anew(floor: Floor) -> None:
    floor.settings = settings(max_stops_in_a_row=2, stop_breaker_seconds=600)
    for _ in range(2):
        await stopped_out(floor, 2)
        await floor.flow.wish(wish())
        await floor.flow.wish(wish())
        floor.clock.advance(600)
    assert hit(floor) == ["max_stops_in_a_row"] * 2


async def test_a_persons_resume_ends_the_wait_a_pause_that_runs_out_does_not(floor: Floor) -> None:
    floor.settings = settings(max_stops_in_a_row=2, stop_breaker_seconds=3600)
    await stopped_out(floor, 2)
    await floor.state.set(TradingState.REDUCING, "telegram:2", until=floor.clock.now() + timedelta(seconds=1))
    floor.clock.advance(2)
    await floor.state.expire()
    assert codes(await floor.flow.wish(wish())) == ["max_stops_in_a_row"]
    await floor.state.set(TradingState.ACTIVE, "telegram:1")
    assert isinstance(await floor.flow.wish(wish()), Order)


async def test_a_win_ends_the_row(floor: Floor) -> None:
    floor.settings = settings(max_stops_in_a_row=3)
    await stopped_out(floor, 2)
    await floor.bought()
    floor.venue.price(BTC, "120000")
    await floor.exits.sell_position(BTC, Origin.GUARD, "guard", "take", D(120_000))
    floor.venue.price(BTC, "100000")
    await stopped_out(floor, 2)
    assert isinstance(await floor.flow.wish(wish()), Order)


async def test_the_days_spending_is_told_once_and_ends_with_the_day(floor: Floor) -> None:
    """150,000 a day: 100,100 with 50.05 of fee are spent, 60,000 more do not fit, tomorrow they do."""
    floor.settings = settings(max_daily_spend_krw=150_000)
    await floor.bought()
    for _ in range(2):
        assert codes(await floor.flow.wish(wish("60000", market=ETH))) == ["max_daily_spend"]
    assert hit(floor) == ["max_daily_spend"]
    floor.clock.advance(86_400)
    assert isinstance(await floor.flow.wish(wish("60000", market=ETH)), Order)


async def test_exposure_counts_what_is_held_and_wished(floor: Floor) -> None:
    """10,000,000 in all, 10 % at most: 1,000,000 of BTC fits, 10,000 of ETH on top does not. A sale always does."""
    floor.settings = settings(max_exposure=Decimal("0.1"))
    await floor.quotes.refresh(floor.venue, [BTC, ETH])
    outcome = await floor.flow.wish(wish("999000"))
    assert isinstance(outcome, Order)
    await floor.done(outcome)
    assert codes(await floor.flow.wish(wish("10000", market=ETH, price=D(5_005)))) == ["max_exposure"]
    assert isinstance(await floor.flow.wish(sale("1")), Order)


# ---------------------------------------------------------------- volatility


def minute_candles(market: Market, *ranges: tuple[str, str]) -> list[Candle]:
    """The last ones before noon, (low, high) each."""
    minute = timedelta(minutes=1)
    return [
        Candle(market, Timeframe.M1, NOON - (len(ranges) - n) * minute, D(low), D(high), D(low), D(high), D(1), D(1))
        for n, (low, high) in enumerate(ranges)
    ]


async def test_no_entry_after_a_sudden_move(floor: Floor) -> None:
    """95,000 to 100,000 within three minutes: 5.3 %. Two minutes later the low is out of sight; exits never wait."""
    position = await floor.bought()
    rows = minute_candles(BTC, ("95000", "96000"), ("99900", "100000"), ("99900", "100000"))
    await floor.storage.write(lambda records: records.candles.upsert(rows))
    assert await floor.flow.moved(BTC) == D(100_000) / D(95_000) - 1
    person = {"origin": Origin.PERSON, "owner": "telegram:1"}
    assert codes(await floor.flow.wish(wish(**person))) == ["volatility"]
    assert await floor.exits.leave(position, "stop", D(100_000))
    floor.clock.advance(60)
    assert await floor.flow.moved(BTC) == D(100_000) / D(99_900) - 1
    assert isinstance(await floor.flow.wish(wish()), Order)


async def test_the_live_price_tells_what_no_candle_knows_yet(floor: Floor) -> None:
    rows = minute_candles(BTC, ("100000", "100000"))
    await floor.storage.write(lambda records: records.candles.upsert(rows))
    floor.venue.price(BTC, "94000")
    assert codes(await floor.flow.wish(wish())) == ["volatility"]


async def test_an_unknown_move_or_no_limit_stops_nothing(floor: Floor) -> None:
    assert await floor.flow.moved(BTC) is None
    assert isinstance(await floor.flow.wish(wish()), Order)
    rows = minute_candles(ETH, ("1000", "9000"))
    await floor.storage.write(lambda records: records.candles.upsert(rows))
    floor.settings = settings(volatility_block_fraction=0)
    assert await floor.flow.moved(ETH) is None
    assert isinstance(await floor.flow.wish(wish(market=ETH, price=D(5_005))), Order)


async def test_the_journal_says_how_far_it_moved_or_that_nobody_knows(floor: Floor) -> None:
    desk = Desk(floor, approval=ApprovalPolicy.ASK_ALL)
    await desk.run(BTC=UP)
    (blind,) = await floor.read(lambda records: records.journal.latest(1))
    assert (blind.stage, blind.details["moved"]) == ("approval", "unknown")
    rows = minute_candles(BTC, ("100000", "101000"))
    await floor.storage.write(lambda records: records.candles.upsert(rows))
    await desk.run(BTC=UP)
    (seen,) = await floor.read(lambda records: records.journal.latest(1))
    assert seen.details["moved"] == "0.01"
