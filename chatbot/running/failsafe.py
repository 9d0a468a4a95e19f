"""`failsafe`: what is done when the service has failed for good, by `FAILSAFE_POLICY` (S9). Works without the service.

hold: nothing is touched · stop-entries: buying is locked · cancel: and our orders are taken back · close: and our
positions are sold. Whatever the policy, people are told, and the outbox is delivered for a few seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from chatbot.people.access import Access
from chatbot.people.routes import routes
from chatbot.running.control import NoAnswer, alive
from chatbot.running.data_dir import SOCKET, Claim, holder_of, make_data_dir
from chatbot.running.emergency import lone_trader, within_service
from chatbot.running.last_words import deliver
from storage.claim import claim_database
from storage.sql import open_storage
from trader.chronicle import Chronicle
from trader.clock import Clock, SystemClock
from trader.model.events import EventKind, Severity
from trader.model.limits import FailsafePolicy
from trader.model.portfolio import TradingState
from trader.panic.file import receipt_text
from trader.ports import Storage
from trader.settings import Settings
from trader.state import StateKeeper

BY = "failsafe"
NO_EXCHANGE = "failsafe-no-exchange"
_NO_EXCHANGE = "The local exchange lives inside the service, which is not running: there is nothing to sell."


@dataclass(frozen=True, slots=True)
class Outcome:
    """`note` is the key of a word to people, empty where the policy says it all; `receipt` for the shell."""

    done: bool
    note: str = ""
    receipt: str = ""


async def apply(settings: Settings) -> tuple[str, bool]:
    """(what was done, whether all of it could be done and was told). TraderError, OSError: it could not even begin."""
    make_data_dir(settings.data_dir)
    stuck = ""
    try:
        if await alive(settings.data_dir / SOCKET):
            return "The service is running and answers: nothing was done.", False
    except NoAnswer as err:
        stuck = f"{err}; stop it ({holder_of(settings.data_dir)}), or it may trade again when it wakes up"
    with _claimed(settings, bool(stuck)):
        outcome, waiting = await _apply(settings)
    return _printed(settings, outcome, waiting, stuck), outcome.done and not waiting


def _printed(settings: Settings, outcome: Outcome, waiting: int | None, stuck: str) -> str:
    told = f"  {waiting} messages could not be delivered yet." if waiting else "  Everybody was told."
    lines = [
        f"FAIL-SAFE {settings.failsafe_policy.value}: {'done' if outcome.done else 'NOT done'}",
        outcome.receipt,
        "  There is nobody to tell: no chat is set up." if waiting is None else told,
        f"NOTE: {stuck}." if stuck else "",
    ]
    return "\n".join(line for line in lines if line)


@contextmanager
def _claimed(settings: Settings, stuck: bool) -> Iterator[None]:
    """No service may start meanwhile; one that is just starting, or that trades on these books from elsewhere, is left
    alone (SettingsError, BooksTaken). One that hangs keeps its claims and is worked past."""
    if stuck:
        yield
        return
    claim = Claim(settings.data_dir)
    try:
        books = claim_database(settings.storage_url)
        try:
            yield
        finally:
            books.release()
    finally:
        claim.release()


async def _apply(settings: Settings) -> tuple[Outcome, int | None]:
    """What came of it, and how many messages wait still; None: there is nobody to tell."""
    policy = settings.failsafe_policy
    if policy in (FailsafePolicy.CANCEL, FailsafePolicy.CLOSE) and not within_service(settings):
        async with lone_trader(settings) as trader:
            receipt = await trader.panic.press(BY, cancel_only=policy is FailsafePolicy.CANCEL)
            done = receipt.flat or (policy is FailsafePolicy.CANCEL and not receipt.open_orders_left)
            outcome = Outcome(done, receipt=receipt_text(receipt))
            return outcome, await _tell(trader.chronicle, trader.clock, settings, outcome)
    async with _books(settings) as storage:
        clock = SystemClock()
        access = Access.from_settings(settings, await storage.read(lambda records: records.people.all()))
        chronicle = Chronicle(storage, clock, routes(settings, access))
        outcome = Outcome(True)
        if policy is not FailsafePolicy.HOLD:
            await _lock(chronicle)
        if policy in (FailsafePolicy.CANCEL, FailsafePolicy.CLOSE):
            outcome = Outcome(False, NO_EXCHANGE, f"  {_NO_EXCHANGE}")
        return outcome, await _tell(chronicle, clock, settings, outcome)


@asynccontextmanager
async def _books(settings: Settings) -> AsyncIterator[Storage]:
    storage = await open_storage(settings.storage_url)
    try:
        yield storage
    finally:
        await storage.close()


async def _lock(chronicle: Chronicle) -> None:
    """Buying only: what is held may be sold. A halt is not loosened."""
    state = await StateKeeper.load(chronicle, TradingState.ACTIVE)
    await state.set(TradingState.REDUCING, BY, reason="failsafe", push=False)


async def _tell(chronicle: Chronicle, clock: Clock, settings: Settings, outcome: Outcome) -> int | None:
    positions, orders = await chronicle.storage.read(
        lambda records: (len(records.positions.open()), len(records.orders.unfinished()))
    )
    data = {
        "policy": settings.failsafe_policy.value,
        "outcome": "done" if outcome.done else "failed",
        "positions": str(positions or ""),
        "open_orders": str(orders or ""),
        "note": outcome.note,
    }
    await chronicle.tell(EventKind.FAILSAFE, severity=Severity.CRITICAL, data=data)
    waiting = await deliver(chronicle.storage, clock, settings)
    return waiting if chronicle.routes else None
