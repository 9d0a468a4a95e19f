"""Candle columns for tests of strategies: from plain closes, at random, or recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from trader.model.market import CandleArrays, Market, Timeframe

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "candles"
MIDNIGHT = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())


def from_closes(
    closes: Sequence[float],
    timeframe: Timeframe = Timeframe.H1,
    start: int = MIDNIGHT,
    highs: dict[int, float] | None = None,
    lows: dict[int, float] | None = None,
) -> CandleArrays:
    """Each candle opens at the close before; high and low are the extremes of both, unless said for a row."""
    close = np.array(closes, dtype=np.float64)
    opened = np.concatenate((close[:1], close[:-1]))
    high, low = np.maximum(opened, close), np.minimum(opened, close)
    for row, value in (highs or {}).items():
        high[row] = value
    for row, value in (lows or {}).items():
        low[row] = value
    times = start + np.arange(len(close), dtype=np.int64) * timeframe.seconds
    return CandleArrays(Market("KRW", "BTC"), timeframe, times, opened, high, low, close, np.ones(len(close)))


def random_rows(
    rows: int, seed: int, timeframe: Timeframe = Timeframe.H1, start: int = MIDNIGHT, move: float = 0.01
) -> CandleArrays:
    """A random walk with stretches of standing still and minutes without volume, as thin markets have."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0.0, move, rows) * (rng.random(rows) > 0.15)
    close = np.round(100_000.0 * np.exp(np.cumsum(steps)))
    opened = np.concatenate((close[:1], close[:-1]))
    spread = np.abs(rng.normal(0.0, move / 2, (2, rows))) * (steps != 0)
    high, low = np.maximum(opened, close) * (1 + spread[0]), np.minimum(opened, close) * (1 - spread[1])
    volume = rng.random(rows) * (steps != 0)
    times = start + np.arange(rows, dtype=np.int64) * timeframe.seconds
    return CandleArrays(Market("KRW", "BTC"), timeframe, times, opened, high, low, close, volume)


def recorded_rows(name: str, market: str, timeframe: Timeframe, rows: int) -> CandleArrays:
    """The last rows of a recorded market. Skips the test, saying so, where the recordings are not at hand."""
    path = RECORDED / f"{name}.parquet"
    if not path.exists():
        pytest.skip(f"no recorded candles at {path}")
    import pyarrow.parquet as pq

    table = pq.read_table(path, filters=[("market", "=", market)])
    table = table.slice(max(0, len(table) - rows))
    opened = table["ts_utc"].to_numpy().astype("datetime64[s]").astype(np.int64)
    columns = [table[c].to_numpy().astype(np.float64) for c in ("open", "high", "low", "close", "volume")]
    return CandleArrays(Market.parse(market), timeframe, opened, *columns)
