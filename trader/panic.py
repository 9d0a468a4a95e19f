"""The red button: lock entries → cancel → sell → read back → receipt. No model, no scheduler in its path (promise 3).

In: who pressed it, and the scope. Out: a receipt that says `flat` only when the read-back proves it. It never raises
for one market's failure: what could not be done stands in the receipt."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import structlog

from trader.chronicle import Chronicle
from trader.clock import Clock
from trader.errors import StorageFailed, TraderError
from trader.execution.executor import Executor
from trader.flow import Flow
from trader.market.quotes import QuoteBoard
from trader.model.events import EventKind, Severity
from trader.model.market import Market
from trader.model.order import ZERO, Fill, Order, Origin, Reason, Side
from trader.model.plain import plain
from trader.model.portfolio import Position, TradingState
from trader.model.views import CancelResult, PanicReceipt, Remainder
from trader.ports import Exchange, Records
from trader.state import StateKeeper

log = structlog.get_logger(__name__)

ATTEMPTS = 3

PAUSE_SECONDS = (0.3, 1.0, 2.0, 3.0, 4.0)
"""Real seconds between rounds while something may yet come to rest: an order whose answer is outstanding, or a venue
that did not answer. What it refused, or what is too small, is not asked again."""

PATIENCE_SECONDS = 20.0
"""No further round begins after this: with a venue that is away, one round lasts as long as its time-outs."""

PASSING = frozenset({"VenueUnreachable", "VenueBusy", "OutcomeUnknown", "OrderPending", "StorageFailed"})
"""Why a sale failed, where a moment later it may not."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a panic is about. Empty = everything; `strategy` = what it owns, and the exits of what it owns."""

    markets: frozenset[Market] = frozenset()
    strategy: str = ""

    def position(self, position: Position) -> bool:
        return self._market(position.market) and self.strategy in ("", position.owner)

    def order(self, order: Order, owned: Collection[Market]) -> bool:
        """`owned`: where positions in scope are held."""
        ours = self.strategy in ("", order.owner) or (order.side is Side.SELL and order.market in owned)
        return self._market(order.market) and ours

    def _market(self, market: Market) -> bool:
        return not self.markets or market in self.markets


