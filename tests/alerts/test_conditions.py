"""Alerts, judged: moves within a time, and conditions of closed candles (C2)."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from tests.examples import BTC, NOON, D
from trader.alerts import candles, window
from trader.alerts.window import Window
from trader.model.alert import AlertKind, Comparison, Condition, Reading
from trader.model.market import Candle, CandleArrays, Timeframe

HOUR = 3600


def hour(*prices: tuple[float, str]) -> Window:
    """(minute, price) put into a window of one hour."""
    made = Window(HOUR)
    for minute, price in prices:
        made.put(D(price), NOON + timedelta(minutes=minute))
    return made


def test_a_rise_counts_from_the_lowest_of_the_window_and_a_fall_from_the_highest() -> None:
    """100 → 90 → 99: up 10 % from 90, down 1 % from 100."""
    seen = hour((0, "100"), (10, "90"), (20, "99"))
    assert (seen.low, seen.high) == (D(90), D(100))
    assert window.read(seen, Comparison.ABOVE, D("0.1"), D(99)) == Reading(True, D("0.1"))
    assert window.read(seen, Comparison.BELOW, D("0.05"), D(99)) == Reading(False, D("-0.01"))
    assert window.read(seen, Comparison.EITHER, D("0.1"), D(99)) == Reading(True, D("0.1"))
    assert window.levels(seen, Comparison.EITHER, D("0.1")) == [D("99.0"), D("90.0")]


def test_what_lies_before_the_window_is_forgotten_but_for_the_price_it_began_with() -> None:
    """80 at minute 0, 100 at minute 30; at minute 70 the hour began with 80 (it held until 30), at 100 with 100."""
    seen = hour((0, "80"), (30, "100"), (70, "101"))
    assert seen.low == D(80)
    seen.put(D(102), NOON + timedelta(minutes=100))
    assert (seen.low, seen.high) == (D(100), D(102))


def test_only_what_changes_the_extremes_is_told_to() -> None:
    seen = hour((0, "100"))
    assert [seen.put(D(p), NOON + timedelta(seconds=s)) for p, s in (("100", 1), ("101", 2), ("100", 3))] == [
        False,
        True,
        False,
    ]


def test_history_goes_below_what_was_seen_since() -> None:
    """The stream says 100 at minute 50; candles of minutes 0 to 49 had their lowest at 95."""
    seen = hour((50, "100"))
    history = [
        Candle(BTC, Timeframe.M1, NOON + timedelta(minutes=m), D(97), D(98), D(95 + m % 2), D(97), D(1), D(97))
        for m in range(50)
    ]
    seen.fill(history, NOON + timedelta(minutes=50))
    assert (seen.low, seen.high) == (D(95), D(100))


def test_a_window_without_any_price_is_not_known() -> None:
    assert window.read(Window(HOUR), Comparison.EITHER, D("0.1"), D(1)) == Reading(False, None)


# ---------------------------------------------------------------- candles


def rows(closes: list[float], volumes: list[float] | None = None) -> CandleArrays:
    close = np.array(closes, dtype=np.float64)
    volume = np.array(volumes or [1.0] * len(closes), dtype=np.float64)
    opened = np.arange(len(closes), dtype=np.int64) * 900
    return CandleArrays(BTC, Timeframe.M15, opened, close, close, close, close, volume)


def on(kind: AlertKind, comparison: Comparison, value: str = "0", span: int = 4) -> Condition:
    return Condition(kind, comparison, D(value), span, Timeframe.M15)


@pytest.mark.parametrize(
    ("condition", "candles_", "reading"),
    [
        # mean of 10, 10, 10, 14 is 11: the close of 14 stands 27.2727 % above it
        (on(AlertKind.SMA, Comparison.ABOVE), rows([9, 10, 10, 10, 14]), Reading(True, D("0.272727"))),
        (on(AlertKind.SMA, Comparison.BELOW), rows([9, 10, 10, 10, 14]), Reading(False, D("0.272727"))),
        # the four before the last traded 1 each, the last 3
        (
            on(AlertKind.VOLUME, Comparison.AT_LEAST, "3"),
            rows([1] * 5, [1, 1, 1, 1, 3]),
            Reading(True, D("3.0")),
        ),
        (
            on(AlertKind.VOLUME, Comparison.ABOVE, "3"),
            rows([1] * 5, [1, 1, 1, 1, 3]),
            Reading(False, D("3.0")),
        ),
        # only rises: 100; nothing moved: 50
        (on(AlertKind.RSI, Comparison.ABOVE, "70"), rows([1, 2, 3, 4, 5, 6]), Reading(True, D("100.0"))),
        (on(AlertKind.RSI, Comparison.BELOW, "30"), rows([5] * 6), Reading(False, D("50.0"))),
        # too few candles, nothing traded before
        (on(AlertKind.RSI, Comparison.BELOW, "30"), rows([5] * 4), Reading(False, None)),
        (on(AlertKind.VOLUME, Comparison.ABOVE, "3"), rows([1] * 5, [0, 0, 0, 0, 3]), Reading(False, None)),
    ],
)
def test_conditions_of_closed_candles(condition: Condition, candles_: CandleArrays, reading: Reading) -> None:
    assert candles.read(condition, candles_) == reading


def test_a_recursive_indicator_asks_for_enough_candles_to_forget_its_first() -> None:
    assert candles.rows_needed(on(AlertKind.RSI, Comparison.BELOW, "30", 14)) == 140
    assert candles.rows_needed(on(AlertKind.SMA, Comparison.ABOVE, span=20)) == 21
