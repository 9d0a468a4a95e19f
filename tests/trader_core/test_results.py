"""C2, E10, E11, S10: results of Korean days beside holding, and what people look up, over the whole trader.

NOON is 12:00 in Seoul; buying costs 100,100 and 50.05 of fee; the bid is 100,000."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.examples import BTC, NOON, D
from tests.trader_core.test_service import House, bought
from trader import service
from trader.desk.lookups import Exported
from trader.desk.results import grid, timeframe_for
from trader.errors import VenueUnreachable
from trader.market.screener import Ranking
from trader.model.events import EventKind
from trader.model.market import Candle, Timeframe
from trader.model.seoul import day_start

MIDNIGHT = NOON - timedelta(hours=12)


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(service, "CONNECT_RETRY_SECONDS", (0.02,))
    made = House(tmp_path)
    yield made
    await made.stop()


def flat(house: House, timeframe: Timeframe, price: int, rows: int = 200) -> None:
    """Candles of one price, the newest closing now."""
    edge = timeframe.floor(NOON)
    value = D(price)
    candles = [
        Candle(BTC, timeframe, edge - n * timeframe.span, value, value, value, value, D(1), value)
        for n in range(rows, 0, -1)
    ]
    house.venue.history.setdefault(BTC, []).extend(candles)


async def test_a_day_that_lost_the_spread_and_the_fee(house: House) -> None:
    """1 BTC for 100,150.05, worth 100,000: 150.05 lost of 10,000,000. Holding from 98,000: +2.04 % less 0.05 %."""
    flat(house, Timeframe.M15, 98_000)
    trader = await house.start()
    await bought(trader)
    found = await trader.desk.performance(1)
    assert found.result == D("-150.05")
    assert found.capital == D(10_000_000)
    assert found.share == D("-0.000015005")
    assert found.held_share == pytest.approx(D(100_000) / D(98_000) * D("0.9995") - 1)
    assert found.traded == D(100_100)
    assert found.moments[0] == MIDNIGHT
    assert len(found.moments) == len(found.results) == len(found.held) == 49, "every quarter of 12 hours, and now"
    assert found.results[-2] == 0, "bought just now"


async def test_what_the_venue_does_not_tell_is_not_known(house: House) -> None:
    flat(house, Timeframe.H1, 98_000)
    trader = await house.start()
    await bought(trader)
    for method in ("candles", "balances"):
        house.venue.fail(method, VenueUnreachable("away"))
    found = await trader.desk.performance(7)
    assert (found.capital, found.share, found.turnover) == (None, None, None)
    assert found.result == D("-150.05"), "nothing was held when the week began: only the bid is needed"
    assert found.report.realised == 0


async def test_the_day_and_its_share_stand_in_the_status(house: House) -> None:
    trader = await house.start()
    await bought(trader)
    status = await trader.desk.status()
    assert (status.day_result, status.day_share) == (D("-150.05"), D("-0.000015005"))
    (view,) = status.positions
    assert view.net == D("-200.05"), "and 50 more of fee to sell"


def test_hours_close_at_midnight_in_seoul() -> None:
    assert [timeframe_for(days) for days in (1, 7, 31, 365)] == ["15m", "1h", "1h", "1d"]
    points = grid(MIDNIGHT, MIDNIGHT + timedelta(minutes=150), Timeframe.H1)
    assert points == [MIDNIGHT + timedelta(minutes=m) for m in (0, 60, 120, 150)]


async def test_everything_of_a_period_is_handed_out(house: House) -> None:
    trader = await house.start()
    await bought(trader)
    today = day_start(house.clock.now()), day_start(house.clock.now(), -1)
    assert [order.market for order in await trader.desk.exported(Exported.ORDERS, *today)] == [BTC]  # type: ignore[union-attr]
    (fill,) = await trader.desk.exported(Exported.FILLS, *today)
    (line,) = await trader.desk.exported(Exported.LEDGER, *today)
    assert (line.krw, line.reference) == (D("-100150.05"), fill.fill_id)  # type: ignore[union-attr]
    assert await trader.desk.exported(Exported.TRADES, *today) == []
    kinds = {event.kind for event in await trader.desk.exported(Exported.EVENTS, *today)}  # type: ignore[union-attr]
    assert {EventKind.PROPOSAL, EventKind.FILL, EventKind.ENTRY} <= kinds
    yesterday = day_start(house.clock.now(), 1), today[0]
    assert [await trader.desk.exported(what, *yesterday) for what in Exported] == [[]] * len(Exported)


async def test_the_trail_by_kind_by_person_and_beyond_the_newest(house: House) -> None:
    trader = await house.start()
    await trader.desk.set_state("pause", "telegram:7")
    await trader.desk.set_state("resume", "console")
    desk = trader.desk
    both = await desk.events(10, {EventKind.STATE_CHANGED})
    assert [event.data["by"] for event in both] == ["console", "telegram:7"]
    assert await desk.events(10, {EventKind.STATE_CHANGED}, skip=1) == both[1:]
    assert [event.data["by"] for event in await desk.events(10, person="telegram:7")] == ["telegram:7"]


async def test_the_screener_asks_little_and_says_what_is_traded(house: House) -> None:
    trader = await house.start()
    before = dict(house.venue.asked)
    rows = await trader.desk.screener(Ranking.TURNOVER, 1)
    assert [(row.info.market, row.traded) for row in rows] == [(BTC, True)]
    spent = {name: n - before.get(name, 0) for name, n in house.venue.asked.items() if n != before.get(name, 0)}
    assert spent == {"tickers": 1, "quotes": 1}


async def test_a_month_is_compared_from_the_day_of_the_first_trade_on(house: House) -> None:
    """Traded for the first time today: nobody asks what holding brought in the weeks before."""
    flat(house, Timeframe.H1, 50_000)
    trader = await house.start()
    assert (await trader.desk.performance(30)).moments[0] == MIDNIGHT - timedelta(days=29), "nothing traded yet"
    await bought(trader)
    found = await trader.desk.performance(30)
    assert (found.report.start, found.moments[0]) == (MIDNIGHT - timedelta(days=29), MIDNIGHT)
    assert found.held_share == pytest.approx(2 * D("0.9995") - 1)
