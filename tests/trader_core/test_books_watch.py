"""While the books cannot be written: entries wait, people are told once and directly, the reserve makes room (P7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from storage.memory import MemoryStorage
from storage.memory.spare import MemorySpare
from trader import books_watch
from trader.books_watch import RESERVE_BYTES, BooksWatch, WatchedStorage
from trader.chronicle import Chronicle
from trader.clock import ManualClock
from trader.errors import StorageFailed
from trader.model.events import Event, EventKind
from trader.model.portfolio import TradingState
from trader.ports import Records
from trader.state import StateKeeper

T = TypeVar("T")
NOW = datetime(2025, 9, 1, tzinfo=UTC)


class Disk(MemoryStorage):
    """A memory whose disk can be full."""

    full = False

    async def write(self, fn: Callable[[Records], T]) -> T:
        if self.full:
            raise StorageFailed("the disk is full")
        return await super().write(fn)


class Bench:
    def __init__(self, disk: Disk, storage: WatchedStorage, state: StateKeeper, watch: BooksWatch) -> None:
        self.disk, self.storage, self.state, self.watch = disk, storage, state, watch
        self.told: list[Event] = []

    async def write(self) -> None:
        await self.storage.write(lambda records: records.notes.put("a", 1))


@pytest.fixture
async def bench(tmp_path: Path) -> Bench:
    disk, clock = Disk(), ManualClock(NOW)
    storage = WatchedStorage(disk, MemorySpare())
    chronicle = Chronicle(storage, clock)
    state = await StateKeeper.load(chronicle, TradingState.ACTIVE)
    made = Bench(disk, storage, state, BooksWatch(storage, state, chronicle, clock, tmp_path))

    async def tell(event: Event) -> None:
        made.told.append(event)

    made.watch.tell_directly.append(tell)
    await made.watch.check()
    return made


async def test_a_failed_write_locks_entries_and_frees_the_reserve(bench: Bench, tmp_path: Path) -> None:
    assert (tmp_path / "reserve").stat().st_size == RESERVE_BYTES
    bench.disk.full = True
    for _ in range(3):
        with pytest.raises(StorageFailed):
            await bench.write()
    assert bench.state.current is TradingState.REDUCING
    assert (bench.state.note.by, bench.state.note.reason) == ("storage", "the disk is full")
    assert not (tmp_path / "reserve").exists()
    with pytest.raises(StorageFailed):
        await bench.watch.check()
    assert [(event.kind, event.data["where"]) for event in bench.told] == [(EventKind.ERROR, "storage")]


async def test_it_passes_when_a_line_could_be_written(bench: Bench, tmp_path: Path) -> None:
    bench.disk.full = True
    with pytest.raises(StorageFailed):
        await bench.write()
    bench.disk.full = False
    await bench.watch.check()
    assert bench.state.current is TradingState.ACTIVE
    assert (tmp_path / "reserve").exists()
    [event] = await bench.disk.read(lambda records: records.events.latest(10))
    assert (event.kind, event.data["count"]) == (EventKind.JOB_RECOVERED, "1")


async def test_entries_wait_until_there_is_room_for_the_reserve(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written lines fit into the freed room, yet nothing new is begun on it."""

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    bench.disk.full = True
    with pytest.raises(StorageFailed):
        await bench.write()
    bench.disk.full = False
    monkeypatch.setattr(books_watch.os, "posix_fallocate", no_room)
    with pytest.raises(StorageFailed, match="No space left"):
        await bench.watch.check()
    await bench.write()
    assert bench.state.current is TradingState.REDUCING


async def test_a_halt_stays_a_halt(bench: Bench) -> None:
    await bench.state.set(TradingState.HALTED, "telegram:1")
    bench.disk.full = True
    with pytest.raises(StorageFailed):
        await bench.write()
    assert bench.state.current is TradingState.HALTED
    assert bench.state.note.by == "telegram:1"
