"""What is known of the market itself and of our own money: order book, candles with indicators, funding."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
import ta

from storage.memory import MemoryStorage
from tests.advice.context.outside import NOW, PATIENT, question
from tests.advice.context.venue import Venue, any_of
from tests.examples import BTC, ETH, position
from tests.signals.rows import from_closes, random_rows
from trader.advice.context import rows
from trader.advice.context.candles import Candles
from trader.advice.context.finding import figure
from trader.advice.context.funding import Funding
from trader.advice.context.order_book import Book, depth_imbalance, spread_bps
from trader.advice.prompt import canonical, tokens_in
from trader.background import Background
from trader.model.advice import ItemStatus
from trader.model.features import FEATURES
from trader.model.market import CandleArrays, Level, Market, OrderBook, Timeframe

D = Decimal
OK, STALE, ABSENT = ItemStatus.OK, ItemStatus.STALE, ItemStatus.ABSENT


# ---------------------------------------------------------------- order book


def test_spread_and_imbalance_by_hand() -> None:
    """Bid 99, ask 101: 2 of 100 = 200 bps. Bids 99 × 3 = 297 against asks 101 × 1 = 101: 196 ÷ 398."""
    book = OrderBook(BTC, (Level(D(101), D(1)),), (Level(D(99), D(3)),), NOW)
    assert spread_bps(book) == 200.0
    assert depth_imbalance(book) == pytest.approx(196 / 398)


async def test_five_levels_of_the_book(flights: Background) -> None:
    """Ten levels come, five are shown and counted: 2 against 1 on nearly equal prices = one third."""
    venue = Venue(prices={BTC: D(1_000_000)})
    finding = await Book(venue.port, flights, PATIENT).look(question(), NOW)
    (item,) = finding.items
    assert isinstance(item.value, dict)
    assert item.value["bids"] == [[999_999 - n, 2] for n in range(5)]
    assert item.value["asks"] == [[1_000_001 + n, 1] for n in range(5)]
    assert item.value["spread_bps"] == 0.02
    assert item.value["depth_imbalance"] == 0.333
    assert finding.features["depth_imbalance"] == pytest.approx(1 / 3, abs=1e-5)


async def test_a_book_of_a_moment_ago_and_none(flights: Background) -> None:
    venue = Venue()
    source = Book(venue.port, flights, PATIENT)
    seen = []
    for seconds, away in ((0, False), (1, True), (10, True), (20, True), (61, True)):
        venue.away = away
        (item,) = (await source.look(question(), NOW + timedelta(seconds=seconds))).items
        seen.append((item.status, item.reason))
    why = "VenueUnreachable"
    assert seen == [(OK, ""), (OK, ""), (OK, ""), (STALE, why), (ABSENT, why)]
    (item,) = (await source.look(question(Market("KRW", "NONE")), NOW)).items
    assert (item.status, item.reason) == (ABSENT, "VenueUnreachable")


# ---------------------------------------------------------------- candles


async def test_candles_of_three_lengths(flights: Background) -> None:
    """Five rows of each; the range of 24 hours and of 30 days besides."""
    venue = Venue()
    finding = await Candles(venue.load, flights, PATIENT).look(question(), NOW)
    assert [item.name for item in finding.items] == ["c:15m", "c:1h", "c:1d"]
    for item in finding.items:
        assert isinstance(item.value, dict)
        shown = item.value["rows"]
        assert isinstance(shown, list)
        assert [len(row) for row in shown if isinstance(row, list)] == [1 + len(rows.COLUMNS)] * 5
        assert item.status is OK
    days = any_of(finding.items, "c:1d").value
    assert days["rows"][-1][0] == "11-19T00:00", "today's candle is still forming"
    assert (days["last_30"]["candles"], any_of(finding.items, "c:1h").value["last_24"]["candles"]) == (30, 24)
    assert any_of(finding.items, "c:15m").age_seconds == 2.0  # closed at 03:00:00
    assert venue.asked == ["candles 15m", "candles 1h", "candles 1d"]


async def test_an_hourly_strategy_needs_two_lengths_only(flights: Background) -> None:
    venue = Venue()
    finding = await Candles(venue.load, flights, PATIENT).look(question(timeframe=Timeframe.H1), NOW)
    assert [item.name for item in finding.items] == ["c:1h", "c:1d"]
    assert finding.features["rsi"] == finding.features["rsi_1h"]


def test_the_whole_window_is_computed_and_agrees_with_ta() -> None:
    """The five rows shown are those of `ta` over all 200, to the digits shown."""
    candles = random_rows(200, seed=5)
    close = pd.Series(candles.close)
    macd, bands = ta.trend.MACD(close), ta.volatility.BollingerBands(close, 20, 2)
    theirs = {
        "rsi14": ta.momentum.rsi(close, 14),
        "macd": macd.macd(),
        "macd_signal": macd.macd_signal(),
        "macd_hist": macd.macd_diff(),
        "bb_low": bands.bollinger_lband(),
        "bb_high": bands.bollinger_hband(),
        "sma20": ta.trend.sma_indicator(close, 20),
        "ema12": ta.trend.ema_indicator(close, 12),
    }
    document: Any = rows.shown(rows.table(candles), None)
    column = {name: number for number, name in enumerate(document["columns"])}
    for shown, row in zip(document["rows"], range(195, 200), strict=True):
        for name, series in theirs.items():
            assert shown[column[name]] == pytest.approx(series[row], rel=6e-3 if name.startswith("macd") else 1e-2)


def test_too_few_rows_are_null_and_not_zero() -> None:
    document: Any = rows.shown(rows.table(from_closes([100.0, 101.0, 102.0])), 24)
    last = dict(zip(document["columns"], document["rows"][-1], strict=True))
    assert (last["close"], last["rsi14"], last["macd_hist"], last["sma60"]) == (102, None, None, None)
    assert document["last_24"] == {"candles": 3, "change": 0.02, "high": 102, "low": 100}
    assert rows.features(rows.table(from_closes([100.0, 101.0])), own=True) == {}


def test_the_range_of_a_day_by_hand() -> None:
    """30 hourly closes 100 … 129: the close 24 candles ago was 105, so 129 ÷ 105 − 1 = 22.9 %; lowest of the last 24
    is the opening 105."""
    document: Any = rows.shown(rows.table(from_closes([100.0 + n for n in range(30)])), 24)
    assert document["last_24"] == {"candles": 24, "change": 0.229, "high": 129, "low": 105}


def test_figures_of_the_moment_by_hand() -> None:
    """Closes 100 … 159 in hourly steps of one: sma20 = 149.5; every return is about 1/150."""
    candles = from_closes([100.0 + n for n in range(60)])
    found = rows.features(rows.table(candles), own=True)
    assert found["sma20_distance"] == pytest.approx(159 / 149.5 - 1)
    assert found["rsi"] == 100.0
    assert found["change_24h"] == pytest.approx(159 / 135 - 1)
    assert found["atr"] == pytest.approx(1.0, abs=0.01)  # the first candle has no range
    assert found["atr_fraction"] == pytest.approx(found["atr"] / 159)
    assert found["volume_ratio"] == 1.0
    returns = np.diff(np.log(candles.close[-21:]))
    assert found["volatility"] == pytest.approx(returns.std(ddof=1) * math.sqrt(365 * 24))
    deviation = math.sqrt((20**2 - 1) / 12)
    assert found["bollinger_position"] == pytest.approx((159 - 149.5 + 2 * deviation) / (4 * deviation))
    assert set(found) <= set(FEATURES)


async def test_a_forming_candle_is_cut_off(flights: Background) -> None:
    """Whoever hands out a candle that closes in the future, it is not looked at."""

    async def ahead(market: Market, timeframe: Timeframe, n: int) -> CandleArrays:
        forming = int(timeframe.floor(NOW).timestamp())
        return random_rows(n, seed=1, timeframe=timeframe, start=forming - (n - 1) * timeframe.seconds)

    finding = await Candles(ahead, flights, PATIENT).look(question(), NOW)
    assert any_of(finding.items, "c:15m").value["rows"][-1][0] == "11-20T02:45"
    assert any_of(finding.items, "c:15m").as_of == datetime(2026, 11, 20, 3, tzinfo=UTC)


async def test_candles_are_read_once_per_close(flights: Background) -> None:
    venue = Venue()
    source = Candles(venue.load, flights, PATIENT)
    for seconds in (0, 60, 890):
        await source.look(question(), NOW + timedelta(seconds=seconds))
    assert len(venue.asked) == 3
    await source.look(question(), NOW + timedelta(seconds=898))  # 03:15:00
    assert venue.asked[3:] == ["candles 15m"]


async def test_candles_that_stay_away_grow_stale(flights: Background) -> None:
    """15-minute candles: the newest closed at 03:00; at 03:30 it is two lengths old, at 04:15 five."""
    venue = Venue()
    source = Candles(venue.load, flights, PATIENT)
    await source.look(question(), NOW)
    venue.away = True
    seen = []
    for minutes in (29, 31, 74, 76):
        (item, *_) = (await source.look(question(), NOW + timedelta(minutes=minutes))).items
        seen.append(item.status)
    assert seen == [OK, STALE, STALE, ABSENT]


async def test_tokens_of_the_candles(flights: Background) -> None:
    """Five rows of three lengths take less than all rows of one would."""
    finding = await Candles(Venue().load, flights, PATIENT).look(question(), NOW)
    assert sum(tokens_in(canonical(item.value)) for item in finding.items) < 1900


@pytest.mark.parametrize(
    ("value", "shown"),
    [(95_123_000.0, 95_123_000), (0.123456789, 0.123457), (1234.5678, 1234.57), (0.0, 0), (-2.0, -2), (1e-9, 1e-9)],
)
def test_figures_have_as_many_digits_as_count(value: float, shown: float) -> None:
    assert figure(value) == shown
    assert figure(math.nan) is None
    assert figure(math.inf) is None


# ---------------------------------------------------------------- funding


async def test_funding() -> None:
    """0.01 BTC for 990,000 KRW, price now 100,000,000: worth 1,000,000, +10,000 KRW, +1.01 %. Two positions of this
    market closed before, one of another is not told."""
    storage = MemoryStorage()
    hour = timedelta(hours=1)

    def fill(records: Any) -> None:
        open_one = position("0.01", "990000", opened_at=NOW - 3 * hour)
        old = {"closed_at": NOW - 5 * hour, "opened_at": NOW - 7 * hour, "bought_cost": D(500_000)}
        won = position("0", "0", position_id="p2", realised_pnl=D(7500), exit_reason="take", **old)
        lost = position("0", "0", position_id="p3", realised_pnl=D(-10000), exit_reason="stop", **old)
        other = position("0", "0", position_id="p4", market=ETH, realised_pnl=D(99), **old)
        for one in (open_one, won, lost, other):
            records.positions.save(one)

    await storage.write(fill)
    (item,) = (await Funding(storage).look(question(), NOW)).items
    assert isinstance(item.value, dict)
    assert item.value["cash_krw"] == "7000000"
    assert item.value["cash_share"] == 0.7
    assert item.value["position"] == {
        "quantity": "0.01",
        "average_cost": 99_000_000,
        "unrealised_krw": 10_000,
        "unrealised": 0.0101,
        "held_hours": 3.0,
    }
    recent = item.value["recent_closed"]
    assert isinstance(recent, list)
    told = [(one["net_krw"], one["net"], one["exit"]) for one in recent if isinstance(one, dict)]
    assert sorted(told, key=str) == [(-10_000, -0.02, "stop"), (7_500, 0.015, "take")]


async def test_funding_without_any_past() -> None:
    (item,) = (await Funding(MemoryStorage()).look(question(), NOW)).items
    assert item.value == {"cash_krw": "7000000", "cash_share": 0.7, "position": None, "recent_closed": []}
