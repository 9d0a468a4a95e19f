"""The timetable: what runs when. The only place that knows APScheduler.

Triggers follow the handed-in clock, which may run faster than life in the sandbox: `ClockTrigger` works the time out
in the clock's own terms and translates it to the machine's. Jobs never overlap nor stack (one instance, missed runs
coalesced); a failing job is reported once, counted while it goes on failing, and reported when it works again (P7)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from trader.chronicle import Chronicle
from trader.clock import Clock
from trader.errors import cause_of
from trader.model.events import EventKind, Severity
from trader.model.market import EPOCH
from trader.model.seoul import SEOUL

log = structlog.get_logger(__name__)

Trigger: TypeAlias = BaseTrigger
Body = Callable[[], Awaitable[object]]


@dataclass(slots=True)
class JobHealth:
    """`failures` counts since the last success; `told`: people have heard of them. Times are the handed-in clock's."""

    name: str
    runs: int = 0
    failures: int = 0
    last_run: datetime | None = None
    last_seconds: float = 0.0
    last_error: str = ""
    last_cause: str = ""
    told: bool = False


class ClockTrigger(BaseTrigger):  # type: ignore[misc]
    """An APScheduler trigger that keeps a `Clock`'s time instead of the machine's.

    APScheduler asks more than once for the time after a run, so an answer may depend only on the run asked about:
    `_moments` remembers which moment of the clock each handed-out machine time stood for."""

    def __init__(self, inner: BaseTrigger, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock
        self._moments: dict[datetime, datetime] = {}

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """The first time after the previous run that is still to come: missed runs are skipped, not made up for."""
        at = self._clock.now()
        previous = self._moments.get(previous_fire_time) if previous_fire_time is not None else None
        if previous is not None:
            at = max(at, previous + timedelta(milliseconds=1))
        moment = self._inner.get_next_fire_time(None, at)
        if moment is None:
            return None
        machine = self._clock.wall_time(moment)
        self._moments = {k: v for k, v in self._moments.items() if k == previous_fire_time or v >= at}
        self._moments[machine] = moment
        return machine


def every(seconds: int, clock: Clock, delay_seconds: int = 0) -> Trigger:
    """On multiples of `seconds` since 1970, plus a delay: `every(60, clock, 2)` is two seconds past each minute."""
    start = EPOCH + timedelta(seconds=delay_seconds)
    return ClockTrigger(IntervalTrigger(seconds=seconds, start_date=start, timezone=UTC), clock)


def daily(hour: int, minute: int, clock: Clock) -> Trigger:
    """Seoul time."""
    return ClockTrigger(CronTrigger(hour=hour, minute=minute, timezone=SEOUL), clock)


def weekly(day: str, hour: int, minute: int, clock: Clock) -> Trigger:
    """`day` mon … sun, Seoul time."""
    return ClockTrigger(CronTrigger(day_of_week=day, hour=hour, minute=minute, timezone=SEOUL), clock)


@dataclass(slots=True)
class Timetable:
    """Jobs by name, with how each of them fares."""

    chronicle: Chronicle
    clock: Clock
    health: dict[str, JobHealth] = field(default_factory=dict)
    _scheduler: Any = None

    def __post_init__(self) -> None:
        defaults = {"max_instances": 1, "coalesce": True, "misfire_grace_time": 30}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)

    def add(self, name: str, body: Body, trigger: Trigger) -> None:
        """A job by the handed-in clock (`every`, `daily`, `weekly`): it follows a market that is faster than life."""
        health = self.health[name] = JobHealth(name)
        self._scheduler.add_job(self._run, trigger, args=(health, body), id=name)

    def add_machine(self, name: str, body: Body, seconds: float) -> None:
        """A job every so many real seconds, whatever the market's clock says: for what limits and outages count."""
        self.add(name, body, IntervalTrigger(seconds=seconds, timezone=UTC))

    def retime(self, name: str, trigger: Trigger) -> None:
        """From now on at other times. Raises JobLookupError where there is no such job."""
        self._scheduler.reschedule_job(name, trigger=trigger)

    def due(self, name: str) -> datetime | None:
        """When the job's turn comes, by the clock; None before the start."""
        machine: datetime | None = getattr(self._scheduler.get_job(name), "next_run_time", None)
        if machine is None:
            return None
        now = self.clock.now()
        return now + (machine - self.clock.wall_time(now)) * self.clock.speed

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _run(self, health: JobHealth, body: Body) -> None:
        """The border where a job's error ends: logged with its traceback, told once, counted."""
        began = asyncio.get_running_loop().time()
        health.last_run = self.clock.now()
        health.runs += 1
        try:
            await self._try(health, body)
        except asyncio.CancelledError:
            log.info("job_cut_short", job=health.name)  # the timetable stops; the scheduler would call it an error
        health.last_seconds = asyncio.get_running_loop().time() - began

    async def _try(self, health: JobHealth, body: Body) -> None:
        try:
            await body()
        except Exception as err:  # noqa: BLE001 - a failing job must not stop any other, whatever it raised
            await self._failed(health, err)
        else:
            await self._worked(health)

    async def _failed(self, health: JobHealth, err: Exception) -> None:
        health.failures += 1
        health.last_error, health.last_cause = f"{type(err).__name__}: {err}", cause_of(err)
        log.error("job_failed", job=health.name, count=health.failures, exc_info=err)
        if not health.told:
            data = {
                "job": health.name,
                "cause": cause_of(err),
                "error": health.last_error,
                "count": str(health.failures),
            }
            health.told = await self.chronicle.tell_or_log(EventKind.JOB_FAILED, severity=Severity.WARNING, data=data)

    async def _worked(self, health: JobHealth) -> None:
        if health.failures:
            data = {"job": health.name, "count": str(health.failures), "error": health.last_error}
            health.failures, health.last_error, health.last_cause = 0, "", ""
            if health.told:
                health.told = not await self.chronicle.tell_or_log(EventKind.JOB_RECOVERED, data=data)
