"""The sandbox's own time: it starts where the feed says, may run fast, and can be pushed forward.

Everything that carries a time stamp asks this clock; rate limits alone count real time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

KST = timezone(timedelta(hours=9))
"""Seoul time, which Upbit's private answers and some candle fields carry; Korea has no summer time."""


class SandboxClock:
    """Aware UTC time that runs `speed` times as fast as real time from the moment it is made.

    Raises:
        ValueError: `start` is naive, or `speed` is not above zero.
    """

    def __init__(self, start: datetime, speed: float = 1.0) -> None:
        if start.tzinfo is None:
            raise ValueError("start must carry a time zone")
        if not speed > 0:
            raise ValueError("speed must be above zero")
        self.start = start.astimezone(UTC)
        self.speed = speed
        self._origin = time.monotonic()
        self._advanced = 0.0

    def now(self) -> datetime:
        """The sandbox's time, aware UTC; never goes back."""
        seconds = (time.monotonic() - self._origin) * self.speed + self._advanced
        return self.start + timedelta(seconds=seconds)

    def restart(self) -> None:
        """Begin at `start` again; for the moment between loading a market's past and opening the doors."""
        self._origin = time.monotonic()
        self._advanced = 0.0

    def advance(self, seconds: float) -> None:
        """Jump forward by sandbox seconds.

        Raises:
            ValueError: `seconds` is negative, or not a finite number.
        """
        if not 0 <= seconds < float("inf"):
            raise ValueError("time only goes forward")
        self._advanced += seconds
