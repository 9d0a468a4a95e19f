"""Losing stops one after another: entries wait, and counting starts afresh when the wait is over (S6)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.examples import NOON
from trader.model.limits import Limits
from trader.risk.breaker import StopRun, stop_run

THREE = Limits(max_stops_in_a_row=3, stop_breaker_seconds=600)


def minutes(*at: int) -> tuple[datetime, ...]:
    return tuple(NOON + timedelta(minutes=m) for m in at)


def minute(at: int) -> datetime:
    return NOON + timedelta(minutes=at)


@pytest.mark.parametrize(
    ("closed", "now", "expected"),
    [
        ((), 0, StopRun(0)),
        ((0, 1), 2, StopRun(2)),
        ((0, 1, 2), 2, StopRun(3, minute(2), minute(12))),
        ((0, 1, 2), 12, StopRun(0)),  # ten minutes after the third
        ((0, 1, 2, 5), 6, StopRun(4, minute(2), minute(12))),  # one that was open still: the wait is not prolonged
        ((0, 1, 2, 5, 13), 14, StopRun(1)),  # afresh: one loss after the wait stops nothing
        ((0, 1, 2, 13, 14, 15), 16, StopRun(3, minute(15), minute(25))),
    ],
)
def test_a_row_of_three(closed: tuple[int, ...], now: int, expected: StopRun) -> None:
    assert stop_run(minutes(*closed), THREE, minute(now)) == expected


def test_nothing_counts_when_it_is_off() -> None:
    assert stop_run(minutes(0, 1, 2, 3), Limits(max_stops_in_a_row=0), minute(3)) == StopRun(0)
