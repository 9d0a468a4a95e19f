"""The red button: lock entries → cancel → sell → read back → receipt. No model, no scheduler in its path (promise 3).

In: who pressed it, and the scope. Out: a receipt that says `flat` only when the read-back proves it. It never raises
for one market's failure: what could not be done stands in the receipt."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

import structlog

from trader import patience
from trader.background import done_within
from trader.chronicle import Chronicle, Route, Tell
from trader.clock import Clock
from trader.errors import OutcomeUnknown, StorageFailed, TraderError, cause_of
from trader.execution.executor import SPARE_AFTER_SECONDS, Executor
from trader.exits import Exits
from trader.market.quotes import QuoteBoard
from trader.model.events import EventKind, Severity
from trader.model.halt import Halt
from trader.model.market import Market
from trader.model.order import ZERO, Fill, OrderState, Origin, Reason
from trader.model.plain import plain
from trader.model.portfolio import Position, TradingState
from trader.model.views import CancelResult, PanicReceipt, Remainder
from trader.panic.run import Run, Scope, forget_run, store_run
from trader.ports import Exchange, Records, SpareBook
from trader.risk.reasons import because
from trader.state import StateKeeper

log = structlog.get_logger(__name__)

ATTEMPTS = 3

PAUSE_SECONDS = (0.3, 1.0, 2.0, 3.0, 4.0)
"""Real seconds between rounds while something may yet come to rest: an order whose answer is outstanding, or a venue
that did not answer. What it refused, or what is too small, is not asked again."""

PATIENCE_SECONDS = 20.0
"""Where nobody goes on with it afterwards, no further round begins after this."""

READ_SECONDS = 1.5
"""How long one read of the venue may take; the sales themselves are given their time."""

BOLD_ROUNDS = 3
"""So often every sale is tried although the venue does not answer."""

NOT_TRIED, SHORT = "not tried", "insufficient_funds_ask"

PASSING = frozenset(
    {
        "VenueUnreachable",
        "VenueBusy",
        "VenueOffline",
        "VenueBlocked",
        "market_offline",
        "OutcomeUnknown",
        "OrderPending",
        "StorageFailed",
        NOT_TRIED,
    }
)
"""Why a sale failed, where a moment later it may not. Not tried: the position came about while the rest was sold."""


class Panic:
    def __init__(
        self,
        exchange: Exchange,
        chronicle: Chronicle,
        clock: Clock,
        quotes: QuoteBoard,
        executor: Executor,
        exits: Exits,
        state: StateKeeper,
        spare: SpareBook,
    ) -> None:
        self._exchange = exchange
        self._chronicle = chronicle
        self._clock = clock
        self._quotes = quotes
        self._executor = executor
        self._exits = exits
        self._state = state
        self._spare = spare

    async def press(
        self, by: str, *, cancel_only: bool = False, markets: Collection[Market] = (), strategy: str = ""
    ) -> PanicReceipt:
        """As often as it takes, for a while. `markets` and `strategy` empty = everything. Entries stay locked, all of
        them, until an owner resumes. What a further round could still do is left to the service (`pursuit`)."""
        run = await self.begin(by, Scope(frozenset(markets), strategy, cancel_only))
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_SECONDS
        for pause in (*PAUSE_SECONDS, None):
            receipt = await self.round(run)
            if pause is None or not run.passing or loop.time() + pause > deadline:
                break
            await asyncio.sleep(pause)
        await self.tell(run, receipt)
        return receipt

    async def begin(self, by: str, scope: Scope) -> Run:
        """Lock entries, and write down that this is to be brought to its end: beside the books, where these cannot be
        written at once."""
        run = Run(by, self._clock.now(), scope)
        try:
            written = await done_within(self._write_down(run), SPARE_AFTER_SECONDS)
        except StorageFailed as err:
            log.error("panic_not_stored", error=str(err))
            written = False
        if not written:
            await self._keep_apart(run)
        return run

    async def _write_down(self, run: Run) -> None:
        await self._state.set(TradingState.HALTED, run.by, reason="panic", push=False)
        await self._chronicle.storage.write(lambda records: store_run(records, run))

    async def _keep_apart(self, run: Run) -> None:
        scope = run.scope
        try:
            halt = Halt(run.by, run.started, scope.markets, scope.strategy, scope.cancel_only)
            await asyncio.to_thread(self._spare.keep, halt)
        except StorageFailed as err:
            log.critical("panic_kept_nowhere", error=str(err))

    async def round(self, run: Run) -> PanicReceipt:
        """Cancel and sell whatever is in scope, once, and read back. StorageFailed."""
        run.rounds += 1
        with patience.within(READ_SECONDS):
            # At the same time: a cancel that hangs must not hold up a sale elsewhere, and a market's own orders are
            # taken back before its position is sold.
            results, failures = await asyncio.gather(self._cancel(run.scope), self._sell(run))
            run.cancelled |= {result.client_order_id: result for result in results}
            receipt = await self._read_back(run, failures)
        left = {remainder.market for remainder in receipt.remaining}
        untried = not run.scope.cancel_only and left - failures.keys()
        passing = PASSING.intersection(failures.values())
        run.passing = bool(receipt.open_orders_left or untried or passing)
        if not receipt.cause:
            run.cause = next(iter(sorted(passing)), "")
        return receipt

    async def standing(self, run: Run) -> PanicReceipt:
        """How far it has come by the books, without asking the venue."""
        scope, why = run.scope, run.cause or NOT_TRIED
        positions, sold = await self._positions(scope), await self._sold(run.started)
        owned = {position.market for position in positions}
        working = sum(scope.order(order, owned) for order in self._executor.working())
        return PanicReceipt(
            started_at=run.started,
            finished_at=self._clock.now(),
            cancelled=await self._ended(list(run.cancelled.values())),
            sold=tuple(sold),
            remaining=tuple(Remainder(p.market, p.quantity, Reason("not_sold", {"why": why})) for p in positions),
            open_orders_left=working,
            flat=False,
            going_on=True,
            cause=run.cause,
        )

    async def lock(self, by: str) -> None:
        """No entry from now on; holds in memory even when it cannot be written."""
        lock = self._state.set(TradingState.HALTED, by, reason="panic", push=False)
        try:
            await done_within(lock, SPARE_AFTER_SECONDS)
        except StorageFailed as err:
            log.error("panic_lock_not_stored", error=str(err))

    async def _cancel(self, scope: Scope) -> list[CancelResult]:
        owned = {position.market for position in await self._positions(scope)} if scope.strategy else ()
        orders = [order for order in self._executor.working() if scope.order(order, owned)]
        return list(await asyncio.gather(*(self._executor.cancel(order) for order in orders)))

    async def _sell(self, run: Run) -> dict[Market, str]:
        """Every position in scope at once; why not, where it failed. While the venue stays away one goes ahead of the
        others: each try is an order in the books."""
        positions = [] if run.scope.cancel_only else await self._positions(run.scope)
        try:
            await self._quotes.refresh(self._exchange, [p.market for p in positions])
        except TraderError as err:
            log.warning("panic_without_quotes", error=str(err))
            run.cause = cause_of(err)
        ahead = positions[:1] if run.cause and run.rounds > BOLD_ROUNDS else positions
        outcomes = await asyncio.gather(*(self._sell_one(position) for position in ahead))
        failures = {p.market: why for p, why in zip(ahead, outcomes, strict=True) if why}
        if len(ahead) < len(positions):
            rest = positions[1:]
            outcomes = [run.cause] * len(rest) if failures else await asyncio.gather(*(self._sell_one(p) for p in rest))
            failures |= {p.market: why for p, why in zip(rest, outcomes, strict=True) if why}
        return failures

    async def _sell_one(self, position: Position) -> str:
        market, why = position.market, "rejected"
        for _ in range(ATTEMPTS):
            quote = self._quotes.quote(position.market)
            price = quote.bid if quote else position.average_cost
            try:
                if await self._exits.sell_position(position.market, Origin.PANIC, "panic", "panic", price):
                    return ""
                why = await self._why_not(position) or why
            except TraderError as err:
                log.error("panic_sale_failed", market=str(market), error=str(err))
                why = StorageFailed.__name__ if self._executor.behind(market) else type(err).__name__
            if why in PASSING or why == SHORT:
                break  # the next round may do better, or a person must
        return why

    async def _why_not(self, position: Position) -> str:
        """What became of the last order that was to sell it."""
        if self._exits.short_of(position):
            return SHORT
        last = await self._chronicle.storage.read(lambda records: records.orders.recent(1, position.market))
        if last and last[0].state is OrderState.UNKNOWN:
            return OutcomeUnknown.__name__
        return last[0].note if last else ""

    async def _read_back(self, run: Run, failures: dict[Market, str]) -> PanicReceipt:
        """What is really left: our positions by the books, our orders by the venue and by the books."""
        left = await self._positions(run.scope)
        (orders_left, cause), reasons = await asyncio.gather(
            self._orders_left(run.scope), asyncio.gather(*(self._reason(position, failures) for position in left))
        )
        remaining = [Remainder(p.market, p.quantity, reason) for p, reason in zip(left, reasons, strict=True)]
        sold = await self._sold(run.started)
        run.cause = cause
        return PanicReceipt(
            started_at=run.started,
            finished_at=self._clock.now(),
            cancelled=await self._ended(list(run.cancelled.values())),
            sold=tuple(sold),
            remaining=tuple(remaining),
            open_orders_left=orders_left,
            flat=not remaining and orders_left == 0,
            cause=cause,
        )

    async def _ended(self, results: list[CancelResult]) -> tuple[CancelResult, ...]:
        """A cancel that did not come about in time may have since: what the books know of the orders now."""
        names = [result.client_order_id for result in results if result.outcome != "cancelled"]

        def read(records: Records) -> dict[str, OrderState]:
            found = (records.orders.get(name) for name in names)
            return {order.client_order_id: order.state for order in found if order is not None and order.state.final}

        states = await self._chronicle.storage.read(read)
        return tuple(
            replace(result, outcome="cancelled" if state is OrderState.CANCELLED else "ended", note="")
            if (state := states.get(result.client_order_id)) is not None
            else result
            for result in results
        )

    async def _reason(self, position: Position, failures: dict[Market, str]) -> Reason:
        """Too small to sell, not there, or what the last attempt said."""
        quote, why = self._quotes.quote(position.market), failures.get(position.market, NOT_TRIED)
        if why == SHORT:
            return because("books_differ", market=position.market.code)
        if why in PASSING:
            return Reason("not_sold", {"why": why})
        try:
            minimum = (await self._exchange.rules(position.market)).min_notional
        except TraderError as err:
            log.warning("panic_without_rules", market=str(position.market), error=str(err))
            return Reason("not_sold", {"why": why})
        if quote is not None and position.quantity * quote.bid < minimum:
            return Reason("dust", {"value": plain(position.quantity * quote.bid), "minimum": plain(minimum)})
        return Reason("not_sold", {"why": why})

    async def _orders_left(self, scope: Scope) -> tuple[int, str]:
        """Ours at the venue, and those of which nobody knows yet how they ended (one in doubt may still surface and
        buy); what cannot be asked counts as left, and why it cannot."""
        try:
            open_orders = await self._exchange.open_orders()
        except TraderError as err:
            log.error("panic_read_back_failed", error=str(err))
            return max(len(self._executor.working()), 1), cause_of(err)
        ids = {order.client_order_id for order in open_orders if order.client_order_id}

        def ours(records: Records) -> int:
            owned = {position.market for position in records.positions.open() if scope.position(position)}
            shown = [order for name in ids if (order := records.orders.get(name)) is not None]
            orders = {order.client_order_id: order for order in [*records.orders.unfinished(), *shown]}
            return sum(scope.order(order, owned) for order in orders.values())

        return await self._chronicle.storage.read(ours), ""

    async def _positions(self, scope: Scope) -> list[Position]:
        positions = await self._chronicle.storage.read(lambda records: records.positions.open())
        return [position for position in positions if scope.position(position)]

    async def _sold(self, started: datetime) -> list[Fill]:
        """Fills of the orders this panic sent. By their orders: the venue's clock may be behind ours."""

        def read(records: Records) -> list[Fill]:
            sales = [order for order in records.orders.since(started) if order.origin is Origin.PANIC]
            return [fill for order in sales for fill in records.fills.of_order(order.client_order_id)]

        return await self._chronicle.storage.read(read)

    async def tell(self, run: Run, receipt: PanicReceipt, answered: Collection[Route] = ()) -> None:
        """Where nothing is left for a further round, it is over. `answered`: who is shown the receipt anyway."""
        proceeds = sum((f.funds - f.fee for f in receipt.sold), ZERO)
        data = {
            "by": run.by,
            "flat": "yes" if receipt.flat else "no",
            "going_on": "yes" if receipt.going_on else "",
            "cause": receipt.cause if receipt.going_on else "",
            "cancelled": str(sum(1 for c in receipt.cancelled if c.outcome == "cancelled")),
            "sold": str(len({f.market for f in receipt.sold})),
            "proceeds": plain(proceeds),
            "remaining": " ".join(f"{r.market}:{r.quantity:f}" for r in receipt.remaining),
            "reasons": "" if receipt.going_on else " ".join(_code(r.reason) for r in receipt.remaining),
            "open_orders_left": str(receipt.open_orders_left),
            "seconds": f"{(receipt.finished_at - receipt.started_at).total_seconds() / self._clock.speed:.2f}",
        }

        def store(records: Records, tell: Tell) -> None:
            if not run.passing:
                forget_run(records, run)
            tell(EventKind.PANIC, severity=Severity.CRITICAL, answered=answered, data=data)

        try:
            await self._chronicle.write(store)
        except StorageFailed as err:
            log.error("panic_receipt_not_stored", error=str(err))


def _code(reason: Reason) -> str:
    """In one word: why a sale failed, or what stands against any."""
    return reason.params.get("why", reason.code).replace(" ", "_")
