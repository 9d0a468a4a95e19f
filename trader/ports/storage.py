"""The memory: transactions over all repositories, and the spare book beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from trader.model.halt import Halt
from trader.model.order import Order
from trader.ports.advice import Consultations, Lessons, Outcomes, Writings
from trader.ports.books import Candles, Corrections, Differences, Fills, Guards, Orders, Positions, Tickets
from trader.ports.talk import Alerts, Events, Journal, KeptMessages, Notes, Outbox, People, SettingRows

T = TypeVar("T")


class Records(Protocol):
    """All repositories inside one transaction."""

    @property
    def orders(self) -> Orders: ...
    @property
    def fills(self) -> Fills: ...
    @property
    def positions(self) -> Positions: ...
    @property
    def guards(self) -> Guards: ...
    @property
    def differences(self) -> Differences: ...
    @property
    def corrections(self) -> Corrections: ...
    @property
    def tickets(self) -> Tickets: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def events(self) -> Events: ...
    @property
    def settings(self) -> SettingRows: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def kept(self) -> KeptMessages: ...
    @property
    def candles(self) -> Candles: ...
    @property
    def notes(self) -> Notes: ...
    @property
    def people(self) -> People: ...
    @property
    def consultations(self) -> Consultations: ...
    @property
    def outcomes(self) -> Outcomes: ...
    @property
    def lessons(self) -> Lessons: ...
    @property
    def writings(self) -> Writings: ...
    @property
    def alerts(self) -> Alerts: ...


class SpareBook(Protocol):
    """Kept beside the books for what must outlive this process at once while they cannot be written: the intent of an
    exit, a panic. The first write that works carries it into them, before anything else. Every method blocks, and may
    raise StorageFailed."""

    def keep(self, entry: Order | Halt) -> None:
        """On disk when it returns."""
        ...

    def entries(self) -> list[Order | Halt]:
        """Those not dropped yet, oldest first; cheap while there are none."""
        ...

    def drop(self, entries: Sequence[Order | Halt]) -> None:
        """These stand in the books now."""
        ...


class Storage(Protocol):
    """Transactions as functions: `fn` gets the repositories, its return value is handed back.

    There is one writer: writes happen one after another, each all or nothing. `fn` runs in a worker thread and must
    not await. Raises StorageFailed when the transaction cannot be committed; nothing of it is stored then."""

    async def write(self, fn: Callable[[Records], T]) -> T: ...

    async def read(self, fn: Callable[[Records], T]) -> T: ...

    async def close(self) -> None: ...
