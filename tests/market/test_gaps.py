"""Stretches that were read, and what stands in for an interval without a trade."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from trader.market.gaps import Span, carry_forward, clip, gaps, intervals, merge
from trader.model.market import Candle, Market, Timeframe

T0 = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BTC = Market("KRW", "BTC")


def minute(n: int) -> datetime:
    return T0 + timedelta(minutes=n)


def span(start: int, end: int) -> Span:
    return Span(minute(start), minute(end))


def candle(n: int, close: int, volume: int = 1) -> Candle:
    price = Decimal(close)
    return Candle(BTC, Timeframe.M1, minute(n), price, price + 2, price - 2, price, Decimal(volume), price * volume)


def test_touching_and_overlapping_stretches_become_one() -> None:
    assert merge([span(5, 8), span(0, 3), span(3, 4), span(7, 9)]) == (span(0, 4), span(5, 9))


def test_an_empty_stretch_is_refused() -> None:
    with pytest.raises(ValueError, match="must end after"):
        span(3, 3)


def test_what_lies_between_stretches_is_a_gap() -> None:
    assert gaps((span(2, 4), span(6, 8)), minute(0), minute(10)) == (span(0, 2), span(4, 6), span(8, 10))
    assert gaps((span(2, 4), span(6, 8)), minute(3), minute(7)) == (span(4, 6),)
    assert gaps((), minute(0), minute(1)) == (span(0, 1),)
    assert gaps((span(0, 9),), minute(2), minute(9)) == ()


def test_clip_keeps_what_comes_before() -> None:
    assert clip(span(0, 5), minute(3)) == (span(0, 3),)
    assert clip(span(0, 5), minute(9)) == (span(0, 5),)
    assert clip(span(3, 5), minute(3)) == ()


def test_intervals_counts_candles() -> None:
    assert intervals(minute(0), minute(45), Timeframe.M15) == 3
    assert intervals(minute(5), minute(0), Timeframe.M1) == 0


def test_a_minute_without_a_trade_carries_the_close_on_with_no_volume_and_says_so() -> None:
    rows = carry_forward([candle(0, 100), candle(3, 110)], minute(0), minute(5))
    assert [(r.opened_at, int(r.close), int(r.volume), r.filled) for r in rows] == [
        (minute(0), 100, 1, False),
        (minute(1), 100, 0, True),
        (minute(2), 100, 0, True),
        (minute(3), 110, 1, False),
        (minute(4), 110, 0, True),
    ]
    assert (rows[1].open, rows[1].high, rows[1].low) == (100, 100, 100)
    assert rows[0].high == 102, "the venue's own candle is handed on as it is"


def test_candles_before_the_window_only_lend_their_close() -> None:
    rows = carry_forward([candle(-500, 90), candle(-7, 95), candle(2, 99)], minute(0), minute(3))
    assert [(r.opened_at, int(r.close), r.filled) for r in rows] == [
        (minute(0), 95, True),
        (minute(1), 95, True),
        (minute(2), 99, False),
    ]


def test_nothing_is_invented_before_the_first_trade() -> None:
    assert [r.opened_at for r in carry_forward([candle(2, 99)], minute(0), minute(4))] == [minute(2), minute(3)]
    assert carry_forward([], minute(0), minute(4)) == []
    assert carry_forward([candle(9, 99)], minute(0), minute(4)) == []
