"""What models may cost: reserve before the call, settle after it (R7).

In: caps in KRW, what the books say was spent today and this month (Korean days). Out: a reservation, or the cap that
stands in the way. Concurrent calls cannot overshoot: what is reserved counts as spent until it is settled. Everything
counts, also calls that failed, were refused, came late, or ran in the shadow."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from trader.model.seoul import day_start, month_start

ZERO = Decimal(0)
WARN_AT = Decimal("0.8")
"""This share of a cap is worth a word."""


@dataclass(frozen=True, slots=True)
class Caps:
    """KRW per Korean day and month; 0 = nothing may be spent."""

    day: Decimal
    month: Decimal


@dataclass(slots=True)
class Budget:
    """Kept in memory over what is stored: `restore` it at start, `settle` every call. Not for several threads."""

    day: datetime | None = None
    spent_day: Decimal = ZERO
    spent_month: Decimal = ZERO
    _reserved: dict[str, Decimal] = field(default_factory=dict)

    def restore(self, now: datetime, spent_day: Decimal, spent_month: Decimal) -> None:
        """What the books say was spent since Korean midnight and since the first of the month."""
        self.day, self.spent_day, self.spent_month = day_start(now), spent_day, spent_month

    def reserve(self, key: str, worst: Decimal, caps: Caps, now: datetime) -> str:
        """Set `worst` aside for the call `key`. Empty: done; else the cap that is in the way, `day` or `month`."""
        self._turn(now)
        held = sum(self._reserved.values(), ZERO) + worst
        if self.spent_day + held > caps.day:
            return "day"
        if self.spent_month + held > caps.month:
            return "month"
        self._reserved[key] = worst
        return ""

    def settle(self, key: str, cost: Decimal, now: datetime) -> None:
        """The call is over and cost `cost`, whatever came of it."""
        self._turn(now)
        self._reserved.pop(key, None)
        self.spent_day += cost
        self.spent_month += cost

    def nearing(self, caps: Caps, now: datetime) -> dict[str, Decimal]:
        """What was spent, by `day` and `month`, where four fifths of that cap are gone."""
        self._turn(now)
        spent = {"day": (self.spent_day, caps.day), "month": (self.spent_month, caps.month)}
        return {name: krw for name, (krw, cap) in spent.items() if cap > 0 and krw >= cap * WARN_AT}

    def _turn(self, now: datetime) -> None:
        """A new Korean day begins at nothing spent, a new month too; what is reserved is carried over."""
        today = day_start(now)
        if self.day is None or today > self.day:
            if self.day is not None and month_start(now) > self.day:
                self.spent_month = ZERO
            self.day, self.spent_day = today, ZERO
