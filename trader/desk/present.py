"""The present: what is held, ordered, asked, earned today, and why nothing is bought."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from trader.desk.tools import Part
from trader.errors import UserInputError, VenueError, cause_of
from trader.ledger.curve import day_result
from trader.ledger.portfolio import stored_stops
from trader.ledger.valuation import pnl_report, position_views
from trader.model.market import Market, MarketInfo
from trader.model.order import (
    ZERO,
    Order,
    OrderState,
    Reason,
)
from trader.model.portfolio import Portfolio
from trader.model.ticket import Ticket
from trader.model.views import (
    Away,
    BalanceRow,
    Balances,
    HealthCheck,
    LimitUse,
    LimitUses,
    OrderView,
    PnlReport,
    PositionView,
    Status,
    Why,
)
from trader.ports import Records
from trader.risk.breaker import stop_run
from trader.risk.gate import entry_blocks
from trader.risk.limits_use import limits_use


class Present(Part):
    def market_infos(self) -> Sequence[MarketInfo]:
        """Every listed market (as last read from the venue)."""
        return list(self._t.quotes.infos.values())

    async def status(self) -> Status:
        """How it stands now. While the venue is away, with the balances it last told and `away` saying since when."""
        t = self._t
        portfolio, away = await self._standing()
        views = await self.positions()
        settings, now, bids = t.tuning.current, t.clock.now(), t.quotes.bids()
        unfinished, tickets, stops, day = await self._storage.read(
            lambda records: (
                records.orders.unfinished(),
                records.tickets.pending(),
                stored_stops(records),
                day_result(records, bids, now),
            )
        )
        report = await self.pnl(1)
        before = portfolio.equity - day if portfolio and day is not None else None
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
            day_result=day,
            day_share=day / before if day is not None and before else None,
            away=away,
            panics=tuple(await t.pursuit.standing()),
            model_cost=report.model_cost,
        )

    async def _standing(self) -> tuple[Portfolio | None, Away | None]:
        """How we stand. While the venue cannot be asked: as it was last told, or None = not known (not zero)."""
        flow = self._t.flow
        try:
            return await flow.portfolio(), None
        except VenueError as err:
            known, away = flow.account.remembered, self._away(err)
            return None if known is None else await flow.portfolio_with(known), away

    def _away(self, err: VenueError) -> Away:
        return Away(cause_of(err), self._t.flow.account.age_seconds)

    async def balances(self) -> Balances:
        """Asked of the venue; while it does not answer, as it told them last."""
        account, away = self._t.flow.account, None
        try:
            balances = await account.balances()
        except VenueError as err:
            balances, away = account.remembered or {}, self._away(err)
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
        return Balances(tuple(rows), away)

    async def positions(self) -> list[PositionView]:
        bids = self._t.quotes.bids()
        return await self._storage.read(lambda records: position_views(records, bids))

    def price_age(self, markets: Iterable[Market]) -> float | None:
        """Seconds for which the oldest of these prices is not known to hold any more; None while all are fresh enough
        to trade by, or none is known."""
        quotes, most = self._t.quotes, self._t.tuning.current.limits.max_quote_age_seconds
        ages = [age for market in markets if (age := quotes.age_seconds(market)) is not None]
        return max(ages) if ages and max(ages) > most else None

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

    async def pnl(self, days: int) -> PnlReport:
        """The last `days` Korean days, today included."""
        bids, now = self._t.quotes.bids(), self._t.clock.now()
        return await self._storage.read(lambda records: pnl_report(records, bids, days, now))

    async def why(self, market: Market | None, limit: int = 5) -> list[Why]:
        """For one market, or every traded one; `limit` stretches of equal passes each."""
        lookups = self._t.lookups
        markets = [market] if market else list(self._t.tuning.current.market_list)
        (portfolio, away), passes = await self._standing(), await lookups.passes(markets)
        return [lookups.why(m, passes[m], await self._blocks(m, portfolio, away), limit) for m in markets]

    async def _blocks(self, market: Market, portfolio: Portfolio | None, away: Away | None) -> tuple[Reason, ...]:
        """What would stand against an entry of its strategy into the market now."""
        t = self._t
        if portfolio is None or away is not None:
            return (Reason("venue_away", {"why": away.cause}),) if away else ()
        try:
            rules = await t.exchange.rules(market)
        except VenueError as err:
            return (Reason("venue_away", {"why": cause_of(err)}),)
        limits, quote, info = t.tuning.current.limits, t.quotes.quote(market), t.quotes.infos.get(market)
        owner, moved = t.tuning.strategy_for(market), await t.flow.moved(market)
        return entry_blocks(market, owner, portfolio, limits, rules, quote, info, t.clock.now(), moved)

    async def health(self) -> list[HealthCheck]:
        return await self._t.health.checks()

    async def limits(self) -> LimitUses:
        portfolio, away = await self._standing()
        settings = self._t.tuning.current
        known = portfolio or await self._t.flow.portfolio_with({})
        rows = limits_use(settings.limits, known, self._t.clock.now())
        if portfolio is None:
            rows = [replace(row, used=None) if row.key == "max_exposure" else row for row in rows]
        delay = LimitUse("raise_delay_seconds", Decimal(settings.raise_delay_seconds), None, "seconds")
        return LimitUses((*rows, delay), away)


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
