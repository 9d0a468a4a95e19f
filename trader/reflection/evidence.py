"""Does a condition make a difference?  In: past decisions and a condition.  Out: counts and an interval.  Pure (R9).

What counts is whether a trade on that side would have paid after fees, whatever was decided: votes that follow a
lesson must not become its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from trader.model.order import Side
from trader.reflection.cases import Case, apart
from trader.reflection.statistics import Interval, difference

ENOUGH: Final = 20
"""Decisions that met the condition, before it can be believed."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`market` empty: every one. `op` is `>` or `<`."""

    market: str
    side: Side
    feature: str
    op: str
    value: float

    def meets(self, case: Case) -> bool:
        found = case.features[self.feature]
        return found > self.value if self.op == ">" else found < self.value


@dataclass(frozen=True, slots=True)
class Evidence:
    """`hits` of `n` decisions that met the condition paid, `other_hits` of `other_n` that did not meet it; `interval`
    is of the difference of both shares, 90 %; None: one of the groups is empty. `paid` and `lost` are the ids of those
    that met it, oldest first."""

    n: int
    hits: int
    other_n: int
    other_hits: int
    interval: Interval | None
    paid: tuple[str, ...]
    lost: tuple[str, ...]

    @property
    def effect(self) -> float:
        """Difference of the shares; 0 where there is nothing to compare."""
        return self.hits / self.n - self.other_hits / self.other_n if self.n and self.other_n else 0.0

    @property
    def believable(self) -> bool:
        away = self.interval is not None and (self.interval.low > 0 or self.interval.high < 0)
        return self.n >= ENOUGH and away


def weigh(
    condition: Condition, cases: Sequence[Case], horizon: int, now: datetime, since: datetime | None = None
) -> Evidence:
    """From what was resolved by `now` and asked after `since`; `cases` oldest first."""
    eligible = [
        case
        for case in cases
        if case.speaks_of(condition.side)
        and (since is None or case.at > since)
        and condition.market in ("", case.market)
        and condition.feature in case.features
        and case.move(horizon, now) is not None
    ]
    paid: list[str] = []
    lost: list[str] = []
    other_n = other_hits = 0
    for case in apart(eligible, horizon):
        net = case.net(condition.side, horizon, now)
        won = net is not None and net > 0
        if condition.meets(case):
            (paid if won else lost).append(case.case_id)
        else:
            other_n, other_hits = other_n + 1, other_hits + won
    n, hits = len(paid) + len(lost), len(paid)
    interval = difference(hits, n, other_hits, other_n) if n and other_n else None
    return Evidence(n, hits, other_n, other_hits, interval, tuple(paid), tuple(lost))
