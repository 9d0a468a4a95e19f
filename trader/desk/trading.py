"""Trading by hand: propose, approve or reject, cancel. Nothing here goes round the risk gate."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from trader.desk.present import Present
from trader.errors import UserInputError, VenueError, VenueUnreachable
from trader.ids import new_id
from trader.model.market import Market, Quote
from trader.model.order import Denied, ExitPlan, Intent, Order, OrderType, Origin, Refused, Side
from trader.model.ticket import Ticket
from trader.model.views import CancelResult
from trader.risk.exits import exit_plan


class Trading(Present):
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
        """A manual buy (notional; or a quantity, worth whole KRW at the price of now) or sell (quantity, or share 0…1
        of the position): through the same risk gate as a strategy's. A cleared one becomes a pending ticket for the
        person to approve. `price` makes it a limit order. UserInputError: market-unknown, nothing-to-sell.
        VenueError."""
        t, buying = self._t, side is Side.BUY
        quote, rules = await self._quote(market), await t.exchange.rules(market)
        at = (quote.ask if buying else quote.bid) if price is None else rules.round_price(price, side)
        if not buying:
            quantity = await self._quantity_to_sell(market, quantity, share)
        elif notional is None and quantity is not None:
            notional = (quantity * at).quantize(Decimal(1), ROUND_FLOOR)
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

    async def _quote(self, market: Market) -> Quote:
        """Of a listed market; asked for where the stream has brought none yet. UserInputError: market-unknown.
        VenueError."""
        t = self._t
        if not t.quotes.infos:
            raise VenueUnreachable("its list of markets has not been read yet")
        if market not in t.quotes.infos:
            raise UserInputError("market-unknown", text=market.code)
        if t.quotes.quote(market) is None:
            await t.quotes.refresh(t.exchange, [market])
        quote = t.quotes.quote(market)
        if quote is None:
            raise VenueError(f"no price of {market}")
        return quote

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
        looks at price and risk again and sends the order. UserInputError: ticket-none, ticket-unknown,
        ticket-ambiguous."""
        return await self._t.flow.answer(await self._ticket_id(ticket_id), approve, by, share)

    async def ask_anew(self, ticket_id: str, by: str) -> Ticket | Refused | Denied:
        """A ticket that waits, or ran out lately, as a new one at the price of now. UserInputError: ticket-unknown.
        VenueError."""
        return await self._t.flow.ask_anew(await self._ticket_id(ticket_id), by)

    async def _ticket_id(self, start: str) -> str:
        start = start.upper()
        if await self._storage.read(lambda records: records.tickets.get(start)) is not None:
            return start
        found = [ticket.ticket_id for ticket in await self.tickets() if ticket.ticket_id.startswith(start)]
        if not found:
            raise UserInputError("ticket-unknown" if start else "ticket-none", id=start)
        if len(found) > 1:
            raise UserInputError("ticket-ambiguous", ids=" ".join(name[:6] for name in found))
        return found[0]

    async def cancel(self, what: str, by: str) -> list[CancelResult]:
        """`what`: `all`, a market code, or (the beginning of) an order id. UserInputError: order-unknown."""
        executor = self._t.executor
        if what.lower() == "all":
            return await executor.cancel_all(person=True)
        market = next((info.market for info in self.market_infos() if info.market.code == what.upper()), None)
        if market is not None:
            return await executor.cancel_all(market, person=True)
        view = await self.order(what)
        return [await executor.cancel(view.order, person=True)]
