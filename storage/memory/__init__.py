"""`MemoryStorage`: the same memory without a database, for a demonstration, a replay or a test.

Everything is kept in the process and gone with it. Transactions are real: each change notes how to undo it, and a
function that raises leaves nothing behind. No threads: `fn` runs at once, on the caller's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from storage.memory.records import MemoryRecords
from storage.memory.shelf import Undo
from trader.clock import Clock
from trader.errors import StorageFailed
from trader.ports import Records

T = TypeVar("T")


class MemoryStorage:
    """`trader.ports.Storage` in this process. `clock`: by which an open candle is told and refused."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._undo = Undo()
        self._records = MemoryRecords(self._undo, clock)
        self._closed = False

    async def write(self, fn: Callable[[Records], T]) -> T:
        self._refuse_closed()
        self._undo.begin()
        try:
            result = fn(self._records)
        except BaseException:
            self._undo.roll_back()
            raise
        self._undo.commit()
        return result

    async def read(self, fn: Callable[[Records], T]) -> T:
        self._refuse_closed()
        return fn(self._records)

    async def close(self) -> None:
        self._closed = True

    def _refuse_closed(self) -> None:
        if self._closed:
            raise StorageFailed("the memory is closed")
