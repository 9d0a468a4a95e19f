"""What is kept: how old it is, when it is asked for again, and that nobody waits for a source that does not answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.advice.context.outside import DEADLINE, NOW
from trader.advice.context.failed import SourceFailed
from trader.advice.context.kept import Breaker, Kept, Known, Life, Reading
from trader.background import Background
from trader.errors import VenueUnreachable
from trader.model.advice import ItemStatus

OK, STALE, ABSENT = ItemStatus.OK, ItemStatus.STALE, ItemStatus.ABSENT
LIFE = Life(poll=60, ok=300, kept=3600)


class Source:
    """Gives 1, 2, 3 … or what it is told to; counts how often it was asked."""

    def __init__(self, flights: Background, life: Life = LIFE, breaker: Breaker | None = None) -> None:
        self.asked = 0
        self.failure: Exception | None = None
        self.hangs = False
        self.reading: Reading[int] | None = None
        self.gate: asyncio.Event | None = None
        self.breaker = breaker or Breaker("test")
        self.kept = Kept(self.read, life, self.breaker, flights, DEADLINE)

    async def read(self, now: datetime, last: Reading[int] | None) -> Reading[int]:
        self.asked += 1
        if self.gate is not None:
            await self.gate.wait()
        if self.hangs:
            await asyncio.sleep(3600)
        if self.failure is not None:
            raise self.failure
        return self.reading or Reading(self.asked, now)


async def at_once(known: Coroutine[Any, Any, Known[int]]) -> Known[int]:
    """Its result after a few turns of the loop: it waits for nobody."""
    task = asyncio.ensure_future(known)
    for _ in range(50):
        await asyncio.sleep(0)
    assert task.done()
    return task.result()


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


async def test_a_value_grows_stale_and_is_absent_in_the_end(flights: Background) -> None:
    """poll 60, ok 300, kept 3600: one reading, then the source fails for good."""
    source = Source(flights)
    assert (await source.kept.get(NOW)).value == 1
    source.failure = SourceFailed("http 500")
    fresh = await source.kept.get(later(59))
    assert (source.asked, fresh.status, fresh.age_seconds) == (1, OK, 59)
    young = await source.kept.get(later(300))
    assert (source.asked, young.status, young.value, young.reason) == (2, OK, 1, "")
    old = await source.kept.get(later(301))
    assert (old.status, old.value, old.age_seconds, old.reason) == (STALE, 1, 301, "http 500")
    gone = await source.kept.get(later(3601))
    assert (gone.status, gone.value, gone.reason) == (ABSENT, None, "http 500")


async def test_nothing_is_asked_while_the_value_is_fresh(flights: Background) -> None:
    source = Source(flights)
    for seconds in range(0, 60, 5):
        await source.kept.get(later(seconds))
    assert source.asked == 1
    await source.kept.get(later(60))
    assert source.asked == 2


async def test_the_source_may_say_when_it_has_news(flights: Background) -> None:
    source = Source(flights)
    source.reading = Reading(7, NOW, until=later(200))
    for seconds in (0, 61, 199):
        await source.kept.get(later(seconds))
    assert source.asked == 1
    await source.kept.get(later(200))
    assert source.asked == 2


async def test_a_value_that_was_old_already_when_it_came_is_stale(flights: Background) -> None:
    source = Source(flights)
    source.reading = Reading(7, later(-400))
    known = await source.kept.get(NOW)
    assert (known.status, known.age_seconds, known.reason) == (STALE, 400, "nothing newer")


async def test_there_is_none_is_an_answer(flights: Background) -> None:
    """It is kept like any other, and the source counts as well."""
    source = Source(flights)
    source.reading = Reading(None, NOW, until=later(86_400), reason="not listed")
    for seconds in (0, 4000):
        known = await source.kept.get(later(seconds))
        assert (known.status, known.value, known.reason) == (ABSENT, None, "not listed")
    assert source.asked == 1


async def test_ten_askers_one_flight(flights: Background) -> None:
    source = Source(flights)
    source.gate = asyncio.Event()
    askers = [asyncio.create_task(source.kept.get(NOW)) for _ in range(10)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    source.gate.set()
    assert [known.value for known in await asyncio.gather(*askers)] == [1] * 10
    assert source.asked == 1


async def test_who_stops_waiting_does_not_end_the_flight_of_others(flights: Background) -> None:
    source = Source(flights)
    source.gate = asyncio.Event()
    impatient, patient = (asyncio.create_task(source.kept.get(NOW)) for _ in range(2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    impatient.cancel()
    source.gate.set()
    assert (await patient).value == 1


async def test_a_hanging_source_is_waited_for_once(flights: Background) -> None:
    """The deadline the first time, nothing while it rests; the last value serves meanwhile."""
    source = Source(flights)
    await source.kept.get(NOW)
    source.hangs = True
    began = time.perf_counter()
    assert (await source.kept.get(later(301))).reason == "no answer in time"
    assert time.perf_counter() - began > DEADLINE * 0.9
    for seconds in range(302, 310):
        assert (await at_once(source.kept.get(later(seconds)))).status is STALE
    assert source.asked == 2


async def test_a_lazy_value_is_handed_out_while_a_new_one_is_read(flights: Background) -> None:
    source = Source(flights, Life(poll=60, ok=300, kept=3600, lazy=True))
    await source.kept.get(NOW)
    source.gate = asyncio.Event()
    assert (await at_once(source.kept.get(later(61)))).value == 1
    source.gate.set()
    await asyncio.sleep(0.01)
    assert (await source.kept.get(later(62))).value == 2


async def test_rests_grow_and_one_try_heals(flights: Background) -> None:
    """10 s, 30 s, 90 s …; every second of an hour is asked for, the source fails all along: 10 tries instead of 3600.
    0, 10, 40, 130, 400, 1210, then every 900 s: 2110, 3010."""
    source = Source(flights)
    source.failure = SourceFailed("http 500")
    tried = []
    for second in range(3600):
        before = source.asked
        await source.kept.get(later(second))
        if source.asked > before:
            tried.append(second)
    assert tried == [0, 10, 40, 130, 400, 1210, 2110, 3010]
    source.failure = None
    assert (await source.kept.get(later(3910))).status is OK
    source.failure = SourceFailed("http 500")
    await source.kept.get(later(3970))
    await source.kept.get(later(3980))
    assert source.asked == 11, "after a success the rests begin anew"


async def test_a_source_that_asks_for_patience_gets_it(flights: Background) -> None:
    source = Source(flights)
    source.failure = SourceFailed("http 429", rest=3600)
    for second in (0, 10, 3599):
        assert (await source.kept.get(later(second))).reason == "http 429"
    assert source.asked == 1
    await source.kept.get(later(3600))
    assert source.asked == 2


async def test_one_breaker_for_all_that_share_a_host(flights: Background) -> None:
    breaker = Breaker("host")
    one, other = Source(flights, breaker=breaker), Source(flights, breaker=breaker)
    one.failure = SourceFailed("http 418", rest=120)
    await one.kept.get(NOW)
    known = await other.kept.get(later(60))
    assert (other.asked, known.status, known.reason) == (0, ABSENT, "http 418")


@pytest.mark.parametrize(
    ("failure", "reason"),
    [(VenueUnreachable("away"), "VenueUnreachable"), (ZeroDivisionError("bug"), "ZeroDivisionError")],
)
async def test_any_failure_is_a_reason_and_no_exception(flights: Background, failure: Exception, reason: str) -> None:
    source = Source(flights)
    source.failure = failure
    assert (await source.kept.get(NOW)).reason == reason


async def test_in_a_fast_market_politeness_counts_real_seconds(flights: Background) -> None:
    """At thirty times life's speed ten minutes of pause are 300 minutes of the market."""
    source = Source(flights, Life(poll=600, ok=1e9, kept=1e9).at_speed(30))
    await source.kept.get(NOW)
    await source.kept.get(later(600 * 30 - 1))
    assert source.asked == 1
    await source.kept.get(later(600 * 30))
    assert source.asked == 2


async def test_closing_ends_what_is_under_way(flights: Background) -> None:
    source = Source(flights)
    source.hangs = True
    waiting = asyncio.create_task(source.kept.get(NOW))
    await asyncio.sleep(0.01)
    await flights.close()
    assert (await waiting).status is ABSENT
