"""The memory's differences and corrections; the same contract as over SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from storage.memory.shelf import Shelf, Undo, checked, newest
from trader.model.difference import Correction, Difference, DifferenceState


class MemoryDifferences:
    def __init__(self, undo: Undo) -> None:
        self._differences: Shelf[str, Difference] = Shelf(undo)

    def add(self, difference: Difference) -> None:
        difference = checked(difference)
        if difference.difference_id in self._differences:
            raise ValueError(f"difference {difference.difference_id} is stored already")
        self._differences.put(difference.difference_id, difference)

    def get(self, difference_id: str) -> Difference | None:
        return self._differences.get(difference_id)

    def open(self) -> list[Difference]:
        return [d for d in self._differences if d.state is DifferenceState.OPEN]

    def answer(self, difference: Difference) -> bool:
        difference = checked(difference)
        if difference.state is DifferenceState.OPEN:
            raise ValueError(f"difference {difference.difference_id} carries no answer")
        asked = self._differences.get(difference.difference_id)
        answerable = {DifferenceState.OPEN}
        if difference.state is DifferenceState.ADOPTED:
            answerable.add(DifferenceState.IGNORED)
        if asked is None or asked.state not in answerable:
            return False
        answered = replace(
            asked, state=difference.state, answered_by=difference.answered_by, answered_at=difference.answered_at
        )
        self._differences.put(difference.difference_id, answered)
        return True

    def recent(self, limit: int) -> list[Difference]:
        return newest(self._differences, limit)

    def reported(self, venue_ids: Iterable[str]) -> frozenset[str]:
        return frozenset(venue_ids) & {d.venue_id for d in self._differences if d.venue_id}


class MemoryCorrections:
    def __init__(self, undo: Undo) -> None:
        self._corrections: Shelf[str, Correction] = Shelf(undo)

    def add(self, correction: Correction) -> None:
        correction = checked(correction)
        if correction.correction_id in self._corrections:
            raise ValueError(f"correction {correction.correction_id} is stored already")
        self._corrections.put(correction.correction_id, correction)

    def all(self) -> list[Correction]:
        return list(self._corrections)
