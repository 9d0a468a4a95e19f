"""What time it is. The timetable, the guard and every stored row follow one handed-in `Clock`.

With the sandbox time may run faster than life; `wall_time` tells when a moment of the clock
comes to pass on the machine's own clock, so that timers can be set for it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    @property
    def speed(self) -> float:
        """Seconds of this clock per second of life."""
        ...

    def now(self) -> datetime:
        """Aware UTC."""
        ...

    def wall_time(self, moment: datetime) -> datetime:
        """The machine's time (aware UTC) at which this clock will show `moment`."""
        ...


class SystemClock:
    """The machine's clock."""

    speed = 1.0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def wall_time(self, moment: datetime) -> datetime:
        return moment


class ScaledClock:
    """Follows a clock elsewhere that shows `origin` now and runs `speed` times as fast as life."""

    def __init__(self, origin: datetime, speed: float) -> None:
        if origin.tzinfo is None:
            raise ValueError("origin must be an aware datetime")
        if speed <= 0:
            raise ValueError("speed must be positive")
        self.set(origin, speed)

    def set(self, origin: datetime, speed: float) -> None:
        """Follow the other clock again from a fresh reading."""
        self._origin = origin.astimezone(UTC)
        self._zero = time.monotonic()
        self.speed = speed

    def now(self) -> datetime:
        return self._origin + timedelta(seconds=(time.monotonic() - self._zero) * self.speed)

    def wall_time(self, moment: datetime) -> datetime:
        return datetime.now(UTC) + (moment - self.now()) / self.speed


class ManualClock:
    """Stands still until told to move; for tests, replays and back-tests."""

    speed = 1.0

    def __init__(self, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError("now must be an aware datetime")
        self._now = now

    def now(self) -> datetime:
        return self._now

    def wall_time(self, moment: datetime) -> datetime:
        return moment

    def advance(self, seconds: float) -> datetime:
        self._now += timedelta(seconds=seconds)
        return self._now
