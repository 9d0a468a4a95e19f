"""What a person may ask of the trader, from any front end. Values in, values out; wording is the chat's.

Every method takes the person as `by` (`telegram:123`, `slack:U1`, `console`) where it changes something."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from trader.bureau import Bureau
from trader.chronicle import Chronicle
from trader.clock import Clock
from trader.errors import UserInputError, VenueError, VenueUnreachable
from trader.execution.executor import Executor
from trader.flow import Flow
from trader.health import Health
from trader.ids import new_id
from trader.ledger.portfolio import stored_stops
from trader.ledger.slippage import position_slippage_bps
from trader.ledger.valuation import pnl_report, position_views
from trader.market.quotes import QuoteBoard
from trader.model.difference import Difference, Reconciliation
from trader.model.events import Event, JournalEntry
from trader.model.market import Market, MarketInfo, Timeframe
from trader.model.order import (
    ZERO,
    Denied,
    ExitPlan,
    Intent,
    Order,
    OrderState,
    OrderType,
    Origin,
    Reason,
    Refused,
    Side,
)
from trader.model.portfolio import Portfolio, TradingState
from trader.model.ticket import Ticket
from trader.model.views import (
    BalanceRow,
    CancelResult,
    ClosedTrade,
    HealthCheck,
    LimitUse,
    OrderView,
    PanicReceipt,
    ParamView,
    PnlReport,
    PositionView,
    SettingChange,
    SettingView,
    StateNote,
    Status,
    Why,
)
from trader.panic import Panic
from trader.ports import Exchange, Records
from trader.reconcile import Reconciler
from trader.risk.breaker import stop_run
from trader.risk.exits import exit_plan
from trader.risk.gate import entry_blocks
from trader.risk.limits_use import limits_use
from trader.state import StateKeeper
from trader.tuning import Tuning

ACTIONS = {
    "start": TradingState.ACTIVE,
    "resume": TradingState.ACTIVE,
    "pause": TradingState.REDUCING,
    "stop": TradingState.HALTED,
}


@dataclass(frozen=True, slots=True)
class Tools:
    """What the desk works with; made once by the composition root."""

    exchange: Exchange
    chronicle: Chronicle
    clock: Clock
    tuning: Tuning
    quotes: QuoteBoard
    executor: Executor
    flow: Flow
    state: StateKeeper
    panic: Panic
    health: Health
    bureau: Bureau
    draw: Callable[[Market, Timeframe, int], Awaitable[bytes]]
    started_at: datetime
    reconciler: Reconciler


class Desk:
    def __init__(self, tools: Tools) -> None:
        self._t = tools
        self._storage = tools.chronicle.storage

    # ------------------------------------------------------------ looking

    def market_infos(self) -> Sequence[MarketInfo]:
        """Every listed market (as last read from the venue)."""
        return list(self._t.quotes.infos.values())

    async def status(self) -> Status:
        t = self._t
        portfolio = await self._portfolio()
        views = await self.positions()
        unfinished, tickets, stops = await self._storage.read(
            lambda records: (records.orders.unfinished(), records.tickets.pending(), stored_stops(records))
        )
        settings, now = t.tuning.current, t.clock.now()
        report = await self.pnl(1)
        return Status(
            now=now,
            mode=settings.mode.value,
            state=t.state.note,
            strategy=settings.strategy,
            timeframe=settings.timeframe.value,
            markets=settings.market_list,
            equity=portfolio.equity if portfolio else None,
            cash_free=portfolio.cash.free if portfolio else None,
            cash_locked=portfolio.cash.locked if portfolio else None,
            day_realised=report.realised,
            unrealised=report.unrealised,
            positions=tuple(views),
            open_orders=len(unfinished),
            unresolved_orders=sum(1 for order in unfinished if order.state is OrderState.UNKNOWN),
            pending_tickets=sum(1 for ticket in tickets if now < ticket.expires_at),
            data_age_seconds=t.health.data_age(),
            started_at=t.started_at,
            entries_wait_until=stop_run(stops, settings.limits, now).until,
        )

    async def _portfolio(self) -> Portfolio | None:
        """None when the venue cannot be asked: then the figures are unknown, not zero."""
        try:
            return await self._t.flow.portfolio()
        except VenueError:
            return None

    async def balances(self) -> list[BalanceRow]:
        """Straight from the venue. VenueError."""
        balances = await self._t.exchange.balances()
        positions = await self._storage.read(lambda records: {p.market.base: p for p in records.positions.open()})
        bids = {market.base: bid for market, bid in self._t.quotes.bids().items()}
        rows = []
        for currency, balance in sorted(balances.items(), key=lambda item: (item[0] != "KRW", item[0])):
            held = positions.get(currency)
            price = Decimal(1) if currency == "KRW" else bids.get(currency)
            value = None if price is None else balance.total * price
            quantity = held.quantity if held else ZERO
            if balance.total or quantity:
                rows.append(BalanceRow(currency, balance.free, balance.locked, quantity, value))
        return rows

    async def positions(self) -> list[PositionView]:
        bids = self._t.quotes.bids()
        return await self._storage.read(lambda records: position_views(records, bids))

    async def orders(self, limit: int = 20) -> list[Order]:
        """Unfinished orders first (newest first), then the newest finished ones up to `limit` in all."""

        def read(records: Records) -> list[Order]:
            unfinished = list(reversed(records.orders.unfinished()))
            known = {order.client_order_id for order in unfinished}
            finished = [o for o in records.orders.recent(limit) if o.client_order_id not in known]
            return [*unfinished, *finished][: max(limit, len(unfinished))]

        return await self._storage.read(read)

    async def order(self, id_start: str) -> OrderView:
        """By client order id, venue id, or an unambiguous beginning of either. UserInputError: order-unknown."""
        return await self._storage.read(lambda records: _order_view(records, id_start))

    async def tickets(self) -> list[Ticket]:
        """Pending and not expired, oldest first."""
        now = self._t.clock.now()
        pending = await self._storage.read(lambda records: records.tickets.pending())
        return [ticket for ticket in pending if now < ticket.expires_at]

    async def trades(self, limit: int = 10, market: Market | None = None) -> list[ClosedTrade]:
        """Closed positions, newest first."""

        def read(records: Records) -> list[ClosedTrade]:
            closed = records.positions.recent_closed(limit, market)
            return [ClosedTrade(position, position_slippage_bps(records, position)) for position in closed]

        return await self._storage.read(read)

    async def pnl(self, days: int) -> PnlReport:
        """The last `days` Korean days, today included."""
        bids, now = self._t.quotes.bids(), self._t.clock.now()
        return await self._storage.read(lambda records: pnl_report(records, bids, days, now))

    async def why(self, market: Market | None, limit: int = 5) -> list[Why]:
        """For one market, or every traded one."""
        markets = [market] if market else list(self._t.tuning.current.market_list)

        portfolio = await self._portfolio()

        def read(records: Records) -> dict[Market, tuple[JournalEntry, ...]]:
            return {m: tuple(records.journal.latest(limit, m.code)) for m in markets}

        passes = await self._storage.read(read)
        return [Why(m, passes[m], await self._blocks(m, portfolio)) for m in markets]

    async def _blocks(self, market: Market, portfolio: Portfolio | None) -> tuple[Reason, ...]:
        """What would stand against any entry into the market now; empty also while the venue cannot be asked."""
        t = self._t
        if portfolio is None:
            return ()
        try:
            rules = await t.exchange.rules(market)
        except VenueError:
            return ()
        limits, quote, info = t.tuning.current.limits, t.quotes.quote(market), t.quotes.infos.get(market)
        return entry_blocks(market, portfolio, limits, rules, quote, info, t.clock.now(), await t.flow.moved(market))

    async def health(self) -> list[HealthCheck]:
        return await self._t.health.checks()

    async def limits(self) -> list[LimitUse]:
        portfolio = await self._t.flow.portfolio()
        settings = self._t.tuning.current
        delay = LimitUse("raise_delay_seconds", Decimal(settings.raise_delay_seconds), None, "seconds")
        return [*limits_use(settings.limits, portfolio, self._t.clock.now()), delay]

    async def chart(self, market: Market, timeframe: Timeframe | None, candles: int) -> bytes:
        """PNG: candles with entries, exits and the guard's levels. UserInputError: no-candles."""
        return await self._t.draw(market, timeframe or self._t.tuning.current.timeframe, candles)

    async def events(self, limit: int) -> list[Event]:
        """The audit trail, newest first."""
        return await self._storage.read(lambda records: records.events.latest(limit))

    async def record(self, event: Event) -> None:
        """Store an event of the front ends (command, stranger) in the audit trail."""
        await self._t.chronicle.record(event)

    # ------------------------------------------------------------ books against the exchange

    async def reconcile(self) -> Reconciliation:
        """Compare now. VenueError."""
        return await self._t.reconciler.asked()

    async def difference(self, id_start: str) -> Difference:
        """By id, an unambiguous beginning, or empty: the only open one. UserInputError: difference-unknown,
        difference-ambiguous."""
        return await self._t.reconciler.difference(id_start)

    async def answer_difference(self, answer: str, id_start: str, by: str) -> Difference:
        """`answer` is adopt, ignore or cancel; each difference is answered once. UserInputError: difference-unknown,
        difference-ambiguous, difference-answered, and why it cannot be adopted or cancelled. VenueError."""
        reconciler = self._t.reconciler
        acts = {"adopt": reconciler.adopt, "ignore": reconciler.ignore, "cancel": reconciler.cancel}
        return await acts[answer](id_start, by)

    # ------------------------------------------------------------ settings

    def settings(self) -> list[SettingView]:
        return self._t.tuning.views()

    async def change_setting(self, key: str, value: str | None, by: str) -> SettingChange:
        """None = back to the default. With `due`, it waits: `cancel_raise` takes it back. UserInputError:
        setting-unknown, setting-bad-value, market-unknown."""
        return await self._t.bureau.change_setting(key, value, by)

    async def cancel_raise(self, key: str, by: str) -> SettingChange:
        """Forget a change that waits. UserInputError: raise-none."""
        return await self._t.bureau.cancel_raise(key, by)

    def strategies(self) -> dict[str, tuple[Market, ...]]:
        """Every strategy's name, with the markets it trades now."""
        return self._t.bureau.strategies()

    async def change_strategy(self, name: str, market: Market | None, by: str) -> SettingChange:
        """UserInputError: strategy-unknown (params: names)."""
        return await self._t.bureau.change_strategy(name, market, by)

    def params(self, strategy: str | None) -> tuple[str, list[ParamView]]:
        """The strategy's name and its parameters (default: the strategy in use)."""
        return self._t.bureau.params(strategy)

    async def change_param(self, strategy: str, name: str, value: str | None, by: str) -> SettingChange:
        return await self._t.bureau.change_param(strategy, name, value, by)

    async def change_markets(self, add: Sequence[Market], remove: Sequence[Market], by: str) -> SettingChange:
        return await self._t.bureau.change_markets(add, remove, by)

    # ------------------------------------------------------------ doing

    async def set_state(self, action: str, by: str, until: datetime | None = None, reason: str = "") -> StateNote:
        """`action` is start, resume (→ ACTIVE), pause (→ REDUCING, optionally until) or stop (→ HALTED)."""
        return await self._t.state.set(ACTIONS[action], by, until=until, reason=reason)

    async def propose(
        self,
        side: Side,
        market: Market,
        by: str,
        *,
        notional: Decimal | None = None,
        quantity: Decimal | None = None,
        share: Decimal | None = None,
        price: Decimal | None = None,
    ) -> Ticket | Denied:
        """A manual buy (notional) or sell (quantity, or share 0…1 of the position): through the same risk gate as a
        strategy's. A cleared one becomes a pending ticket for the person to approve. `price` makes it a limit order.
        UserInputError: market-unknown, nothing-to-sell. VenueError."""
        t = self._t
        if not t.quotes.infos:
            raise VenueUnreachable("its list of markets has not been read yet")
        if market not in t.quotes.infos:
            raise UserInputError("market-unknown", text=market.code)
        quote = t.quotes.quote(market)
        if quote is None:
            await t.quotes.refresh(t.exchange, [market])
            quote = t.quotes.quote(market)
        if quote is None:
            raise VenueError(f"no price of {market}")
        rules = await t.exchange.rules(market)
        limit_price = None if price is None else rules.round_price(price, side)
        at = (quote.ask if side is Side.BUY else quote.bid) if limit_price is None else limit_price
        if side is Side.SELL:
            quantity = await self._quantity_to_sell(market, quantity, share)
        buying = side is Side.BUY
        intent = Intent(
            new_id(),
            market,
            side,
            Origin.PERSON,
            by,
            "manual",
            t.clock.now(),
            at,
            notional=notional if buying else None,
            quantity=None if buying else quantity,
            order_type=OrderType.MARKET if price is None else OrderType.LIMIT,
            exits=exit_plan(t.tuning.current.exit_rule, at, rules) if buying else ExitPlan(),
        )
        outcome = await t.flow.wish(intent)
        if isinstance(outcome, Order):
            raise TypeError("a person's wish became an order without being asked back")
        return outcome

    async def _quantity_to_sell(self, market: Market, quantity: Decimal | None, share: Decimal | None) -> Decimal:
        position = await self._storage.read(lambda records: records.positions.open_for(market))
        if position is None:
            raise UserInputError("nothing-to-sell", market=market.code)
        if quantity is not None:
            return quantity
        return position.quantity * (Decimal(1) if share is None else share)

    async def answer(
        self, ticket_id: str, approve: bool, by: str, share: Decimal = Decimal(1)
    ) -> Order | Refused | Denied:
        """Approve or reject a pending ticket (id or unambiguous beginning; empty = the only pending one); approving
        looks at price and risk again and sends the order. UserInputError: ticket-unknown, ticket-ambiguous."""
        return await self._t.flow.answer(await self._ticket_id(ticket_id), approve, by, share)

    async def _ticket_id(self, start: str) -> str:
        start = start.upper()
        if await self._storage.read(lambda records: records.tickets.get(start)) is not None:
            return start
        found = [ticket.ticket_id for ticket in await self.tickets() if ticket.ticket_id.startswith(start)]
        if not found:
            raise UserInputError("ticket-unknown", id=start)
        if len(found) > 1:
            raise UserInputError("ticket-ambiguous", ids=" ".join(name[:6] for name in found))
        return found[0]

    async def cancel(self, what: str, by: str) -> list[CancelResult]:
        """`what`: `all`, a market code, or (the beginning of) an order id. UserInputError: order-unknown."""
        executor = self._t.executor
        if what.lower() == "all":
            return await executor.cancel_all()
        market = next((info.market for info in self.market_infos() if info.market.code == what.upper()), None)
        if market is not None:
            return await executor.cancel_all(market)
        view = await self.order(what)
        return [await executor.cancel(view.order)]

    async def panic(
        self, by: str, *, cancel_only: bool = False, markets: Sequence[Market] = (), strategy: str = ""
    ) -> PanicReceipt:
        """Lock entries, cancel, sell, read back. Never raises for one market's failure: the receipt says it."""
        return await self._t.panic.press(by, cancel_only=cancel_only, markets=markets, strategy=strategy)


def _order_view(records: Records, id_start: str) -> OrderView:
    """Searched among unfinished orders and the last thousand."""
    start = id_start.upper()
    exact = records.orders.get(start) or records.orders.by_venue_id(id_start)
    candidates = [*records.orders.unfinished(), *records.orders.recent(1000)]
    found = {
        order.client_order_id: order
        for order in candidates
        if order.client_order_id.startswith(start) or (order.venue_id or "").startswith(id_start.lower())
    }
    if exact is None and len(found) != 1:
        raise UserInputError("order-ambiguous" if found else "order-unknown", id=id_start)
    order = exact or next(iter(found.values()))
    fills = records.fills.of_order(order.client_order_id)
    return OrderView(order, tuple(fills), tuple(records.orders.history(order.client_order_id)))
