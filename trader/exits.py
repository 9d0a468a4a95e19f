"""Protective exits: what the guard and panic send. They wait for nobody, and only the venue may stop them.

In: a position and why to leave it. Out: True when nothing is left to sell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal

import structlog

from trader.approval.policy import authorise_by_rule
from trader.chronicle import Chronicle
from trader.clock import Clock
from trader.errors import BelowMinimum, OrderPending
from trader.execution.executor import Executor
from trader.ids import new_id
from trader.market.quotes import QuoteBoard
from trader.model.events import EventKind, Severity
from trader.model.limits import OrderStyle
from trader.model.market import Market
from trader.model.order import (
    ZERO,
    Denied,
    Intent,
    Order,
    OrderState,
    Origin,
    Reason,
    Side,
)
from trader.model.portfolio import Balance, Portfolio, Position
from trader.ports import Exchange
from trader.risk.gate import review
from trader.risk.reasons import because
from trader.settings import Settings
from trader.state import StateKeeper
from trader.unplaceable import unplaceable

log = structlog.get_logger(__name__)

EXIT_WAIT_SECONDS = 10.0
"""Real seconds an exit order may take before the guard looks again."""


class Exits:
    """`leave` is what the guard calls, again and again until it says that nothing is left to do."""

    def __init__(
        self,
        exchange: Exchange,
        chronicle: Chronicle,
        clock: Clock,
        settings: Callable[[], Settings],
        quotes: QuoteBoard,
        executor: Executor,
        state: StateKeeper,
    ) -> None:
        self._exchange = exchange
        self._chronicle = chronicle
        self._clock = clock
        self._settings = settings
        self._quotes = quotes
        self._executor = executor
        self._state = state
        self._selling: dict[Market, asyncio.Lock] = {}
        self._unsellable: set[str] = set()
        self._short: set[str] = set()

    async def leave(self, position: Position, code: str, price: Decimal) -> bool:
        """Sell a whole position because a level was reached. True when nothing is left to sell.

        The position comes from the guard's memory, which spares a look into the books on the fast path: should it be
        out of date, the books refuse the order and they are asked."""
        market = position.market
        async with self._selling.setdefault(market, asyncio.Lock()):
            if not self._executor.working(market):
                try:
                    return await self._sell(position, Origin.GUARD, "guard", code, price)
                except OrderPending as err:
                    log.info("guard_was_behind_the_books", market=str(market), error=str(err))
            return await self._sell_position(market, Origin.GUARD, "guard", code, price)

    async def sell_position(self, market: Market, origin: Origin, owner: str, reason: str, price: Decimal) -> bool:
        """Protective sale at the market, whatever state and limits say. First takes back our open orders there: they
        may hold the coins, or buy more. False: not (all) sold, try again."""
        async with self._selling.setdefault(market, asyncio.Lock()):
            return await self._sell_position(market, origin, owner, reason, price)

    def short_of(self, position: Position) -> bool:
        """The venue did not hold all its coins when they were to be sold."""
        return position.position_id in self._short

    async def _sell_position(self, market: Market, origin: Origin, owner: str, reason: str, price: Decimal) -> bool:
        if self._executor.working(market):
            await self._executor.cancel_all(market)
        position = await self._chronicle.storage.read(lambda records: records.positions.open_for(market))
        return True if position is None else await self._sell(position, origin, owner, reason, price)

    async def _sell(self, position: Position, origin: Origin, owner: str, reason: str, price: Decimal) -> bool:
        """What the venue does not hold cannot be sold: once that has shown, it is asked what is there before anything
        is sent again."""
        market, name = position.market, position.position_id
        if name not in self._short:
            order = await self._send_exit(position, position.quantity, origin, owner, reason, price)
            if order is not None and order.state is OrderState.REJECTED and order.note.startswith("insufficient_funds"):
                self._short.add(name)
        if name in self._short:
            held = (await self._exchange.balances()).get(market.base)
            quantity = min(position.quantity, held.free if held else ZERO)
            order = await self._send_exit(position, quantity, origin, owner, reason, price) if quantity else None
            if not quantity:
                await self._cannot_sell(position, because("books_differ", market=market.code))
        if order is None or order.state in (OrderState.REJECTED, OrderState.EXPIRED):
            return False
        await self._executor.wait(order.client_order_id, EXIT_WAIT_SECONDS)
        return await self._chronicle.storage.read(lambda records: records.positions.open_for(market)) is None

    async def _send_exit(
        self, position: Position, quantity: Decimal, origin: Origin, owner: str, reason: str, price: Decimal
    ) -> Order | None:
        now = self._clock.now()
        thread = position.thread_id
        intent = Intent(
            new_id(), position.market, Side.SELL, origin, owner, reason, now, price, quantity=quantity, thread=thread
        )
        portfolio = Portfolio(self._state.current, Balance("KRW", ZERO, ZERO), {position.market: position})
        rules = await self._exchange.rules(position.market)
        quote = self._quotes.quote(position.market)
        verdict = review(
            intent, portfolio, self._settings().limits, rules, quote, None, self._quotes.infos.get(position.market), now
        )
        if isinstance(verdict, Denied):
            await self._cannot_sell(position, *verdict.reasons)
            return None
        self._unsellable.discard(position.position_id)
        try:
            return await self._executor.execute(authorise_by_rule(verdict, now), quote, OrderStyle.MARKET)
        except BelowMinimum as err:
            await self._cannot_sell(position, await unplaceable(self._exchange, intent, err))
            return None

    async def _cannot_sell(self, position: Position, *reasons: Reason) -> None:
        """Said once per position; the guard goes on trying."""
        if position.position_id in self._unsellable:
            return
        codes = " ".join(reason.code for reason in reasons)
        await self._chronicle.tell(
            EventKind.ERROR,
            market=position.market,
            thread=position.thread_id,
            severity=Severity.CRITICAL,
            data={"where": "exit", "message": codes, "count": "1", "again": "yes"},
        )
        self._unsellable.add(position.position_id)
