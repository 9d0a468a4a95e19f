"""Candles on their grid of opening times: which are missing, and which may not be stored yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from storage.values import utc
from trader.clock import Clock
from trader.model.market import Candle, Timeframe


def refuse_open(candles: Sequence[Candle], clock: Clock | None) -> None:
    """Second line of defence: an open candle stored as closed would be acted upon and never corrected (P1)."""
    if clock is None or not candles:
        return
    now = clock.now()
    last = max(candles, key=lambda candle: candle.closed_at)
    if last.closed_at > now:
        raise ValueError(
            f"{last.market} {last.timeframe.value} of {last.opened_at:%Y-%m-%d %H:%M:%S} UTC closes at "
            f"{last.closed_at:%H:%M:%S}, it is {now:%H:%M:%S}: an open candle is never stored"
        )


def gaps(timeframe: Timeframe, start: datetime, end: datetime, stored: Iterable[datetime]) -> list[datetime]:
    """Opening times of the grid in [start, end) that are not among `stored`, oldest first."""
    start, end = utc(start), utc(end)
    span, have = timeframe.span, set(stored)
    opening = timeframe.floor(start)
    if opening < start:
        opening += span
    missing = []
    while opening < end:
        if opening not in have:
            missing.append(opening)
        opening += span
    return missing
