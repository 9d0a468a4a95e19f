"""One figure of the outside, read when it is needed, kept with its age, and never waited for too long.

`Kept.get` gives what is known at a moment: OK while it is young enough, STALE for a while, then ABSENT – with the
reason. It asks the source when the value is due: one flight at a time whoever asks, given up at the deadline, and after
a failure not again before the `Breaker` lets it. Ages follow the handed-in `now`; waiting counts real seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

import structlog

from trader.advice.context.failed import SourceFailed
from trader.background import Background
from trader.errors import TraderError, cause_of
from trader.model.advice import ItemStatus

log = structlog.get_logger(__name__)

T = TypeVar("T")

TOO_SLOW: Final = "no answer in time"
FIRST_REST: Final = 10.0
REST_GROWS: Final = 3.0
LONGEST_REST: Final = 900.0
"""Seconds a source rests after its first failure in a row; each further one triples it, up to a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """What a source gave. `as_of` is the moment the value speaks of; `until` when the source will have a new one, if
    it says so. A `value` of None: the source is well and says there is none, `reason` tells it."""

    value: T | None
    as_of: datetime
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """What is known now. `value` is None exactly when `status` is ABSENT."""

    status: ItemStatus
    value: T | None = None
    as_of: datetime | None = None
    age_seconds: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Life:
    """Seconds: not asked again before `poll`; a value is good up to the age of `ok` and shown as stale up to `kept`.
    `lazy`: a good value is handed out while a new one is being read."""

    poll: float
    ok: float
    kept: float
    lazy: bool = False

    def at_speed(self, speed: float) -> Life:
        """Politeness counts real seconds, also where the clock runs faster than life."""
        return replace(self, poll=self.poll * max(speed, 1.0))


class Breaker:
    """Keeps a source that fails from being asked at every turn; after its rest one try shows whether it is well."""

    def __init__(self, name: str, speed: float = 1.0) -> None:
        self.name = name
        self._speed = max(speed, 1.0)
        self._failures = 0
        self._rests_until: datetime | None = None
        self.trouble = ""
        """Why the last try came to nothing; empty while all is well."""

    def allows(self, now: datetime) -> bool:
        return self._rests_until is None or now >= self._rests_until

    def failed(self, now: datetime, reason: str, rest: float | None) -> None:
        self._failures += 1
        grown = min(FIRST_REST * REST_GROWS ** (self._failures - 1), LONGEST_REST)
        self._rests_until = now + timedelta(seconds=max(grown, rest or 0.0) * self._speed)
        self.trouble = reason
        if self._failures == 1:
            log.warning("context_source_failed", source=self.name, reason=reason)

    def worked(self) -> None:
        if self._failures:
            log.info("context_source_well_again", source=self.name, failures=self._failures)
        self._failures, self._rests_until, self.trouble = 0, None, ""


class Kept(Generic[T]):
    """`read` gets now and the last reading; it raises SourceFailed or TraderError."""

    def __init__(
        self,
        read: Callable[[datetime, Reading[T] | None], Awaitable[Reading[T]]],
        life: Life,
        breaker: Breaker,
        flights: Background,
        deadline_seconds: float,
    ) -> None:
        self._read = read
        self._life = life
        self._breaker = breaker
        self._flights = flights
        self._deadline = deadline_seconds
        self._last: Reading[T] | None = None
        self._read_at: datetime | None = None
        self._flight: asyncio.Task[None] | None = None

    async def get(self, now: datetime) -> Known[T]:
        """What is known at `now`, after asking where that is due; at most the deadline later. Raises nothing."""
        if self._due(now):
            if self._flight is None and self._breaker.allows(now):
                self._flight = self._flights.start(self._fly(now))
            if self._flight is not None and not (self._life.lazy and self.peek(now).status is ItemStatus.OK):
                await asyncio.wait({self._flight}, timeout=self._deadline)
        return self.peek(now)

    def peek(self, now: datetime) -> Known[T]:
        """What is known at `now` without asking."""
        last, trouble = self._last, self._breaker.trouble or (TOO_SLOW if self._flight is not None else "")
        if last is None:
            return Known(ItemStatus.ABSENT, reason=trouble or "not read yet")
        age = max((now - last.as_of).total_seconds(), 0.0)
        if last.value is None:
            return Known(ItemStatus.ABSENT, as_of=last.as_of, age_seconds=age, reason=last.reason)
        if age > self._life.kept:
            return Known(ItemStatus.ABSENT, reason=trouble or "too old")
        if age > self._life.ok:
            return Known(ItemStatus.STALE, last.value, last.as_of, age, trouble or "nothing newer")
        return Known(ItemStatus.OK, last.value, last.as_of, age)

    def _due(self, now: datetime) -> bool:
        if self._last is None or self._read_at is None or now < self._read_at:
            return True
        next_read = self._read_at + timedelta(seconds=self._life.poll)
        return now >= max(next_read, self._last.until or next_read)

    async def _fly(self, now: datetime) -> None:
        try:
            async with asyncio.timeout(self._deadline):
                reading = await self._read(now, self._last)
        except SourceFailed as err:
            self._breaker.failed(now, err.reason, err.rest)
        except TimeoutError:
            self._breaker.failed(now, TOO_SLOW, None)
        except TraderError as err:
            self._breaker.failed(now, cause_of(err), None)
        except Exception as err:
            log.exception("context_source_broke", source=self._breaker.name)
            self._breaker.failed(now, type(err).__name__, None)  # a source of figures must not stop a decision
        else:
            self._last, self._read_at = reading, now
            self._breaker.worked()
        finally:
            self._flight = None
