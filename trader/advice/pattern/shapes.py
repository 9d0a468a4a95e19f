"""Candles → what the pattern model looks at, and what it is to foretell.  Pure, float64 (S7).

Row i uses candles 0…i only; what has no value yet is NaN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from trader.indicators import atr, ema, highest, lowest, macd, rsi, sma

if TYPE_CHECKING:
    from trader.model.market import BoolArray, CandleArrays, FloatArray

NAMES: Final = (
    "return_1",
    "return_4",
    "return_12",
    "rsi",
    "macd",
    "atr",
    "volatility_ratio",
    "volume_ratio",
    "range_place",
    "trend",
)
HORIZON: Final = 12
"""Candles looked ahead."""
FALL: Final = 1.5
"""A pattern was bad when a close within the horizon lies this many average true ranges below."""
WARMUP: Final = 60


def shapes(candles: CandleArrays) -> FloatArray:
    """Shape (n, len(NAMES)); the first WARMUP rows are NaN. Figures are relative: one scale fits any price."""
    close = candles.close
    wide, narrow = _mean_move(close, 48), _mean_move(close, 8)
    true_range = atr(candles.high, candles.low, close, 14)
    histogram = macd(close, 12, 26, 9)[2]
    low, high = lowest(candles.low, 24), highest(candles.high, 24)
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = [
            _return(close, 1),
            _return(close, 4),
            _return(close, 12),
            rsi(close, 14) / 100 - 0.5,
            histogram / close,
            true_range / close,
            narrow / wide - 1,
            np.log1p(candles.volume) - np.log1p(np.maximum(sma(candles.volume, 24), 0)),
            (close - low) / (high - low) - 0.5,
            ema(close, 12) / ema(close, 48) - 1,
        ]
    found = np.column_stack(columns)
    found[~np.isfinite(found)] = np.nan
    found[:WARMUP] = np.nan
    return found


def fell(candles: CandleArrays) -> tuple[BoolArray, BoolArray]:
    """(whether it went badly, whether that can be told), shape (n,) each; the last HORIZON rows cannot."""
    close, n = candles.close, len(candles.close)
    limit = close - FALL * atr(candles.high, candles.low, close, 14)
    bad, told = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    if n > HORIZON:
        ahead = np.lib.stride_tricks.sliding_window_view(close[1:], HORIZON).min(axis=1)
        bad[: n - HORIZON] = ahead <= limit[: n - HORIZON]
        told[: n - HORIZON] = np.isfinite(limit[: n - HORIZON])
    return bad, told


def _return(close: FloatArray, back: int) -> FloatArray:
    found = np.full(len(close), np.nan)
    found[back:] = close[back:] / close[:-back] - 1
    return found


def _mean_move(close: FloatArray, window: int) -> FloatArray:
    return sma(np.abs(np.diff(np.log(close), prepend=np.log(close[0]))), window)
