"""The spare book without a disk, for what lives in this process only."""

from __future__ import annotations

from collections.abc import Sequence

from trader.model.halt import Halt
from trader.model.order import Order


class MemorySpare:
    """`trader.ports.SpareBook` in this process."""

    def __init__(self) -> None:
        self._entries: list[Order | Halt] = []

    def keep(self, entry: Order | Halt) -> None:
        self._entries.append(entry)

    def entries(self) -> list[Order | Halt]:
        return list(self._entries)

    def drop(self, entries: Sequence[Order | Halt]) -> None:
        self._entries = [entry for entry in self._entries if entry not in entries]
