"""Is everything well? One list of checks for /health, each with a figure and yes, no or unknown."""

from __future__ import annotations

import os
import resource
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from trader.chronicle import Chronicle, Route
from trader.clock import Clock
from trader.errors import StorageFailed, cause_of
from trader.execution.executor import Executor
from trader.guard.watch import Guard
from trader.jobs import Timetable
from trader.live import LiveFeed
from trader.model.order import OrderState
from trader.model.views import HealthCheck
from trader.ports import Streams

SILENT_SECONDS = {"public": 30.0, "private": 90.0}
"""Real seconds without any message after which a stream counts as not well (the private one is silent by nature, but
answers a ping at least once a minute)."""

LOW_DISK = 200 * 2**20

MANY_WAITING = 50
"""Messages that nobody holds back."""


class Health:
    """`extra` are checks of those who came later, such as the chat front ends; `quiet` says where what is not critical
    waits now because somebody wants it so."""

    def __init__(
        self,
        streams: Streams,
        feed: LiveFeed,
        timetable: Timetable,
        chronicle: Chronicle,
        clock: Clock,
        executor: Executor,
        guard: Guard,
        data_dir: Path,
    ) -> None:
        self._streams = streams
        self._feed = feed
        self._timetable = timetable
        self._chronicle = chronicle
        self._clock = clock
        self._executor = executor
        self._guard = guard
        self._data_dir = data_dir
        self.extra: list[Callable[[], HealthCheck]] = []
        self.quiet: Callable[[Route], bool] = lambda place: False

    def data_age(self) -> float | None:
        """Real seconds since the public stream said anything."""
        return self._streams.last_message_age("public")

    async def checks(self) -> list[HealthCheck]:
        return [
            self._stream("public"),
            self._stream("private"),
            *self._jobs(),
            self._orders(),
            self._guarding(),
            *await self._storage(),
            self._disk(),
            HealthCheck("memory", None, f"{resident_megabytes():.0f} MB"),
            *(check() for check in self.extra),
        ]

    def _stream(self, name: str) -> HealthCheck:
        health, age = self._feed.health[name], self._streams.last_message_age(name)
        if health.up is None:
            return HealthCheck(f"stream-{name}", None, "")
        fresh = age is None or age < SILENT_SECONDS[name]
        return HealthCheck(f"stream-{name}", health.up and fresh, "" if age is None else f"{age:.1f} s")

    def _jobs(self) -> list[HealthCheck]:
        rows = []
        for job in self._timetable.health.values():
            ok = None if job.last_run is None else job.failures == 0
            due = self._timetable.due(job.name) if ok is None else None
            figure = f"{job.last_seconds:.2f} s" if ok else job.last_error
            rows.append(HealthCheck(f"job-{job.name}", ok, figure, job.last_cause, due))
        return rows

    def _orders(self) -> HealthCheck:
        unknown = sum(1 for order in self._executor.working() if order.state is OrderState.UNKNOWN)
        return HealthCheck("orders-unresolved", unknown == 0, str(unknown))

    def _guarding(self) -> HealthCheck:
        at = self._guard.evaluated_at
        if not self._guard.markets:
            return HealthCheck("guard", True, "0")
        age = None if at is None else (self._clock.now() - at).total_seconds() / self._clock.speed
        return HealthCheck("guard", None if age is None else age < 60, "" if age is None else f"{age:.1f} s")

    async def _storage(self) -> list[HealthCheck]:
        try:
            waiting = await self._chronicle.storage.read(lambda records: records.outbox.waiting())
        except StorageFailed as err:
            return [HealthCheck("storage", False, str(err), cause_of(err))]
        return self._outbox(waiting)

    def _outbox(self, waiting: Mapping[tuple[str, str, bool], int]) -> list[HealthCheck]:
        """What quiet hours hold back on purpose is counted by itself, and is no sign of anything."""
        held = sum(
            count
            for (channel, target, critical), count in waiting.items()
            if not critical and self.quiet(Route(channel, target))
        )
        due = sum(waiting.values()) - held
        check = HealthCheck("outbox", due < MANY_WAITING, str(due))
        return [check, HealthCheck("outbox-held", None, str(held))] if held else [check]

    def _disk(self) -> HealthCheck:
        free = shutil.disk_usage(self._data_dir).free
        return HealthCheck("disk", free > LOW_DISK, f"{free / 2**30:.1f} GB")


def resident_megabytes() -> float:
    """Resident memory of this process now (on Linux), else its peak."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
