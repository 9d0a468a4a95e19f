"""Candles on their grid of opening times: which are missing, and which may not be stored yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from storage.values import utc
from trader.clock import Clock
from trader.model.market import EPOCH, Candle, Timeframe


def refuse_unfit(candles: Sequence[Candle], clock: Clock | None) -> None:
    """Second line of defence (P1): an open candle stored as closed would be acted upon and never corrected, and one
    off the grid would stand beside the true one. Raises ValueError."""
    for candle in candles:
        if (utc(candle.opened_at) - EPOCH) % candle.timeframe.span:
            raise ValueError(f"a {candle.timeframe.value} candle cannot open at {candle.opened_at}")
    if clock is None or not candles:
        return
    now = clock.now()
    last = max(candles, key=lambda candle: candle.closed_at)
    if last.closed_at > now:
        raise ValueError(
            f"{last.market} {last.timeframe.value} of {last.opened_at:%Y-%m-%d %H:%M:%S} UTC closes at "
            f"{last.closed_at:%H:%M:%S}, it is {now:%H:%M:%S}: an open candle is never stored"
        )


def first_opening(timeframe: Timeframe, start: datetime) -> datetime:
    """The first opening time at or after `start`."""
    start = utc(start)
    opening = timeframe.floor(start)
    return opening if opening == start else opening + timeframe.span


def openings(timeframe: Timeframe, start: datetime, end: datetime) -> int:
    """How many candles open in [start, end)."""
    return max(0, -((first_opening(timeframe, start) - utc(end)) // timeframe.span))


def gaps(timeframe: Timeframe, start: datetime, end: datetime, stored: Iterable[datetime]) -> list[datetime]:
    """Opening times of the grid in [start, end) that are not among `stored`, oldest first."""
    have, span = set(stored), timeframe.span
    first = first_opening(timeframe, start)
    grid = (first + number * span for number in range(openings(timeframe, start, end)))
    return [opening for opening in grid if opening not in have]
