"""Conditions of closed candles.  In: CandleArrays, oldest first, the last one closed.  Out: Reading.  Pure."""

from __future__ import annotations

import math
from decimal import Decimal

from trader.indicators import rsi, sma
from trader.model.alert import AlertKind, Condition, Reading
from trader.model.market import CandleArrays

SETTLED = 10
"""Spans after which a recursive indicator has forgotten its first rows."""


def rows_needed(condition: Condition) -> int:
    """Candles with which the figure is what it would be with all of them."""
    return condition.span * SETTLED if condition.kind is AlertKind.RSI else condition.span + 1


def read(condition: Condition, candles: CandleArrays) -> Reading:
    """RSI: its value · SMA: the close's distance from the mean, as a fraction · VOLUME: how many times the mean of the
    candles before. Not known (too few candles, nothing traded) counts as not true."""
    figure = _figure(condition, candles)
    if figure is None or not math.isfinite(figure):
        return Reading(False, None)
    value = Decimal(repr(round(figure, 6)))
    return Reading(condition.comparison.holds(value, _threshold(condition)), value)


def _threshold(condition: Condition) -> Decimal:
    return Decimal(0) if condition.kind is AlertKind.SMA else condition.value


def _figure(condition: Condition, candles: CandleArrays) -> float | None:
    span = condition.span
    if len(candles) <= span:
        return None
    match condition.kind:
        case AlertKind.RSI:
            return float(rsi(candles.close, span)[-1])
        case AlertKind.SMA:
            mean = float(sma(candles.close, span)[-1])
            return float(candles.close[-1]) / mean - 1
        case AlertKind.VOLUME:
            mean = float(candles.volume[-span - 1 : -1].mean())
            return float(candles.volume[-1]) / mean if mean else None
    raise ValueError(f"{condition.kind} is not told by candles")
