"""The trading state: locks hold at once and over a restart, pauses end by themselves, halts never do (promise 3, 7)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest

from tests.examples import NOON
from tests.trading_floor import FailingStorage
from trader.chronicle import Chronicle
from trader.clock import ManualClock
from trader.errors import StorageFailed
from trader.model.events import EventKind
from trader.model.portfolio import TradingState
from trader.ports import Records
from trader.state import StateKeeper, stored_state

ACTIVE, REDUCING, HALTED = TradingState.ACTIVE, TradingState.REDUCING, TradingState.HALTED
T = TypeVar("T")


class Slow(FailingStorage):
    """Each write waits for the gate, then goes in the order of asking."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self._turn = asyncio.Lock()

    async def write(self, fn: Callable[[Records], T]) -> T:
        async with self._turn:
            await self.gate.wait()
            return await super().write(fn)


async def keeper(storage: FailingStorage, clock: ManualClock, initial: TradingState = ACTIVE) -> StateKeeper:
    return await StateKeeper.load(Chronicle(storage, clock), initial)


async def test_first_start_takes_the_initial_state_and_writes_a_lock_down() -> None:
    storage, clock = FailingStorage(), ManualClock(NOON)
    assert (await keeper(storage, clock)).current is ACTIVE
    assert (await keeper(storage, clock, HALTED)).current is HALTED
    assert await storage.read(stored_state) is HALTED
    assert (await keeper(storage, clock, ACTIVE)).current is HALTED


async def test_a_pause_ends_by_itself() -> None:
    storage, clock = FailingStorage(), ManualClock(NOON)
    state = await keeper(storage, clock)
    await state.set(REDUCING, "telegram:1", until=NOON + timedelta(minutes=10))
    clock.advance(599)
    await state.expire()
    assert state.current is REDUCING
    clock.advance(1)
    assert state.current is ACTIVE
    await state.expire()
    assert (state.note.by, state.note.until) == ("clock", None)
    assert await storage.read(stored_state) is ACTIVE


async def test_a_pause_survives_a_restart_and_still_ends() -> None:
    storage, clock = FailingStorage(), ManualClock(NOON)
    await (await keeper(storage, clock)).set(REDUCING, "telegram:1", until=NOON + timedelta(minutes=10), reason="lunch")
    again = await keeper(storage, clock)
    assert (again.current, again.note.by, again.note.reason) == (REDUCING, "telegram:1", "lunch")
    clock.advance(600)
    assert again.current is ACTIVE


async def test_a_pause_never_opens_a_halt() -> None:
    """After panic a trader's `/pause 1m` would otherwise end in trading, without an owner."""
    storage, clock = FailingStorage(), ManualClock(NOON)
    state = await keeper(storage, clock)
    await state.set(HALTED, "telegram:1", reason="panic")
    note = await state.set(REDUCING, "telegram:2", until=NOON + timedelta(minutes=1))
    assert (note.state, note.reason) == (HALTED, "panic")
    clock.advance(3600)
    await state.expire()
    assert state.current is HALTED
    assert await storage.read(stored_state) is HALTED


async def test_a_lock_holds_though_it_cannot_be_written_and_is_written_later() -> None:
    storage, clock = FailingStorage(), ManualClock(NOON)
    state = await keeper(storage, clock)
    storage.broken = True
    with pytest.raises(StorageFailed):
        await state.set(HALTED, "telegram:1", reason="panic")
    assert state.current is HALTED
    storage.broken = False
    await state.expire()
    assert await storage.read(stored_state) is HALTED
    events = await storage.read(lambda records: records.events.latest(10))
    assert [e.kind for e in events] == [EventKind.STATE_CHANGED]
    await state.expire()
    assert len(await storage.read(lambda records: records.events.latest(10))) == 1


async def test_a_loosening_that_cannot_be_written_does_not_count() -> None:
    storage, clock = FailingStorage(), ManualClock(NOON)
    state = await keeper(storage, clock)
    await state.set(HALTED, "telegram:1")
    storage.broken = True
    with pytest.raises(StorageFailed):
        await state.set(ACTIVE, "telegram:1")
    assert state.current is HALTED


async def test_a_lock_set_while_a_pause_is_being_ended_wins() -> None:
    """Panic in the moment a pause runs out: at no time between is the state ACTIVE, in memory or in the rows."""
    storage, clock = Slow(), ManualClock(NOON)
    storage.gate.set()
    state = await keeper(storage, clock)
    await state.set(REDUCING, "telegram:1", until=NOON + timedelta(minutes=1))
    storage.gate.clear()
    clock.advance(60)
    ending = asyncio.create_task(state.expire())
    await asyncio.sleep(0)
    locking = asyncio.create_task(state.set(HALTED, "telegram:1", reason="panic"))
    await asyncio.sleep(0)
    assert state.current is HALTED
    storage.gate.set()
    await ending
    assert state.current is HALTED
    await locking
    assert (state.current, await storage.read(stored_state)) == (HALTED, HALTED)


async def test_hampered_means_no_entries_whatever_people_wish() -> None:
    storage, clock = FailingStorage(), ManualClock(NOON)
    state = await keeper(storage, clock)
    state.hamper("storage", "disk full")
    assert (state.current, state.note.by) == (REDUCING, "storage")
    await state.set(HALTED, "telegram:1")
    assert (state.current, state.note.by) == (HALTED, "telegram:1")
    await state.set(ACTIVE, "telegram:1")
    assert state.current is REDUCING
    state.unhamper("storage")
    assert state.current is ACTIVE


async def test_what_another_process_locked_is_in_force_here_and_stays_so() -> None:
    """The shell's panic while this one hung; it takes it over once, and an owner may resume."""
    storage, clock = FailingStorage(), ManualClock(NOON)
    state, shell = await keeper(storage, clock), await keeper(storage, clock)
    assert not await state.look()
    await shell.set(HALTED, "shell", reason="panic")
    assert (state.current, await state.look(), state.current) == (ACTIVE, True, HALTED)
    assert (state.note, await state.look()) == (shell.note, False)
    await state.set(ACTIVE, "telegram:1")
    assert (await state.look(), state.current) == (False, ACTIVE)


async def test_a_lock_of_ours_that_is_not_written_yet_is_not_looked_away() -> None:
    storage, clock = FailingStorage(), ManualClock(NOON)
    state, shell = await keeper(storage, clock), await keeper(storage, clock)
    await shell.set(REDUCING, "shell")
    storage.broken = True
    with pytest.raises(StorageFailed):
        await state.set(HALTED, "telegram:1", reason="panic")
    assert (await state.look(), state.current) == (False, HALTED)
