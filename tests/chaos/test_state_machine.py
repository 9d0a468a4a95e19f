"""The state machine over execution and ledger in its short form (promise 1, P5, P6, P7).

The long form is `tests/chaos/state_machine.py --steps 10000`."""

from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import HealthCheck, settings

from tests.chaos.ledger_machine import Trading, TradingOnDisk
from tests.chaos.virtual_time import LoopClock, VirtualLoop
from tests.examples import NOON

SHORT = settings(deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))

TestTrading = Trading.TestCase
TestTrading.settings = settings(SHORT, max_examples=25, stateful_step_count=40)
TestTradingOnDisk = TradingOnDisk.TestCase
TestTradingOnDisk.settings = settings(SHORT, max_examples=3, stateful_step_count=25)


def test_an_hour_passes_at_once() -> None:
    loop = VirtualLoop()
    clock = LoopClock(loop, NOON)
    began = time.monotonic()
    loop.run_until_complete(asyncio.sleep(3_600))
    assert (clock.now() - NOON).total_seconds() == pytest.approx(3_600)
    assert time.monotonic() - began < 60
    loop.close()


def test_what_is_meant_for_a_thread_takes_no_time() -> None:
    """A database in a thread changes no order of events, whatever timers wait."""
    loop = VirtualLoop()

    async def story() -> tuple[str, float]:
        asyncio.get_running_loop().call_later(3_600, lambda: None)
        done = await asyncio.to_thread(lambda: time.sleep(0.01) or "done")
        return done, loop.time()

    assert loop.run_until_complete(story()) == ("done", 0.0)
    loop.close()


def test_a_wait_that_cannot_end_is_said() -> None:
    loop = VirtualLoop()
    with pytest.raises(RuntimeError, match="never happen"):
        loop.run_until_complete(loop.create_future())
    loop.close()
