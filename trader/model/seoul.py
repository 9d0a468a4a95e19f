"""Korean days. Inside the program time is aware UTC; a day of limits, reports and P&L begins at midnight in Seoul."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Self

SEOUL = timezone(timedelta(hours=9), "KST")
"""A fixed offset: Korea has kept UTC+9 without summer time since 1988, so no time zone database is needed."""


def day_start(now: datetime, days_back: int = 0) -> datetime:
    """The last Korean midnight at or before `now` (aware), `days_back` days earlier; as aware UTC (15:00)."""
    midnight = now.astimezone(SEOUL).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - timedelta(days=days_back)).astimezone(UTC)


def month_start(now: datetime) -> datetime:
    """Korean midnight of the first of the month at or before `now` (aware); as aware UTC."""
    return day_start(day_start(now).astimezone(SEOUL).replace(day=1))


def year_start(year: int) -> datetime:
    """Korean midnight of January 1; as aware UTC."""
    return datetime(year, 1, 1, tzinfo=SEOUL).astimezone(UTC)


_HOURS = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of every day in Seoul, from `start` up to but without `end`; over midnight where `end` is earlier."""

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> Self:
        """`23:00-07:00`. ValueError: anything else, or a stretch without length."""
        found = _HOURS.fullmatch(text.replace(" ", "").replace("~", "-"))
        if found is None:
            raise ValueError(f"write hours like 23:00-07:00, not {text!r}")
        hour, minute, end_hour, end_minute = (int(part) for part in found.groups())
        start, end = time(hour, minute), time(end_hour, end_minute)
        if start == end:
            raise ValueError(f"hours must begin and end at different times: {text!r}")
        return cls(start, end)

    def __contains__(self, moment: datetime) -> bool:
        at = moment.astimezone(SEOUL).time()
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"
