"""The memory's people; the same contract as over SQL."""

from __future__ import annotations

from storage.memory.shelf import Shelf, Undo, checked
from trader.model.member import Member


class MemoryPeople:
    def __init__(self, undo: Undo) -> None:
        self._people: Shelf[tuple[str, str], Member] = Shelf(undo)

    def all(self) -> list[Member]:
        return sorted(self._people, key=lambda m: (m.added_at, m.channel, m.user_id))

    def get(self, channel: str, user_id: str) -> Member | None:
        return self._people.get((channel, user_id))

    def save(self, member: Member) -> None:
        member = checked(member)
        self._people.put((member.channel, member.user_id), member)
