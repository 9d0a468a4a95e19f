"""Do our books agree with the venue? In: rows and the account. Out: differences, each a stored row told once.

Reconcile first, trade after: from the start, and after a long time without a look, entries wait until one has passed;
exits and the guard go on. A look concludes nothing about a currency in which an order of ours is moving; that order is
looked up, and the currency compared at the next look. One thing at a time: looks and answers wait for each other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from decimal import Decimal

import structlog

from trader import patience
from trader.background import Background
from trader.chronicle import Chronicle
from trader.errors import StorageFailed, TraderError, VenueError
from trader.execution.executor import Executor
from trader.ids import new_id
from trader.ledger.differences import CASH, Prices, compare, unsettled
from trader.market.quotes import QuoteBoard
from trader.model.difference import Difference, DifferenceKind, DifferenceState, Reconciliation
from trader.model.market import Market
from trader.model.order import ZERO
from trader.model.portfolio import Balance
from trader.ports import Exchange, Records
from trader.reconcile.answers import Answers
from trader.reconcile.reading import Snapshot, read_agreed, take_snapshot
from trader.reconcile.telling import BY, store, tell_result, waiting
from trader.settings import Settings
from trader.state import StateKeeper

log = structlog.get_logger(__name__)

QUIET_SECONDS = 2.0
"""So long after the last change of a balance the account is compared: a trade changes several at a time."""

LOOKS_AFTER_CHANGE = 5
"""How often that look is repeated while orders of ours are moving; the job goes on after it."""

LONG_OUTAGE_SECONDS = 90.0
"""Real seconds without a look after which entries wait for one."""

FIRST_SECONDS = 3.0
"""The first look waits so long for orders in doubt; what is still in doubt then blocks its own market only."""

FIRST_PAUSE_SECONDS = 0.25

NOT_YET, OUTAGE = "not compared yet", "no comparison for long"

_LATEST = 200


class Reconciler:
    def __init__(
        self,
        exchange: Exchange,
        chronicle: Chronicle,
        executor: Executor,
        quotes: QuoteBoard,
        state: StateKeeper,
        settings: Callable[[], Settings],
    ) -> None:
        self._exchange = exchange
        self._chronicle = chronicle
        self._executor = executor
        self._quotes = quotes
        self._state = state
        self._answers = Answers(exchange, chronicle, quotes, settings)
        self._lock = asyncio.Lock()
        self._passed_at: float | None = None
        self._unsettled: tuple[str, ...] = (CASH,)
        self._timer: asyncio.TimerHandle | None = None
        self._looks = Background()
        self._on_balances: list[Callable[[Mapping[str, Balance]], None]] = []

    # ------------------------------------------------------------ entries wait

    @property
    def passed(self) -> bool:
        """Entries need not wait."""
        return BY not in self._state.hampers

    def expect(self) -> None:
        """From now on entries wait until a look has passed."""
        self._state.hamper(BY, NOT_YET)

    async def first(self) -> Reconciliation:
        """After a start: look until every order of before is known, or as often as fits into three seconds. VenueError,
        StorageFailed."""
        loop = asyncio.get_running_loop()
        until = loop.time() + FIRST_SECONDS
        await self._executor.catch_up()
        while True:
            result = await self.run()
            if not result.unsettled or loop.time() + FIRST_PAUSE_SECONDS + result.seconds > until:
                break
            await asyncio.sleep(FIRST_PAUSE_SECONDS)
        await self._chronicle.write(lambda records, tell: tell_result(tell, result, "start", push=False))
        return result

    # ------------------------------------------------------------ looks

    async def run(self) -> Reconciliation:
        """One look, as the job makes it. VenueError, StorageFailed."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with patience.turn(self._lock):
                await self._executor.look_for_given_up()
                self._executor.ask_again()
                snapshot = await self._look()
        except (VenueError, StorageFailed):
            if self._passed_at is not None and loop.time() - self._passed_at > LONG_OUTAGE_SECONDS:
                self._state.hamper(BY, OUTAGE)
            raise
        if snapshot is not None:
            self._passed_at = loop.time()
            self._state.unhamper(BY)
        return await self._result(snapshot, loop.time() - began)

    async def asked(self) -> Reconciliation:
        """A person wants to know now."""
        result = await self.run()
        await self._chronicle.write(lambda records, tell: tell_result(tell, result, "asked", push=False))
        return result

    async def nightly(self) -> None:
        """Once a day on record; people are reminded of what still waits for them."""
        result = await self.run()
        push = bool(result.open)
        await self._chronicle.write(lambda records, tell: tell_result(tell, result, "nightly", push=push))

    async def _look(self) -> Snapshot | None:
        """Compare and store. None: the account never stood still."""
        storage = self._chronicle.storage
        snapshot = await take_snapshot(self._exchange, storage)
        if snapshot is None:
            await self._executor.catch_up()
            return None
        for listener in self._on_balances:
            listener(snapshot.account.balances)
        for order in snapshot.strays:
            await self._executor.take_over(order)
        prices = Prices(self._quotes.bids(), self._quotes.infos.keys())
        now = self._chronicle.clock.now()
        findings = compare(snapshot.account, snapshot.books, snapshot.agreed, prices, now, new_id)
        for order in unsettled(snapshot.books.unfinished, snapshot.account.orders):
            self._executor.hear(order.venue_id or "", order.client_order_id)
        await self._chronicle.write(lambda records, tell: store(records, tell, findings, snapshot.agreed, now))
        for difference in findings.found:
            log.warning(
                "difference_found",
                kind=difference.kind.value,
                currency=difference.currency,
                cause=difference.cause,
                change=f"{difference.change:f}",
            )
        self._unsettled = findings.unsettled
        return snapshot

    async def _result(self, snapshot: Snapshot | None, seconds: float) -> Reconciliation:
        def read(records: Records) -> Reconciliation:
            return Reconciliation(
                at=self._chronicle.clock.now(),
                seconds=seconds,
                orders=len(snapshot.account.orders) if snapshot else 0,
                positions=len(records.positions.open()),
                unsettled=self._unsettled if snapshot else (CASH,),
                open=waiting(records.differences.open()),
                standing=_standing(records),
            )

        return await self._chronicle.storage.read(read)

    # ------------------------------------------------------------ balances changed

    def nudge(self) -> None:
        """The private stream says that balances changed: look once they have been quiet for a moment."""
        self._wait(LOOKS_AFTER_CHANGE)

    def _wait(self, looks: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(QUIET_SECONDS, lambda: self._start(looks))

    def _start(self, looks: int) -> None:
        self._timer = None
        self._looks.start(self._look_after_change(looks), name="reconcile after change")

    async def _look_after_change(self, looks: int) -> None:
        try:
            result = await self.run()
        except TraderError as err:
            log.warning("look_after_change_failed", error=str(err))
            return
        if result.unsettled and looks > 1 and self._timer is None:
            self._wait(looks - 1)

    async def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        await self._looks.close()

    # ------------------------------------------------------------ answers

    def on_balances(self, listener: Callable[[Mapping[str, Balance]], None]) -> None:
        """Called with what the venue told at each look."""
        self._on_balances.append(listener)

    def on_corrected(self, listener: Callable[[Market], None]) -> None:
        """Called after coins were moved into or out of a position by an answer."""
        self._answers.on_corrected(listener)

    async def difference(self, id_start: str) -> Difference:
        """By id or an unambiguous beginning; empty: the only open one. UserInputError: difference-unknown,
        difference-ambiguous."""
        return await self._answers.find(id_start)

    async def ignore(self, id_start: str, by: str) -> Difference:
        """Leave it as it is. UserInputError: also difference-answered."""
        async with patience.turn(self._lock):
            return await self._answers.ignore(await self._answers.find(id_start), by)

    async def cancel(self, id_start: str, by: str) -> Difference:
        """Take a person's own order off, because a person asks for it. UserInputError: also difference-no-order.
        VenueError."""
        async with patience.turn(self._lock):
            return await self._answers.cancel(await self._answers.find(id_start), by)

    async def adopt(self, id_start: str, by: str) -> Difference:
        """Make our books follow, after a fresh look. UserInputError: also difference-no-adopt, difference-moving,
        difference-changed, difference-too-small, difference-not-listed, price-unknown. VenueError."""
        async with patience.turn(self._lock):
            difference = await self._answers.find(id_start)
            snapshot = await self._look()
            difference = await self._answers.find(difference.difference_id)  # the look may have ended it
            moving = snapshot is None or difference.currency in self._unsettled
            return await self._answers.adopt(difference, None if moving else snapshot, by)


def _standing(records: Records) -> tuple[Difference, ...]:
    """Coins that were ignored and can still be adopted: missing ones that are missing still, a person's own that are
    still there."""
    agreed = read_agreed(records)
    outside = agreed.outside if agreed else {}
    ignored = [d for d in records.differences.recent(_LATEST) if d.state is DifferenceState.IGNORED]
    return tuple(d for d in ignored if _still_there(d, outside.get(d.currency, ZERO)))


def _still_there(difference: Difference, outside: Decimal) -> bool:
    if difference.kind is DifferenceKind.SHORT:
        return outside == difference.change
    return difference.kind is DifferenceKind.EXTRA and outside >= difference.change
