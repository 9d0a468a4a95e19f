"""How far a price went lately (S4).  In: 1-minute candles, the live price, now.  Out: a fraction, or None.  Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from trader.model.market import Candle

MINUTE = 60


def rows_needed(window_seconds: int) -> int:
    """1-minute candles that may reach into the window."""
    return window_seconds // MINUTE + 2


def moved(candles: Sequence[Candle], live: Decimal | None, window_seconds: int, now: datetime) -> Decimal | None:
    """(highest − lowest) ÷ lowest price of the last `window_seconds`; None when no candle reaches into them.

    Args:
        candles: closed 1-minute candles, in any order; one that reaches into the window counts whole.
        live: the last price of the stream, which tells what the candles do not know yet."""
    start = now - timedelta(seconds=window_seconds)
    recent = [candle for candle in candles if candle.closed_at > start]
    if not recent:
        return None
    prices = [live] if live is not None else []
    lowest = min([*(candle.low for candle in recent), *prices])
    highest = max([*(candle.high for candle in recent), *prices])
    return highest / lowest - 1 if lowest > 0 else None
