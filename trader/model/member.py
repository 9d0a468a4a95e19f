"""A person who was let in, or shut out, by a person: what the lists of the environment do not say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Member:
    """`channel` telegram or slack; `user_id` the platform's own, unchangeable id; `role` owner, trader or viewer.

    `revoked_at` says since when the person has no role, whatever the lists of the environment say."""

    channel: str
    user_id: str
    role: str
    name: str
    added_by: str
    added_at: datetime
    revoked_by: str = ""
    revoked_at: datetime | None = None

    @property
    def key(self) -> str:
        """`telegram:123`."""
        return f"{self.channel}:{self.user_id}"

    @property
    def revoked(self) -> bool:
        return self.revoked_at is not None