class Panic:
    def __init__(
        self,
        exchange: Exchange,
        chronicle: Chronicle,
        clock: Clock,
        quotes: QuoteBoard,
        executor: Executor,
        flow: Flow,
        state: StateKeeper,
    ) -> None:
        self._exchange = exchange
        self._chronicle = chronicle
        self._clock = clock
        self._quotes = quotes
        self._executor = executor
        self._flow = flow
        self._state = state

    async def press(
        self, by: str, *, cancel_only: bool = False, markets: Collection[Market] = (), strategy: str = ""
    ) -> PanicReceipt:
        """`markets` and `strategy` empty = everything. Entries stay locked, all of them, until an owner resumes."""
        started, scope = self._clock.now(), Scope(frozenset(markets), strategy)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_SECONDS
        await self.lock(by)
        cancelled: dict[str, CancelResult] = {}
        for pause in (*PAUSE_SECONDS, None):
            cancelled |= {result.client_order_id: result for result in await self._cancel(scope)}
            failures = {} if cancel_only else await self._sell(scope)
            receipt = await self._read_back(started, list(cancelled.values()), failures, scope)
            passing = receipt.open_orders_left or PASSING & set(failures.values())
            if pause is None or not passing or loop.time() + pause > deadline:
                break
            await asyncio.sleep(pause)
        await self._tell(receipt, by)
        return receipt

    async def lock(self, by: str) -> None:
        """No entry from now on; holds in memory even when it cannot be written."""
        try:
            await self._state.set(TradingState.HALTED, by, reason="panic", push=False)
        except StorageFailed as err:
            log.error("panic_lock_not_stored", error=str(err))

    async def _cancel(self, scope: Scope) -> list[CancelResult]:
        owned = {position.market for position in await self._positions(scope)} if scope.strategy else ()
        orders = [order for order in self._executor.working() if scope.order(order, owned)]
        return list(await asyncio.gather(*(self._executor.cancel(order) for order in orders)))

    async def _sell(self, scope: Scope) -> dict[Market, str]:
        """Every position in scope at once; why not, where it failed."""
        positions = await self._positions(scope)
        try:
            await self._quotes.refresh(self._exchange, [p.market for p in positions])
        except TraderError as err:
            log.warning("panic_without_quotes", error=str(err))
        outcomes = await asyncio.gather(*(self._sell_one(position) for position in positions))
        return {p.market: why for p, why in zip(positions, outcomes, strict=True) if why}

    async def _sell_one(self, position: Position) -> str:
        market, why = position.market, "rejected"
        for _ in range(ATTEMPTS):
            quote = self._quotes.quote(position.market)
            price = quote.bid if quote else position.average_cost
            try:
                if await self._flow.sell_position(position.market, Origin.PANIC, "panic", "panic", price):
                    return ""
                last = await self._chronicle.storage.read(lambda records: records.orders.recent(1, market))
                why = (last[0].note if last else "") or why
            except TraderError as err:
                log.error("panic_sale_failed", market=str(market), error=str(err))
                why = type(err).__name__
                if why in PASSING:
                    break  # the next round may do better
        return why

    async def _read_back(
        self,
        started: datetime,
        cancelled: list[CancelResult],
        failures: dict[Market, str],
        scope: Scope,
    ) -> PanicReceipt:
        """What is really left: our positions by the books, our orders by the venue and by the books."""
        left = await self._positions(scope)
        orders_left, reasons = await asyncio.gather(
            self._orders_left(scope), asyncio.gather(*(self._reason(position, failures) for position in left))
        )
        remaining = [Remainder(p.market, p.quantity, reason) for p, reason in zip(left, reasons, strict=True)]
        sold = await self._sold(started)
        return PanicReceipt(
            started_at=started,
            finished_at=self._clock.now(),
            cancelled=tuple(cancelled),
            sold=tuple(sold),
            remaining=tuple(remaining),
            open_orders_left=orders_left,
            flat=not remaining and orders_left == 0,
        )

    async def _reason(self, position: Position, failures: dict[Market, str]) -> Reason:
        """Too small to sell, or what the last attempt said."""
        quote, why = self._quotes.quote(position.market), failures.get(position.market, "not tried")
        if why in PASSING:
            return Reason("not_sold", {"why": why})
        try:
            minimum = (await self._exchange.rules(position.market)).min_notional
        except TraderError as err:
            return Reason("not_sold", {"why": f"{why}; {err}"})
        if quote is not None and position.quantity * quote.bid < minimum:
            return Reason("dust", {"value": plain(position.quantity * quote.bid), "minimum": plain(minimum)})
        return Reason("not_sold", {"why": why})

    async def _orders_left(self, scope: Scope) -> int:
        """Ours at the venue, and those of which nobody knows yet how they ended (one in doubt may still surface and
        buy); what cannot be asked counts as left."""
        try:
            open_orders = await self._exchange.open_orders()
        except TraderError as err:
            log.error("panic_read_back_failed", error=str(err))
            return max(len(self._executor.working()), 1)
        ids = {order.client_order_id for order in open_orders if order.client_order_id}

        def ours(records: Records) -> int:
            owned = {position.market for position in records.positions.open() if scope.position(position)}
            shown = [order for name in ids if (order := records.orders.get(name)) is not None]
            orders = {order.client_order_id: order for order in [*records.orders.unfinished(), *shown]}
            return sum(scope.order(order, owned) for order in orders.values())

        return await self._chronicle.storage.read(ours)

    async def _positions(self, scope: Scope) -> list[Position]:
        positions = await self._chronicle.storage.read(lambda records: records.positions.open())
        return [position for position in positions if scope.position(position)]

    async def _sold(self, started: datetime) -> list[Fill]:
        """Fills of the orders this panic sent. By their orders: the venue's clock may be behind ours."""

        def read(records: Records) -> list[Fill]:
            sales = [order for order in records.orders.since(started) if order.origin is Origin.PANIC]
            return [fill for order in sales for fill in records.fills.of_order(order.client_order_id)]

        return await self._chronicle.storage.read(read)

    async def _tell(self, receipt: PanicReceipt, by: str) -> None:
        proceeds = sum((f.funds - f.fee for f in receipt.sold), ZERO)
        data = {
            "by": by,
            "flat": "yes" if receipt.flat else "no",
            "cancelled": str(sum(1 for c in receipt.cancelled if c.outcome == "cancelled")),
            "sold": str(len({f.market for f in receipt.sold})),
            "proceeds": plain(proceeds),
            "remaining": " ".join(f"{r.market}:{r.quantity:f}" for r in receipt.remaining),
            "open_orders_left": str(receipt.open_orders_left),
            "seconds": f"{(receipt.finished_at - receipt.started_at).total_seconds() / self._clock.speed:.2f}",
        }

        try:
            await self._chronicle.tell(EventKind.PANIC, severity=Severity.CRITICAL, data=data)
        except StorageFailed as err:
            log.error("panic_receipt_not_stored", error=str(err))
