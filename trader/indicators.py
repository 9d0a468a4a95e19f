"""Indicators as array functions.  In: float64 columns, shape (n,), oldest first.  Out: the same shape.  Pure.

NaN until an indicator has all the rows it needs. Row i uses rows 0..i only, and windowed ones (sma, deviation, highest,
lowest) use their window only, added up in the same order wherever it lies: the value of a candle does not depend on how
much history was loaded. Recursive ones (ema, rsi, atr, macd) forget their first rows exponentially. NaN at the start of
an input is taken as a longer warm-up."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trader.model.market import BoolArray, FloatArray


def sma(values: FloatArray, window: int) -> FloatArray:
    """Simple moving average: mean of the last `window` values."""
    return _windowed_sum(values, window) / window


def deviation(values: FloatArray, window: int) -> FloatArray:
    """Population standard deviation of the last `window` values, from their differences to their own mean."""
    out = np.full(len(values), np.nan)
    rows = len(values) - window + 1
    if rows > 0:
        mean = sma(values, window)[window - 1 :]
        squares = np.zeros(rows)
        for k in range(window):
            squares += (values[k : k + rows] - mean) ** 2
        out[window - 1 :] = np.sqrt(squares / window)
    return out


def _windowed_sum(values: FloatArray, window: int) -> FloatArray:
    """Term by term instead of by running sum: no drift over a year of minutes, and the same sum for the same window."""
    out = np.full(len(values), np.nan)
    rows = len(values) - window + 1
    if rows > 0:
        total = np.zeros(rows)
        for k in range(window):
            total += values[k : k + rows]
        out[window - 1 :] = total
    return out


def highest(values: FloatArray, window: int) -> FloatArray:
    """Largest of the last `window` values."""
    return _extreme(values, window, np.maximum)


def lowest(values: FloatArray, window: int) -> FloatArray:
    """Smallest of the last `window` values."""
    return _extreme(values, window, np.minimum)


def _extreme(values: FloatArray, window: int, pick: np.ufunc) -> FloatArray:
    """By doubling: the extreme of 2w values is that of two neighbouring stretches of w; log2(window) passes."""
    out = np.full(len(values), np.nan)
    if len(values) < window:
        return out
    span, best = 1, values
    while span * 2 <= window:
        best = pick(best[:-span], best[span:])
        span *= 2
    rest = window - span
    out[window - 1 :] = pick(best[: len(best) - rest], best[rest:]) if rest else best
    return out


def _smooth(values: FloatArray, alpha: float, window: int) -> FloatArray:
    """y[i] = y[i−1] + alpha × (x[i] − y[i−1]), beginning with the first value that is not NaN; shown from the
    `window`-th value on."""
    out = np.full(len(values), np.nan)
    start = _first_value(values)
    if len(values) - start >= window:
        path = accumulate(values[start:].tolist(), lambda y, x: y + alpha * (x - y))
        out[start:] = np.fromiter(path, dtype=np.float64, count=len(values) - start)
        out[start : start + window - 1] = np.nan
    return out


def _first_value(values: FloatArray) -> int:
    given = np.flatnonzero(~np.isnan(values))
    return int(given[0]) if len(given) else len(values)


def ema(values: FloatArray, window: int) -> FloatArray:
    """Exponential moving average, alpha = 2 ÷ (window + 1)."""
    return _smooth(values, 2.0 / (window + 1), window)


def rsi(close: FloatArray, window: int) -> FloatArray:
    """Relative strength index, 0…100; 50 where nothing moved at all.

    100 × U ÷ (U + D), U and D the mean rise and fall smoothed with alpha = 1 ÷ window.
    Source: Wilder (1978), "New Concepts in Technical Trading Systems", section VI."""
    change = np.diff(close, prepend=close[:1])
    up = _smooth(np.maximum(change, 0.0), 1.0 / window, window)
    down = _smooth(np.maximum(-change, 0.0), 1.0 / window, window)
    both = up + down
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(both == 0.0, 50.0, 100.0 * up / both)


def true_range(high: FloatArray, low: FloatArray, close: FloatArray) -> FloatArray:
    """Largest of high − low and the distances of both from the close before (high − low alone in the first row).

    Source: Wilder (1978), section III."""
    before = np.concatenate((close[:1], close[:-1]))
    spread = high - low
    rest = np.maximum(np.abs(high - before), np.abs(low - before))
    out: FloatArray = np.maximum(spread, rest)
    out[:1] = spread[:1]
    return out


def atr(high: FloatArray, low: FloatArray, close: FloatArray, window: int) -> FloatArray:
    """Average true range: the mean of the first `window` true ranges, then (before × (window − 1) + TR) ÷ window.

    Source: Wilder (1978), section III."""
    ranges = true_range(high, low, close)
    out = np.full(len(close), np.nan)
    if len(close) >= window:
        first = float(_windowed_sum(ranges[:window], window)[-1]) / window
        path = accumulate(
            ranges[window:].tolist(), lambda before, tr: (before * (window - 1) + tr) / window, initial=first
        )
        out[window - 1 :] = np.fromiter(path, dtype=np.float64, count=len(close) - window + 1)
    return out


def macd(close: FloatArray, fast: int, slow: int, signal: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Line (fast ema − slow ema), its own ema, and the histogram (line − signal).

    Source: Appel (1979), "The Moving Average Convergence-Divergence Trading Method"."""
    line = ema(close, fast) - ema(close, slow)
    smooth = ema(line, signal)
    return line, smooth, line - smooth


def bollinger(close: FloatArray, window: int, width: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Lower band, mean, upper band: sma ∓ width × population deviation.

    Source: Bollinger (2001), "Bollinger on Bollinger Bands", chapter 7."""
    middle = sma(close, window)
    distance = width * deviation(close, window)
    return middle - distance, middle, middle + distance


def crossed_above(values: FloatArray, level: FloatArray | float) -> BoolArray:
    """True where `values` went from at or below `level` to above it; never in the first row or next to NaN."""
    with np.errstate(invalid="ignore"):
        above, below = values > level, values <= level
    out: BoolArray = np.zeros(len(values), dtype=np.bool_)
    out[1:] = above[1:] & below[:-1]
    return out


def crossed_below(values: FloatArray, level: FloatArray | float) -> BoolArray:
    """True where `values` went from at or above `level` to below it; never in the first row or next to NaN."""
    return crossed_above(-values, -level)


def latch(enter: BoolArray, leave: BoolArray) -> tuple[BoolArray, BoolArray]:
    """In since the last `enter`, out since the last `leave` (which wins in the same row); and whether either has
    happened yet: before that nothing is known about the state."""
    rows = np.arange(len(enter))
    entered = np.maximum.accumulate(np.where(enter, rows, -1))
    left = np.maximum.accumulate(np.where(leave, rows, -1))
    inside: BoolArray = entered > left
    known: BoolArray = np.maximum(entered, left) >= 0
    return inside, known
