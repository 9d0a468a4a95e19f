"""The memory's positions and their guards; the same contract as over SQL."""

from __future__ import annotations

from datetime import datetime

from storage.memory.shelf import Shelf, Undo, checked, newest
from trader.model.market import Market
from trader.model.portfolio import GuardLevels, Position


class MemoryPositions:
    def __init__(self, undo: Undo) -> None:
        self._positions: Shelf[str, Position] = Shelf(undo)

    def open(self) -> list[Position]:
        return sorted((p for p in self._positions if p.open), key=lambda p: p.market.code)

    def open_for(self, market: Market) -> Position | None:
        return next((p for p in self._positions if p.open and p.market == market), None)

    def get(self, position_id: str) -> Position | None:
        return self._positions.get(position_id)

    def save(self, position: Position) -> None:
        position = checked(position)
        other = self.open_for(position.market) if position.open else None
        if other is not None and other.position_id != position.position_id:
            raise ValueError(f"{position.market} has another open position already")
        self._positions.put(position.position_id, position)

    def closed_since(self, moment: datetime) -> list[Position]:
        closed = [p for p in self._positions if p.closed_at is not None and p.closed_at >= moment]
        return sorted(closed, key=_closed_at)

    def recent_closed(self, limit: int, market: Market | None = None) -> list[Position]:
        closed = (p for p in self._positions if not p.open and market in (None, p.market))
        return newest(closed, limit, _closed_at)

    def of_thread(self, thread: str) -> Position | None:
        opened = [p for p in self._positions if thread and p.thread == thread]
        return opened[-1] if opened else self._positions.get(thread)


def _closed_at(position: Position) -> datetime:
    assert position.closed_at is not None
    return position.closed_at


class MemoryGuards:
    def __init__(self, undo: Undo) -> None:
        self._guards: Shelf[str, GuardLevels] = Shelf(undo)

    def all(self) -> list[GuardLevels]:
        return sorted(self._guards, key=lambda g: (g.opened_at, g.position_id))

    def get(self, position_id: str) -> GuardLevels | None:
        return self._guards.get(position_id)

    def save(self, levels: GuardLevels) -> None:
        levels = checked(levels)
        self._guards.put(levels.position_id, levels)

    def remove(self, position_id: str) -> None:
        self._guards.remove(position_id)
