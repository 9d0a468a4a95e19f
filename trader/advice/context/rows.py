"""Candles → the rows the models see, and the figures that are kept.  Pure.

In: CandleArrays (n,), the last one closed. A figure without enough rows is null, never zero."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from trader import indicators as ind
from trader.advice.context.finding import figure
from trader.model.advice import JSON

if TYPE_CHECKING:
    from trader.model.market import CandleArrays, FloatArray

SHOWN: Final = 5
COLUMNS: Final = (
    "open",
    "high",
    "low",
    "close",
    "volume",
    "rsi14",
    "macd",
    "macd_signal",
    "macd_hist",
    "bb_low",
    "bb_high",
    "sma5",
    "sma20",
    "ema12",
    "sma60",
)
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Table:
    """Candles and the columns computed from them, by name, each (n,)."""

    candles: CandleArrays
    columns: dict[str, FloatArray]


def table(candles: CandleArrays) -> Table:
    close = candles.close
    line, signal, histogram = ind.macd(close, 12, 26, 9)
    low, middle, high = ind.bollinger(close, 20, 2.0)
    columns = {
        "open": candles.open,
        "high": candles.high,
        "low": candles.low,
        "close": close,
        "volume": candles.volume,
        "rsi14": ind.rsi(close, 14),
        "macd": line,
        "macd_signal": signal,
        "macd_hist": histogram,
        "bb_low": low,
        "bb_high": high,
        "sma5": ind.sma(close, 5),
        "sma20": middle,
        "ema12": ind.ema(close, 12),
        "sma60": ind.sma(close, 60),
    }
    return Table(candles, columns)


def shown(made: Table, span: int | None) -> JSON:
    """Column names once, then the last five rows, oldest first; `span`: rows to tell the range and change of."""
    candles = made.candles
    rows: list[JSON] = []
    for row in range(max(len(candles) - SHOWN, 0), len(candles)):
        opened = datetime.fromtimestamp(int(candles.opened_at[row]), UTC)
        figures = [figure(float(made.columns[name][row]), _digits(name)) for name in COLUMNS]
        rows.append([opened.strftime("%m-%dT%H:%M"), *figures])
    document: dict[str, JSON] = {"columns": ["opened", *COLUMNS], "rows": rows}
    if span is not None:
        document[f"last_{span}"] = _range(candles, span)
    return document


def _digits(name: str) -> int:
    """Prices as exact as they are quoted; what is computed from them as it is read."""
    if name in ("open", "high", "low", "close"):
        return 9
    return 3 if name in ("rsi14", "macd", "macd_signal", "macd_hist") else 4 if name == "volume" else 6


def _range(candles: CandleArrays, span: int) -> JSON:
    """Of the last `span` rows, or as many as there are."""
    rows = min(span, len(candles))
    first = float(candles.close[-rows - 1]) if len(candles) > rows else float(candles.open[-rows])
    return {
        "candles": rows,
        "change": figure(float(candles.close[-1]) / first - 1, 3),
        "high": figure(float(candles.high[-rows:].max()), 9),
        "low": figure(float(candles.low[-rows:].min()), 9),
    }


def features(made: Table, *, own: bool) -> dict[str, float]:
    """Figures of the last row by the names of `model.features`; `own`: of the strategy's timeframe."""
    candles, columns = made.candles, made.columns
    found: dict[str, float] = {}
    seconds = candles.timeframe.seconds
    if seconds == _DAY:
        found["rsi_1d"] = float(columns["rsi14"][-1])
        found["change_30d"] = _change(candles.close, 30)
    if seconds == 3600:
        found["rsi_1h"] = float(columns["rsi14"][-1])
        found["change_24h"] = _change(candles.close, 24)
    if own:
        found |= _own(made)
    return {name: value for name, value in found.items() if math.isfinite(value)}


def _own(made: Table) -> dict[str, float]:
    candles, columns = made.candles, made.columns
    last = float(candles.close[-1])
    true_range = float(ind.atr(candles.high, candles.low, candles.close, 14)[-1])
    low, high = float(columns["bb_low"][-1]), float(columns["bb_high"][-1])
    mean_volume = float(ind.sma(candles.volume, 20)[-1])
    return {
        "rsi": float(columns["rsi14"][-1]),
        "macd_hist": float(columns["macd_hist"][-1]) / last,
        "sma20_distance": last / float(columns["sma20"][-1]) - 1,
        "bollinger_position": (last - low) / (high - low) if high > low else math.nan,
        "atr": true_range,
        "atr_fraction": true_range / last,
        "volatility": _volatility(candles.close, 365 * _DAY / candles.timeframe.seconds),
        "volume_ratio": float(candles.volume[-1]) / mean_volume if mean_volume > 0 else math.nan,
    }


def _change(close: FloatArray, rows: int) -> float:
    return float(close[-1] / close[-1 - rows] - 1) if len(close) > rows else math.nan


def _volatility(close: FloatArray, per_year: float) -> float:
    """Sample deviation of the last 20 logarithmic returns × √(candles per year)."""
    if len(close) < 21:
        return math.nan
    returns = np.diff(np.log(close[-21:]))
    return float(returns.std(ddof=1) * math.sqrt(per_year))
