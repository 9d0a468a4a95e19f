"""Indicators against the `ta` library on random candles, and by hand where a number says more."""

import numpy as np
import pandas as pd
import pytest
import ta
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.signals.rows import random_rows
from trader import indicators as ind
from trader.model.market import CandleArrays

SEEDS = [1, 2, 3]


@pytest.fixture(params=SEEDS)
def candles(request: pytest.FixtureRequest) -> CandleArrays:
    return random_rows(400, seed=request.param)


def same(ours: NDArray[np.float64], theirs: pd.Series) -> None:
    """Equal to ten digits, and NaN in the same rows."""
    np.testing.assert_allclose(ours, theirs.to_numpy(), rtol=1e-10, atol=1e-8, equal_nan=True)


@pytest.mark.parametrize("window", [2, 14, 48])
def test_against_ta(candles: CandleArrays, window: int) -> None:
    high, low, close = (pd.Series(getattr(candles, name)) for name in ("high", "low", "close"))
    same(ind.sma(candles.close, window), ta.trend.sma_indicator(close, window))
    same(ind.ema(candles.close, window), ta.trend.ema_indicator(close, window))
    same(ind.rsi(candles.close, window), ta.momentum.rsi(close, window))
    lower, middle, upper = ind.bollinger(candles.close, window, 2.0)
    bands = ta.volatility.BollingerBands(close, window, 2)
    same(lower, bands.bollinger_lband())
    same(middle, bands.bollinger_mavg())
    same(upper, bands.bollinger_hband())
    theirs = ta.volatility.average_true_range(high, low, close, window)
    same(ind.atr(candles.high, candles.low, candles.close, window)[window - 1 :], theirs[window - 1 :])


def test_macd_against_ta(candles: CandleArrays) -> None:
    theirs = ta.trend.MACD(pd.Series(candles.close), window_slow=26, window_fast=12, window_sign=9)
    line, signal, histogram = ind.macd(candles.close, 12, 26, 9)
    same(line, theirs.macd())
    same(signal, theirs.macd_signal())
    same(histogram, theirs.macd_diff())


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40), st.integers(1, 45))
def test_highest_and_lowest(values: list[float], window: int) -> None:
    series = pd.Series(values)
    column = np.array(values)
    np.testing.assert_array_equal(ind.highest(column, window), series.rolling(window).max())
    np.testing.assert_array_equal(ind.lowest(column, window), series.rolling(window).min())


def test_wilders_rsi_by_hand() -> None:
    """Closes 10 11 10 12, window 2, alpha ½. Rises 0 1 0 2 → 0, ½, ¼, 1⅛; falls 0 0 1 0 → 0, 0, ½, ¼.
    Row 1: ½ of ½ → 100. Row 2: ¼ ÷ ¾ → 33.3. Row 3: 1.125 ÷ 1.375 → 81.8."""
    strength = ind.rsi(np.array([10.0, 11.0, 10.0, 12.0]), 2)
    assert np.isnan(strength[0])
    np.testing.assert_allclose(strength[1:], [100.0, 100 / 3, 900 / 11])


def test_rsi_of_a_market_that_stands_still_is_neutral() -> None:
    assert ind.rsi(np.full(20, 100.0), 14)[-1] == 50.0


def test_atr_by_hand() -> None:
    """True ranges 2, 3 (high 14 − close before 11), 4 (close before 13 − low 9): mean 2.5, then (2.5 + 4) ÷ 2."""
    high, low, close = np.array([12.0, 14.0, 10.0]), np.array([10.0, 12.0, 9.0]), np.array([11.0, 13.0, 9.5])
    np.testing.assert_array_equal(ind.true_range(high, low, close), [2.0, 3.0, 4.0])
    np.testing.assert_allclose(ind.atr(high, low, close, 2), [np.nan, 2.5, 3.25])


@pytest.mark.parametrize("rows", [0, 1, 5])
def test_too_few_rows_give_nan(rows: int) -> None:
    close = np.arange(float(rows))
    for values in (
        ind.sma(close, 6),
        ind.deviation(close, 6),
        ind.ema(close, 6),
        ind.rsi(close, 6),
        ind.atr(close, close, close, 6),
        ind.highest(close, 6),
    ):
        assert values.shape == (rows,)
        assert np.isnan(values).all()


@pytest.mark.parametrize("name", ["sma", "deviation", "highest", "lowest"])
def test_a_window_does_not_depend_on_where_the_rows_begin(candles: CandleArrays, name: str) -> None:
    """Loaded from row 37 on, every full window has the very same value: to the last bit."""
    whole = getattr(ind, name)(candles.close, 20)
    np.testing.assert_array_equal(getattr(ind, name)(candles.close[37:], 20)[19:], whole[56:])


def test_crossings() -> None:
    values = np.array([np.nan, 29.0, 30.0, 31.0, 32.0, 30.0, 29.0])
    np.testing.assert_array_equal(np.flatnonzero(ind.crossed_above(values, 30.0)), [3])
    np.testing.assert_array_equal(np.flatnonzero(ind.crossed_below(values, 30.0)), [6])


def test_latch_keeps_what_happened_last() -> None:
    enter = np.array([0, 1, 0, 0, 0, 1], dtype=bool)
    leave = np.array([0, 0, 0, 1, 0, 1], dtype=bool)
    inside, known = ind.latch(enter, leave)
    np.testing.assert_array_equal(inside, [0, 1, 1, 0, 0, 0])
    np.testing.assert_array_equal(known, [0, 1, 1, 1, 1, 1])
