"""The trading state: what the bot may do at all, by whom, since when and until when. Kept as a row (promise 7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from trader.chronicle import Chronicle, Tell
from trader.model.events import EventKind, Severity
from trader.model.halt import Halt
from trader.model.portfolio import TradingState
from trader.model.views import StateNote
from trader.ports import Records

_KEY = "trading_state"
_RESUMED = "resumed_at"
CLOCK = "clock"
RECONCILE = "reconcile"
"""Hampers until books and venue have been compared."""


def stored_state(records: Records) -> TradingState:
    """As last written; ACTIVE before anybody set one (who starts locked writes that down)."""
    stored = records.notes.get(_KEY)
    return TradingState(stored["state"]) if stored else TradingState.ACTIVE


def resumed_at(records: Records) -> datetime | None:
    """When a person last said that entries may go on; not when a pause ran out."""
    stored = records.notes.get(_RESUMED)
    return datetime.fromisoformat(stored) if stored else None


class StateKeeper:
    """Holds the state in memory and in the store; `current` also ends a pause whose time is over."""

    def __init__(self, chronicle: Chronicle, note: StateNote) -> None:
        self._chronicle = chronicle
        self._note = note
        self._hampers: dict[str, StateNote] = {}
        self._unwritten = False

    @classmethod
    async def load(cls, chronicle: Chronicle, initial: TradingState) -> StateKeeper:
        """The stored state, or `initial` on the very first start."""
        stored = await chronicle.storage.read(lambda records: records.notes.get(_KEY))
        if stored is None:
            note = StateNote(initial, "start", chronicle.clock.now())
            if initial is not TradingState.ACTIVE:
                await chronicle.write(lambda records, tell: _store(records, tell, note, push=False))
            return cls(chronicle, note)
        return cls(chronicle, _note(stored))

    @property
    def note(self) -> StateNote:
        return self._hampered if self._hampered and self._note.state is TradingState.ACTIVE else self._note

    @property
    def current(self) -> TradingState:
        """A pause that has run out counts as over at once; `expire` writes it down."""
        state = TradingState.ACTIVE if self._over() else self._note.state
        return TradingState.REDUCING if state is TradingState.ACTIVE and self._hampered else state

    def hamper(self, by: str, reason: str) -> None:
        """Something keeps the program from entering, whatever people wish. Known to this process only."""
        if by not in self._hampers or self._hampers[by].reason != reason:
            self._hampers[by] = StateNote(TradingState.REDUCING, by, self._chronicle.clock.now(), reason)

    def unhamper(self, by: str) -> None:
        """It has passed; when nothing else is in the way, what people set is in force again."""
        self._hampers.pop(by, None)

    @property
    def hampers(self) -> frozenset[str]:
        """What keeps the program from entering now."""
        return frozenset(self._hampers)

    @property
    def _hampered(self) -> StateNote | None:
        """The oldest of them stands for all."""
        return next(iter(self._hampers.values()), None)

    def _over(self) -> bool:
        return self._note.until is not None and self._chronicle.clock.now() >= self._note.until

    async def look(self) -> bool:
        """Whether another process has set the state meanwhile, as panic from the shell does where this one hangs: then
        that is in force here too."""
        before = self._note
        stored = await self._chronicle.storage.read(lambda records: records.notes.get(_KEY))
        if stored is None or stored == _row(before) or self._unwritten or self._note is not before:
            return False
        self._note = _note(stored)
        return True

    async def expire(self) -> None:
        """Once a second: write down that a pause is over, or a lock that could not be written when it was set."""
        if self._unwritten:
            await self._write(self._note, push=True)
        if self._over():
            await self.set(TradingState.ACTIVE, CLOCK, reason="pause over")

    async def set(
        self, state: TradingState, by: str, *, until: datetime | None = None, reason: str = "", push: bool = True
    ) -> StateNote:
        """Locks first and writes second: a lock must hold even when the disk is full (StorageFailed is raised then).

        A pause never loosens a halt: it would end by itself, and what panic or /stop locked is for an owner to open.
        A lock set while a loosening is being written stays in force."""
        before = self._note
        if state is TradingState.REDUCING and before.state is TradingState.HALTED:
            return before
        note = StateNote(state, by, self._chronicle.clock.now(), reason, until)
        if state is not TradingState.ACTIVE:
            self._note, self._unwritten = note, True
        await self._write(note, push)
        if self._note is before:
            self._note = note
        return note

    async def _write(self, note: StateNote, push: bool) -> None:
        await self._chronicle.write(lambda records, tell: _store(records, tell, note, push))
        self._unwritten = self._unwritten and self._note is not note


def store_halt(records: Records, halt: Halt) -> None:
    """A lock that could not be written when it was set; what people have set since stands."""
    stored = records.notes.get(_KEY)
    if stored is None or datetime.fromisoformat(stored["since"]) < halt.at:
        records.notes.put(_KEY, _row(StateNote(TradingState.HALTED, halt.by, halt.at, "panic")))


def _note(row: Mapping[str, str]) -> StateNote:
    until = datetime.fromisoformat(row["until"]) if row["until"] else None
    return StateNote(TradingState(row["state"]), row["by"], datetime.fromisoformat(row["since"]), row["reason"], until)


def _row(note: StateNote) -> dict[str, str]:
    return {
        "state": note.state.value,
        "by": note.by,
        "since": note.since.isoformat(),
        "reason": note.reason,
        "until": note.until.isoformat() if note.until else "",
    }


def _store(records: Records, tell: Tell, note: StateNote, push: bool) -> None:
    row = _row(note)
    records.notes.put(_KEY, row)
    if note.state is TradingState.ACTIVE and note.by != CLOCK:
        records.notes.put(_RESUMED, note.since.isoformat())
    severity = Severity.INFO if note.state is TradingState.ACTIVE else Severity.WARNING
    data = {"state": note.state.value, "by": note.by, "reason": note.reason, "until": row["until"]}
    tell(EventKind.STATE_CHANGED, severity=severity, push=push, data=data)
