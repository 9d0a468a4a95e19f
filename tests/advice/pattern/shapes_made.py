"""Candles made for the pattern model."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from trader.model.market import CandleArrays, Market, Timeframe

BTC = Market("KRW", "BTC")
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def walk(n: int = 2500, seed: int = 1, storm: bool = True) -> CandleArrays:
    """A random walk; with `storm`, a calm of 40 candles in which volume swells comes before each slide of 20."""
    dice = np.random.default_rng(seed)
    moves, volume = dice.normal(0, 0.002, n), dice.uniform(50, 150, n)
    if storm:
        for start in range(150, n - 80, 120):
            volume[start : start + 20] *= 8
            moves[start + 20 : start + 40] -= 0.004
    close = 100_000 * np.exp(np.cumsum(moves))
    opened = np.concatenate([[close[0]], close[:-1]])
    high, low = np.maximum(opened, close) * 1.0005, np.minimum(opened, close) * 0.9995
    times = np.arange(n, dtype=np.int64) * 900 + 1_700_000_100
    return CandleArrays(Market("KRW", "BTC"), Timeframe.M15, times, opened, high, low, close, volume)


def cut(candles: CandleArrays, n: int) -> CandleArrays:
    columns = {k: getattr(candles, k)[:n] for k in ("opened_at", "open", "high", "low", "close", "volume")}
    return CandleArrays(candles.market, candles.timeframe, **columns)
