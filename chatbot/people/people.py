"""Letting people in, changing their role, shutting them out.

What shuts out is in force first and written down second: a full disk must not keep a lost phone in. What lets in is
written down first. Each change is told to those who remain, in the transaction that writes it (C4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from chatbot.people.access import Access, Known, Person, Role
from chatbot.people.pairing import Pairing
from trader.chronicle import Chronicle, Tell
from trader.errors import StorageFailed, UserInputError
from trader.model.events import EventKind, Severity
from trader.model.member import Member
from trader.ports import Records

log = structlog.get_logger(__name__)

ENVIRONMENT = "environment"
FROZEN = "revoked"
"""The reason of the trading state after somebody was shut out."""
CHANGES = ("paired", "role", "revoked", "restored", "guessed")
"""What can happen to a person, as events say it (`what`)."""


class People:
    """`freeze` stops entries until an owner resumes; it gets who did it."""

    def __init__(self, access: Access, chronicle: Chronicle, freeze: Callable[[str], Awaitable[object]]) -> None:
        self.access = access
        self.pairing = Pairing(chronicle.clock)
        self._chronicle = chronicle
        self._freeze = freeze
        self._listeners: list[Callable[[], None]] = []

    def on_change(self, listener: Callable[[], None]) -> None:
        """Called when somebody's role has changed, before anybody is told of it."""
        self._listeners.append(listener)

    async def admit(self, person: Person, role: Role, by: str) -> None:
        """By a code. StorageFailed: it could not be written, nobody was let in."""
        now = self._chronicle.clock.now()
        member = Member(person.channel, person.user_id, role.name.lower(), person.name, by, now)
        await self._let(member, "paired", by)

    async def give(self, known: Known, role: Role, by: str) -> None:
        """Another role. StorageFailed. UserInputError: person-last-owner."""
        if role is not Role.OWNER:
            self.refuse_last_owner(known)
        member = replace(self._row(known), role=role.name.lower())
        if role < known.role:
            self._now(member)
        await self._let(member, "role", by)

    async def restore(self, known: Known, by: str) -> None:
        """The role they had. StorageFailed."""
        await self._let(replace(self._row(known), revoked_by="", revoked_at=None), "restored", by)

    async def revoke(self, known: Known, by: str) -> None:
        """From this moment on this person has no role, codes they made are void, and entries are stopped.
        StorageFailed: all that is in force, but a restart may forget it."""
        now = self._chronicle.clock.now()
        member = replace(self._row(known), revoked_by=by, revoked_at=now)
        self._now(member)
        self.pairing.forget(known.key)
        failed: StorageFailed | None = None
        try:
            await self._freeze(by)
        except StorageFailed as err:
            failed = err

        def write(records: Records, tell: Tell) -> None:
            records.people.save(member)
            for message, _ in records.outbox.pending(known.channel, _ALL):
                if message.target == known.user_id:
                    records.outbox.save(replace(message, sent_at=now, last_error=FROZEN))
            self._tell(tell, member, "revoked", by)

        await self._chronicle.write(write)
        if failed is not None:
            raise failed

    def refuse_last_owner(self, known: Known) -> None:
        """Raises UserInputError (person-last-owner): nobody would be left to give a role or to resume."""
        if [owner.key for owner in self.access.owners()] == [known.key]:
            raise UserInputError("person-last-owner", person=known.key)

    async def codes_died(self, person: Person) -> None:
        """Somebody has guessed at codes until all were void: owners are told who was last."""
        member = Member(person.channel, person.user_id, "", person.name, "", self._chronicle.clock.now())
        await self._chronicle.write(lambda records, tell: self._tell(tell, member, "guessed", ""))

    # ---- one change

    def _row(self, known: Known) -> Member:
        """As it stands, or the first one of somebody from the environment's lists."""
        if known.member is not None:
            return known.member
        now = self._chronicle.clock.now()
        return Member(known.channel, known.user_id, known.listed.name.lower(), "", ENVIRONMENT, now)

    async def _let(self, member: Member, what: str, by: str) -> None:
        def write(records: Records, tell: Tell) -> None:
            records.people.save(member)
            self._tell(tell, member, what, by)

        await self._chronicle.write(write)
        self._now(member)

    def _now(self, member: Member) -> None:
        self.access.put(member)
        log.info("role_changed", person=member.key, role=member.role, revoked=member.revoked)
        for listener in self._listeners:
            listener()

    @staticmethod
    def _tell(tell: Tell, member: Member, what: str, by: str) -> None:
        data = {"what": what, "person": member.key, "name": member.name, "role": member.role, "by": by}
        tell(EventKind.ACCESS_CHANGED, severity=Severity.WARNING, data=data)


_ALL = 100_000
"""More messages than ever wait for one channel."""
