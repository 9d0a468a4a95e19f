"""People let in or shut out by people."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from storage import tables
from storage.repositories.statements import Transaction, put
from trader.model.member import Member

_p = tables.people.c

_ROWS = select(
    _p.channel, _p.user_id, _p.role, _p.name, _p.added_by, _p.added_at, _p.revoked_by, _p.revoked_at
)  # in the order of Member's fields
_ALL = _ROWS.order_by(_p.added_at, _p.channel, _p.user_id)
_GET = _ROWS.where(_p.channel == bindparam("channel"), _p.user_id == bindparam("user_id"))


class SqlPeople:
    def __init__(self, transaction: Transaction) -> None:
        self._t = transaction

    def all(self) -> list[Member]:
        return [Member(*row) for row in self._t.all(_ALL)]

    def get(self, channel: str, user_id: str) -> Member | None:
        row = self._t.one(_GET, channel=channel, user_id=user_id)
        return Member(*row) if row else None

    def save(self, member: Member) -> None:
        row = {
            "channel": member.channel,
            "user_id": member.user_id,
            "role": member.role,
            "name": member.name,
            "added_by": member.added_by,
            "added_at": member.added_at,
            "revoked_by": member.revoked_by,
            "revoked_at": member.revoked_at,
        }
        self._t.run(put(self._t.dialect, tables.people, "channel", "user_id"), row)
