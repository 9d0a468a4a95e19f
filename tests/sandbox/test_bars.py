"""Candles from trades and history (reference §4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.market.bars import MINUTE_SECONDS, BarStore
from sandbox.wire import from_ms, to_ms
from tests.sandbox.public_parts import START, a_bar

D = Decimal
T0 = to_ms(START)


def test_one_minute_from_three_trades() -> None:
    """§4: open, high, low, close, volume, value and the last trade's time, by hand."""
    store = BarStore("KRW-BTC")
    store.add(T0 + 1_000, D(100), D("0.5"))
    store.add(T0 + 2_000, D(120), D("0.25"))
    store.add(T0 + 59_999, D(90), D("1"))
    (bar,) = store.recent("1m", 5)
    assert (bar.open, bar.high, bar.low, bar.close) == (100, 120, 90, 90)
    assert bar.volume == D("1.75")
    assert bar.value == 50 + 30 + 90
    assert bar.opened_at == START
    assert to_ms(bar.last_at) == T0 + 59_999


def test_minutes_without_trades_are_missing() -> None:
    """§4: a bar exists only if a trade happened."""
    store = BarStore("KRW-BTC")
    store.add(T0, D(100), D(1))
    store.add(T0 + 180_000, D(101), D(1))
    assert [bar.opened_at for bar in store.recent("1m", 9)] == [START + timedelta(minutes=3), START]


def test_before_is_exclusive_and_newest_comes_first() -> None:
    """§4: `to` is an exclusive bound on the bar's open."""
    store = BarStore("KRW-BTC")
    for minute in range(5):
        store.add(T0 + minute * 60_000, D(100 + minute), D(1))
    bars = store.recent("1m", 2, START + timedelta(minutes=3))
    assert [bar.close for bar in bars] == [102, 101]


@pytest.mark.parametrize(
    ("unit", "day", "first"),
    [
        ("1w", datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 16, tzinfo=UTC)),
        ("1w", datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)),
        ("1M", datetime(2026, 11, 30, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)),
        ("1y", datetime(2026, 12, 31, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_long_units_open_where_the_calendar_says(unit: str, day: datetime, first: datetime) -> None:
    """Weeks open on Monday 00:00 UTC, months and years on their first day."""
    store = BarStore("KRW-BTC")
    store.load([a_bar(unit="1d", opened_at=day)])
    newest = store.newest(unit)
    assert newest is not None
    assert newest.opened_at == first


def test_history_and_trades_make_one_day() -> None:
    """Minutes of today's history and later trades are the same running day."""
    store = BarStore("KRW-BTC")
    store.load([a_bar(unit="1d", opened_at=START.replace(hour=0) - timedelta(days=1)), a_bar(volume="3")])
    store.add(T0 + 60_000, D(200), D(1))
    today, yesterday = store.recent("1d", 5)
    assert (today.open, today.high, today.low, today.close, today.volume) == (100, 200, 90, 200, 4)
    assert yesterday.close == 105


def test_24_hours_forget_what_is_older() -> None:
    store = BarStore("KRW-BTC")
    store.add(T0, D(10), D(1))
    store.add(T0 + 3_600_000, D(20), D(2))
    assert store.day_totals(START + timedelta(hours=2)) == (3, 50)
    assert store.day_totals(START + timedelta(hours=24, minutes=1)) == (2, 40)


def test_a_late_trade_does_not_reopen_a_closed_bar() -> None:
    store = BarStore("KRW-BTC")
    store.add(T0 + 60_000, D(10), D(1))
    store.add(T0 + 59_000, D(11), D(1))
    (bar,) = store.recent("1m", 5)
    assert (bar.opened_at, bar.close, bar.volume) == (START + timedelta(minutes=1), 11, 2)


def test_memory_is_bounded() -> None:
    store = BarStore("KRW-BTC")
    for second in range(5_000):
        store.add(T0 + second * 1_000, D(10), D(1))
    assert len(store.recent("1s", 10_000)) < 4_000
    (hours, *_) = store.recent("60m", 1)
    assert hours.volume == 5_000 - 3_600


trades = st.lists(
    st.tuples(
        st.integers(0, 40_000_000),
        st.decimals("1", "1000", places=1),
        st.decimals("0.00000001", "100", places=8),
    ),
    min_size=1,
    max_size=60,
)


@given(trades, st.sampled_from(["1s", "1m", *MINUTE_SECONDS, "1d"]))
def test_bars_aggregate_exactly(rows: list[tuple[int, Decimal, Decimal]], unit: str) -> None:
    """Every unit equals a plain grouping of the trades, whether it was asked for early or late."""
    size = {"1s": 1, "1m": 60, "1d": 86_400, **MINUTE_SECONDS}[unit] * 1000
    early, late = BarStore("KRW-BTC"), BarStore("KRW-BTC")
    early.newest(unit)
    groups: dict[int, list[tuple[int, Decimal, Decimal]]] = {}
    for ms, price, volume in sorted(rows, key=lambda row: row[0]):
        early.add(T0 + ms, price, volume)
        late.add(T0 + ms, price, volume)
        groups.setdefault((T0 + ms) // size * size, []).append((T0 + ms, price, volume))
    for store in (early, late):
        bars = store.recent(unit, 200)[::-1]
        assert [bar.opened_at for bar in bars] == [from_ms(start) for start in groups]
        for bar, group in zip(bars, groups.values(), strict=True):
            prices = [price for _, price, _ in group]
            assert (bar.open, bar.high, bar.low, bar.close) == (prices[0], max(prices), min(prices), prices[-1])
            assert bar.volume == sum(volume for _, _, volume in group)
            assert bar.value == sum(price * volume for _, price, volume in group)
            assert to_ms(bar.last_at) == group[-1][0]
