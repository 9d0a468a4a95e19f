"""Korean days. Inside the program time is aware UTC; a day of limits, reports and P&L begins at midnight in Seoul."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

SEOUL = timezone(timedelta(hours=9), "KST")
"""A fixed offset: Korea has kept UTC+9 without summer time since 1988, so no time zone database is needed."""


def day_start(now: datetime, days_back: int = 0) -> datetime:
    """The last Korean midnight at or before `now` (aware), `days_back` days earlier; as aware UTC (15:00)."""
    midnight = now.astimezone(SEOUL).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - timedelta(days=days_back)).astimezone(UTC)
