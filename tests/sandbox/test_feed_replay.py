"""The replay feed: recorded candles come out of the trades exactly as they went in."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.feeds import make_feed
from sandbox.feeds.replay import ReplayFeed
from sandbox.market.bars import BarStore
from sandbox.market.path import bar_trades
from sandbox.values import Bar
from sandbox.wire import to_ms
from tests.sandbox.public_parts import SHARED_DATA, START, a_bar

D = Decimal
MINUTE = timedelta(minutes=1)
HEAD = ["market", "ts_utc", "open", "high", "low", "close", "volume"]
T0 = datetime(2025, 9, 1, tzinfo=UTC)
RECORDED = SHARED_DATA / "candles" / "upbit_1m_KRW-BTC_ETH_XRP_20250901_20250924.parquet"


def write(path: Path, rows: list[list[str]], head: list[str] = HEAD) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


def minute_rows(count: int, market: str = "KRW-BTC", skip: tuple[int, ...] = ()) -> list[list[str]]:
    rows = []
    for i in range(count):
        if i not in skip:
            o = 160_000_000 + i * 1000
            at = (T0 + i * MINUTE).isoformat()
            rows.append([market, at, str(o), str(o + 3000), str(o - 2000), str(o + 1000), f"0.{i + 1:08d}"])
    return rows


prices = st.integers(3_000, 3_400).map(D)


@given(st.tuples(prices, prices, prices, prices), st.integers(4, 10**12), st.integers(1, 40))
def test_a_candle_s_trades_are_that_candle(four: tuple[D, D, D, D], units: int, most: int) -> None:
    o, c, one, two = four
    bar = a_bar("KRW-XRP", "1m", START, f"{o} {max(o, c, one, two)} {min(o, c, one, two)} {c}", "1")
    bar = Bar(*(getattr(bar, name) for name in Bar.__slots__[:7]), D(units) / 10**8, bar.value, bar.last_at)
    ticks = list(bar_trades(bar, MINUTE, most))
    assert ticks[0].price == bar.open
    assert ticks[-1].price == bar.close
    assert max(tick.price for tick in ticks) == bar.high
    assert min(tick.price for tick in ticks) == bar.low
    assert sum(tick.volume for tick in ticks) == bar.volume
    assert all(tick.volume > 0 for tick in ticks)
    times = [tick.at for tick in ticks]
    assert times == sorted(times)
    assert START <= times[0] <= times[-1] < START + MINUTE


def test_a_rising_candle_goes_low_first() -> None:
    rising = [tick.price for tick in bar_trades(a_bar(prices="3300 3320 3290 3310"), MINUTE, 4)]
    falling = [tick.price for tick in bar_trades(a_bar(prices="3310 3320 3290 3300"), MINUTE, 4)]
    assert rising == [3300, 3290, 3320, 3310]
    assert falling == [3310, 3320, 3290, 3300]


def test_a_csv_is_replayed_with_its_gaps(tmp_path: Path) -> None:
    rows = minute_rows(100, skip=(50, 51)) + minute_rows(100, "KRW-XRP")
    feed = make_feed(f"replay:{write(tmp_path / 'candles.csv', rows)}", 7, START)
    assert feed.start == T0 + 20 * MINUTE
    assert [info.code for info in feed.markets] == ["KRW-BTC", "KRW-XRP"]
    past = [bar for bar in feed.history() if bar.market == "KRW-BTC" and bar.unit == "1m"]
    assert [bar.opened_at for bar in past] == [T0 + i * MINUTE for i in range(20)]
    store = BarStore("KRW-BTC")
    for tick in feed.advance(T0 + timedelta(hours=5)):
        if tick.market == "KRW-BTC":
            store.add(to_ms(tick.at), tick.price, tick.volume)
    bars = {bar.opened_at: bar for bar in store.recent("1m", 200)}
    assert sorted(bars) == [T0 + i * MINUTE for i in range(20, 100) if i not in (50, 51)]
    bar = bars[T0 + 49 * MINUTE]
    assert (bar.open, bar.high, bar.low, bar.close) == (160_049_000, 160_052_000, 160_047_000, 160_050_000)
    assert bar.volume == D("0.00000050")


def test_after_the_last_candle_nothing_happens(tmp_path: Path) -> None:
    feed = ReplayFeed(write(tmp_path / "c.csv", minute_rows(30)))
    assert list(feed.advance(T0 + timedelta(days=1)))
    assert list(feed.advance(T0 + timedelta(days=2))) == []


def test_a_jump_scales_the_rest(tmp_path: Path) -> None:
    feed = ReplayFeed(write(tmp_path / "c.csv", minute_rows(30)))
    list(feed.advance(feed.start + 2 * MINUTE))
    feed.set_price("KRW-BTC", D(80_000_000))
    later = list(feed.advance(T0 + timedelta(days=1)))
    assert later[0].price == 80_000_000
    assert all(D(79_900_000) < tick.price < D(80_100_000) and tick.price % 1000 == 0 for tick in later)


def test_hourly_candles_become_minutes_of_history(tmp_path: Path) -> None:
    rows = [
        ["KRW-XRP", (T0 + i * timedelta(hours=1)).isoformat(), "3300", "3310", "3290", "3305", "1200.5"]
        for i in range(100)
    ]
    feed = ReplayFeed(write(tmp_path / "h.csv", rows))
    assert feed.start == T0 + timedelta(hours=20)
    minutes = [bar for bar in feed.history() if bar.unit == "1m"]
    assert sum(bar.volume for bar in minutes) == 20 * D("1200.5")
    ticks = list(feed.advance(feed.start + timedelta(hours=1)))
    assert len(ticks) > 200


@pytest.mark.parametrize(
    ("rows", "head", "says"),
    [
        ([["KRW-BTC", "x"]], ["market", "ts_utc"], "missing"),
        ([], HEAD, "no candles|every row"),
        ([["BTCUSDT", "2025-09-01T00:00:00Z", "1", "1", "1", "1", "1"]] * 2, HEAD, "KRW-BTC"),
        ([["KRW-BTC", "yesterday", "1", "1", "1", "1", "1"]] * 2, HEAD, "ts_utc"),
        ([["KRW-BTC", "2025-09-01T00:00:00Z", "2", "1", "1", "1", "1"]] * 2, HEAD, "impossible"),
        ([["KRW-BTC", "2025-09-01T00:00:00Z", "1", "1", "1", "1", "1"]] * 2, HEAD, "two candles"),
        ([["KRW-BTC", "2025-09-01T00:00:00Z", "1", "1", "1", "", "1"]] * 2, HEAD, "every row"),
        ([["KRW-BTC", "2025-09-01T00:00:00Z", "1", "1", "1", "1", "1"]], HEAD, "at least two"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, rows: list[list[str]], head: list[str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make_feed(f"replay:{write(tmp_path / 'bad.csv', rows, head)}", 7, START)


@pytest.mark.skipif(not RECORDED.exists(), reason="recorded candles are not beside the project")
def test_recorded_candles_come_back_exactly() -> None:
    """Three hours of real KRW-BTC, ETH and XRP minutes."""
    feed = ReplayFeed(RECORDED)
    assert feed.start == datetime(2025, 9, 3, tzinfo=UTC)
    end = feed.start + timedelta(hours=3)
    stores = {info.code: BarStore(info.code) for info in feed.markets}
    for tick in feed.advance(end):
        stores[tick.market].add(to_ms(tick.at), tick.price, tick.volume)
    for code, store in stores.items():
        series = feed._series[code]
        rows = series.between(to_ms(feed.start), to_ms(end))
        bars = store.recent("1m", 200)[::-1]
        assert len(rows) == len(bars) == 180
        for index, bar in zip(rows, bars, strict=True):
            recorded = series.bar(index, "1m", MINUTE)
            assert (bar.opened_at, bar.open, bar.high, bar.low, bar.close, bar.volume) == (
                *(recorded.opened_at, recorded.open, recorded.high, recorded.low, recorded.close),
                recorded.volume,
            )
