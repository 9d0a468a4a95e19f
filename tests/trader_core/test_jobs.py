"""The timetable: its own clock, no overlap, one failing job stops no other (P7). Real waits are short."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.interval import IntervalTrigger

from tests.examples import NOON
from tests.trading_floor import FailingStorage, until
from trader.chronicle import Chronicle
from trader.clock import ManualClock, ScaledClock
from trader.jobs import ClockTrigger, Timetable, daily, every
from trader.model.events import Event, EventKind

MACHINE = datetime(2030, 1, 1, tzinfo=UTC)


class Tables:
    """Timetables over one storage, with what was told."""

    def __init__(self) -> None:
        self.storage = FailingStorage()
        self.events: list[Event] = []
        self._running: list[Timetable] = []

    def make(self, clock: ManualClock | ScaledClock | None = None) -> Timetable:
        clock = clock or ManualClock(NOON)
        chronicle = Chronicle(self.storage, clock)
        chronicle.on_event(self.events.append)
        table = Timetable(chronicle, clock)
        self._running.append(table)
        return table

    def told(self) -> list[tuple[EventKind, str]]:
        return [(event.kind, event.data["count"]) for event in self.events]

    def stop(self) -> None:
        for table in self._running:
            table.stop()


@pytest.fixture
async def tables() -> AsyncIterator[Tables]:
    made = Tables()
    yield made
    made.stop()


# ---------------------------------------------------------------- triggers


def test_every_is_on_the_clocks_own_minutes() -> None:
    """Two seconds past each minute of the clock; the run asked about decides, however often it is asked."""
    clock = ManualClock(NOON + timedelta(seconds=30))
    trigger = every(60, clock, 2)
    first = trigger.get_next_fire_time(None, MACHINE)
    assert first == NOON + timedelta(seconds=62)
    clock.advance(32)
    for _ in range(3):
        assert trigger.get_next_fire_time(first, MACHINE) == NOON + timedelta(seconds=122)


def test_woken_a_little_early_it_does_not_fire_twice() -> None:
    clock = ManualClock(NOON)
    trigger = every(60, clock)
    clock.advance(1)
    first = trigger.get_next_fire_time(None, MACHINE)
    clock.advance(58.999)
    assert trigger.get_next_fire_time(first, MACHINE) == NOON + timedelta(seconds=120)


def test_missed_runs_are_skipped() -> None:
    clock = ManualClock(NOON + timedelta(seconds=1))
    trigger = every(60, clock)
    first = trigger.get_next_fire_time(None, MACHINE)
    clock.advance(600)
    assert trigger.get_next_fire_time(first, MACHINE) == NOON + timedelta(seconds=660)


def test_daily_is_seoul_time() -> None:
    """Noon in Seoul: the next 09:00 is tomorrow, which is midnight UTC."""
    assert daily(9, 0, ManualClock(NOON)).get_next_fire_time(None, MACHINE) == datetime(2026, 3, 3, tzinfo=UTC)


def test_a_trigger_forgets_what_is_over() -> None:
    clock = ManualClock(NOON)
    trigger = every(60, clock)
    previous = None
    for _ in range(1000):
        previous = trigger.get_next_fire_time(previous, MACHINE)
        clock.advance(60)
    assert len(trigger._moments) < 5


async def test_a_fast_clock_fires_on_each_of_its_minutes_once(tables: Tables) -> None:
    """At 1,200 times life a minute is 50 ms. Every minute of the clock at most once, and none before its time."""
    clock = ScaledClock(NOON, 1200.0)
    table, fired = tables.make(clock), list[datetime]()

    async def body() -> None:
        fired.append(clock.now())

    table.add("tick", body, every(60, clock))
    table.start()
    await until(lambda: len(fired) >= 6)
    minutes = [moment.replace(second=0, microsecond=0) for moment in fired]
    assert len(set(minutes)) == len(minutes)
    assert minutes == sorted(minutes)


# ---------------------------------------------------------------- jobs


def soon(table: Timetable, name: str, body: Callable[[], object], seconds: float = 0.01) -> None:
    table.add_machine(name, body, seconds)  # type: ignore[arg-type]


async def test_a_slow_job_does_not_overlap_nor_stack(tables: Tables) -> None:
    table = tables.make()
    running = most = runs = 0

    async def slow() -> None:
        nonlocal running, most, runs
        running, runs = running + 1, runs + 1
        most = max(most, running)
        await asyncio.sleep(0.1)
        running -= 1

    soon(table, "slow", slow)
    table.start()
    await asyncio.sleep(0.35)
    assert most == 1
    assert runs <= 4


async def test_failure_is_told_once_with_its_cause_and_recovery_with_the_count(tables: Tables) -> None:
    table, faults = tables.make(), [ValueError("no"), KeyError("x"), RuntimeError("still")]

    async def body() -> None:
        if faults:
            raise faults.pop(0)

    soon(table, "bad", body)
    table.start()
    await until(lambda: len(tables.events) == 2)
    assert tables.told() == [(EventKind.JOB_FAILED, "1"), (EventKind.JOB_RECOVERED, "3")]
    assert tables.events[0].data == {
        "job": "bad",
        "cause": "ValueError",
        "error": "ValueError: no",
        "count": "1",
    }
    assert table.health["bad"].failures == 0
    assert table.health["bad"].runs >= 4


async def test_one_failing_job_stops_no_other(tables: Tables) -> None:
    table, runs = tables.make(), list[int]()

    async def bad() -> None:
        raise RuntimeError

    async def good() -> None:
        runs.append(1)

    soon(table, "bad", bad)
    soon(table, "good", good)
    table.start()
    await until(lambda: len(runs) >= 5)
    assert (table.health["good"].failures, table.health["bad"].last_error) == (0, "RuntimeError: ")


async def test_a_failure_that_could_not_be_stored_is_told_when_it_can(tables: Tables) -> None:
    table = tables.make()
    tables.storage.fail_writes = 2

    async def bad() -> None:
        raise RuntimeError("no")

    soon(table, "bad", bad)
    table.start()
    await until(lambda: tables.events)
    await asyncio.sleep(0.05)
    assert tables.told() == [(EventKind.JOB_FAILED, "3")]


async def test_another_timetable_takes_over_at_once(tables: Tables) -> None:
    """The loop interval changes while running (E9)."""
    clock, runs = ManualClock(NOON), list[int]()
    table = tables.make(clock)

    async def body() -> None:
        runs.append(1)

    table.add("decide", body, every(86_400, clock))
    table.start()
    table.retime("decide", IntervalTrigger(seconds=0.01, timezone=UTC))
    await until(lambda: len(runs) >= 2)


async def test_stopping_cuts_a_job_short_without_calling_it_a_failure(tables: Tables) -> None:
    table, began = tables.make(), asyncio.Event()

    async def long() -> None:
        began.set()
        await asyncio.sleep(60)

    soon(table, "long", long)
    table.start()
    await began.wait()
    table.stop()
    await asyncio.sleep(0.01)
    assert tables.events == []


def test_a_clock_trigger_without_a_next_time_ends() -> None:
    ended = IntervalTrigger(seconds=60, start_date=NOON, end_date=NOON, timezone=UTC)
    clock = ManualClock(NOON + timedelta(hours=1))
    assert ClockTrigger(ended, clock).get_next_fire_time(None, MACHINE) is None


async def test_when_a_jobs_turn_comes_is_said_by_its_clock(tables: Tables) -> None:
    """At noon in Seoul, sixty times as fast as life: nine in the morning is 21 hours away."""
    table = tables.make(ScaledClock(NOON, 60))
    table.add("report", nothing, daily(9, 0, table.clock))
    assert table.due("report") is None, "not started"
    table.start()
    due = table.due("report")
    assert due is not None
    assert abs(due - (NOON + timedelta(hours=21))) < timedelta(seconds=30)


async def nothing() -> None:
    """A job with nothing to do."""
