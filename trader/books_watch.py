"""Can the books be written? While they cannot, nothing new is entered, positions stay guarded, and people are told.

Every order's intent is committed before it is sent, so books that cannot be written would also stop the exits. So what
an exit needs is kept in the spare book beside them, and carried into them by the first write that works. And some room
is kept in a file: it is given up when the disk is full, fills are written into it, and entries wait until it could be
set aside again."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import structlog

from trader.background import Background
from trader.chronicle import Chronicle
from trader.clock import Clock
from trader.errors import StorageFailed
from trader.ids import new_id
from trader.model.events import Event, EventKind, Severity
from trader.model.halt import Halt
from trader.model.order import Order
from trader.panic.run import store_halted_run
from trader.ports import Records, SpareBook, Storage
from trader.state import StateKeeper, store_halt

log = structlog.get_logger(__name__)

T = TypeVar("T")
TellDirectly = Callable[[Event], Coroutine[Any, Any, None]]
"""Say it to people past the outbox, which cannot be written either."""

RESERVE_BYTES = 8 * 2**20
BY = "storage"


MOST_WAITING = 2
"""Each write into locked books takes seconds to fail. While they fail, no more than these stand in line: a command is
answered and an exit is tried again soon."""


class WatchedStorage:
    """A `Storage` that reports each write that failed, and carries the spare book into the books before each one that
    works. `fault`: why writing fails now; empty while it works."""

    def __init__(self, storage: Storage, spare: SpareBook) -> None:
        self._storage = storage
        self._spare = spare
        self._waiting = 0
        self.fault = ""
        self.on_failure: Callable[[StorageFailed], None] = _ignore

    async def write(self, fn: Callable[[Records], T]) -> T:
        if self.fault and self._waiting >= MOST_WAITING:
            raise StorageFailed(self.fault)
        self._waiting += 1
        try:
            await self._carry_over()
            return await self._storage.write(fn)
        except StorageFailed as err:
            self.on_failure(err)
            raise
        finally:
            self._waiting -= 1

    async def carry_over(self) -> None:
        """What a process before left in the spare book, before anything else is read. StorageFailed."""
        if self._spare.entries():
            await self.write(lambda records: None)

    async def _carry_over(self) -> None:
        entries = self._spare.entries()
        if entries:
            await self._storage.write(lambda records: _carry(records, entries))
            log.warning("spare_book_carried_over", entries=len(entries))
            try:
                await asyncio.to_thread(self._spare.drop, entries)
            except StorageFailed as err:  # they stand in the books: only a next process reads them again
                log.error("spare_book_not_emptied", error=str(err))

    async def read(self, fn: Callable[[Records], T]) -> T:
        return await self._storage.read(fn)

    async def close(self) -> None:
        await self._storage.close()


def _carry(records: Records, entries: Sequence[Order | Halt]) -> None:
    """Safe to repeat, should this process end before the spare book is emptied."""
    for entry in entries:
        if isinstance(entry, Order):
            if records.orders.get(entry.client_order_id) is None:
                records.orders.add(entry)
        else:
            store_halt(records, entry)
            store_halted_run(records, entry)


def _ignore(err: StorageFailed) -> None:
    """Nobody watches yet: the caller has the error."""


class BooksWatch:
    """`check` is a job: it looks whether a fault has gone, and keeps the reserve."""

    def __init__(
        self, storage: WatchedStorage, state: StateKeeper, chronicle: Chronicle, clock: Clock, folder: Path
    ) -> None:
        self._storage = storage
        self._state = state
        self._chronicle = chronicle
        self._clock = clock
        self._reserve = folder / "reserve"
        self._background = Background()
        self.tell_directly: list[TellDirectly] = []
        self.failures = 0
        storage.on_failure = self._failed

    def _failed(self, err: StorageFailed) -> None:
        self.failures += 1
        if self.failures > 1:
            return
        self._storage.fault = str(err)
        log.critical("books_cannot_be_written", error=str(err))
        self._state.hamper(BY, str(err))
        self._reserve.unlink(missing_ok=True)
        data = {"where": "storage", "message": str(err), "count": "1"}
        event = Event(new_id(), EventKind.ERROR, self._clock.now(), Severity.CRITICAL, data=data)
        for tell in self.tell_directly:
            self._background.start(tell(event))

    async def check(self) -> None:
        """Entries are possible again when the reserve is set aside and a line could be written. StorageFailed."""
        await asyncio.to_thread(self._set_aside)
        if not self.failures:
            return
        now = self._clock.now().isoformat()
        await self._storage.write(lambda records: records.notes.put("books_checked", now))
        data = {"job": "storage", "count": str(self.failures), "error": ""}
        self.failures, self._storage.fault = 0, ""
        self._state.unhamper(BY)
        await self._chronicle.tell(EventKind.JOB_RECOVERED, data=data)

    def _set_aside(self) -> None:
        """Raises StorageFailed: there is no room for it."""
        if self._reserve.exists() and self._reserve.stat().st_size >= RESERVE_BYTES:
            return
        try:
            with self._reserve.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, RESERVE_BYTES)
        except OSError as err:
            self._reserve.unlink(missing_ok=True)
            raise StorageFailed(f"no room for {self._reserve}: {err.strerror}; free some space") from err
