"""Losing stops one after another, and how long entries wait.  In: their times, Limits, now.  Out: StopRun.  Pure.

The wait begins with the stop that fills the row. Once it is over counting starts afresh, so that entries are not
stopped again by the next single loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from trader.model.limits import Limits


@dataclass(frozen=True, slots=True)
class StopRun:
    """`count` of the present row. `began` and `until` bound the wait; None = entries do not wait."""

    count: int
    began: datetime | None = None
    until: datetime | None = None


def stop_run(closed: Sequence[datetime], limits: Limits, now: datetime) -> StopRun:
    """Args:
    closed: when the positions of one unbroken row were closed by a losing stop, oldest first."""
    most, wait = limits.max_stops_in_a_row, timedelta(seconds=limits.stop_breaker_seconds)
    count, began = 0, None
    for moment in closed if most else ():
        if began is not None and moment >= began + wait:
            count, began = 0, None
        count += 1
        if began is None and count >= most:
            began = moment
    if began is not None and now >= began + wait:
        return StopRun(0)
    return StopRun(count, began, began + wait if began is not None else None)
