"""A venue in memory whose every answer a test may bend: what it took, what it filled, and what it says of it.

It keeps the port's promises (an order is asynchronous: `submit` answers it open, a cancel happens a moment later) until
a test puts an exception into `faults` by the method's name, or turns one of the switches."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from tests.examples import BTC, ETH, NOON, D, info, rules
from trader.errors import DuplicateClientOrderId, NotFound, VenueUnreachable
from trader.model.market import Candle, Level, Market, MarketInfo, OrderBook, Quote, Ticker, Timeframe
from trader.model.order import OrderRequest, OrderType, Side, VenueFill, VenueOrder
from trader.model.portfolio import Balance
from trader.model.rules import TradingRules

FEE = D("0.0005")
Hook = Callable[[OrderRequest], Awaitable[None]]


class VenueScript:
    """Implements `ports.Exchange`. Prices stand still at 100,000 / 100,100 until told otherwise.

    `fill_at_once`: market orders fill completely before they are looked at. `lose_answers`: orders are taken, then the
    test's fault is raised. `hide`: `find` shows nothing. `away`: nothing is answered. `before_submit` is awaited
    first thing in every submit."""

    def __init__(self, cash: str = "10000000", **coins: str) -> None:
        self.totals = {"KRW": D(cash), **{name: D(amount) for name, amount in coins.items()}}
        self.orders: dict[str, VenueOrder] = {}
        self.requests: list[OrderRequest] = []
        self.faults: dict[str, list[Exception]] = {}
        self.asked: dict[str, int] = {}
        self.prices: dict[Market, tuple[Decimal, Decimal]] = {BTC: (D(100_000), D(100_100)), ETH: (D(5_000), D(5_005))}
        self.fill_at_once = True
        self.lose_answers = False
        self.hide = False
        self.away = False
        self.before_submit: Hook | None = None
        self.now: Callable[[], datetime] = lambda: NOON
        self.history: dict[Market, list[Candle]] = {}
        self._fills = 0

    # ---- for tests

    def fail(self, method: str, *faults: Exception) -> None:
        """The next calls of `method` raise these, one each."""
        self.faults.setdefault(method, []).extend(faults)

    def price(self, market: Market, bid: str) -> None:
        self.prices[market] = (D(bid), D(bid) * D("1.001"))

    def fill(self, client_order_id: str, quantity: str, price: str) -> VenueFill:
        """One execution of an open order; ends it when nothing is left."""
        order = self.orders[client_order_id]
        self._fills += 1
        amount, at_price = D(quantity), D(price)
        funds = amount * at_price
        fill = VenueFill(f"f{self._fills}", at_price, amount, funds, self.now())
        executed = order.executed_quantity + amount
        self.orders[client_order_id] = replace(
            order,
            executed_quantity=executed,
            paid_fee=order.paid_fee + funds * FEE,
            fills=(*order.fills, fill),
            open=order.quantity is None or executed < order.quantity,
        )
        buying = order.side is Side.BUY
        base = order.market.base
        self.totals[base] = self.totals.get(base, D(0)) + (amount if buying else -amount)
        self.totals["KRW"] += -(funds + funds * FEE) if buying else funds - funds * FEE
        return fill

    def end(self, client_order_id: str) -> None:
        """Cancelled, by whomever."""
        self.orders[client_order_id] = replace(self.orders[client_order_id], open=False)

    # ---- the port

    def _enter(self, method: str) -> None:
        self.asked[method] = self.asked.get(method, 0) + 1
        if self.away:
            raise VenueUnreachable("connection refused")
        if self.faults.get(method):
            raise self.faults[method].pop(0)

    async def markets(self) -> list[MarketInfo]:
        self._enter("markets")
        return [info(market) for market in self.prices]

    async def rules(self, market: Market) -> TradingRules:
        self._enter("rules")
        return rules(market)

    async def candles(
        self, market: Market, timeframe: Timeframe, *, count: int, until: datetime | None = None
    ) -> list[Candle]:
        self._enter("candles")
        until = min(until or self.now(), self.now())
        closed = [c for c in self.history.get(market, []) if c.timeframe is timeframe]
        return [c for c in closed if c.opened_at < until and c.closed_at <= self.now()][-count:]

    async def quotes(self, markets: Sequence[Market]) -> list[Quote]:
        self._enter("quotes")
        return [Quote(m, *self.prices[m], self.prices[m][0], self.now()) for m in markets if m in self.prices]

    async def tickers(self, quote: str) -> list[Ticker]:
        """Each market at its bid since yesterday, with a turnover of a million."""
        self._enter("tickers")
        bids = {m: bid for m, (bid, _) in self.prices.items() if m.quote == quote}
        return [Ticker(m, bid, bid, bid, bid, D(1_000_000), self.now()) for m, bid in bids.items()]

    async def order_book(self, market: Market) -> OrderBook:
        self._enter("order_book")
        bid, ask = self.prices[market]
        return OrderBook(market, (Level(ask, D(10_000)),), (Level(bid, D(10_000)),), self.now())

    async def balances(self) -> dict[str, Balance]:
        self._enter("balances")
        return {name: Balance(name, total, D(0)) for name, total in self.totals.items()}

    async def submit(self, request: OrderRequest) -> VenueOrder:
        if self.before_submit is not None:
            await self.before_submit(request)
        self.requests.append(request)
        if not self.lose_answers:
            self._enter("submit")
        if request.client_order_id in self.orders:
            raise DuplicateClientOrderId("used before", name="duplicated_identifier", status=400)
        taken = VenueOrder(
            venue_id=f"v{len(self.requests)}",
            client_order_id=request.client_order_id,
            market=request.market,
            side=request.side,
            order_type=request.order_type,
            open=True,
            price=request.price,
            quantity=request.quantity,
            executed_quantity=D(0),
            paid_fee=D(0),
            created_at=self.now(),
            fills_complete=True,
        )
        self.orders[request.client_order_id] = taken
        if self.fill_at_once and request.order_type is OrderType.MARKET:
            self._fill_whole(request)
        if self.lose_answers:
            self._enter("submit")
        return taken

    def _fill_whole(self, request: OrderRequest) -> None:
        bid, ask = self.prices[request.market]
        if request.side is Side.SELL:
            assert request.quantity is not None
            self.fill(request.client_order_id, str(request.quantity), str(bid))
        else:
            assert request.notional is not None
            quantity = (request.notional / ask).quantize(D("1e-8"))
            self.fill(request.client_order_id, str(quantity), str(ask))
            self.end(request.client_order_id)

    async def find(self, *, client_order_id: str | None = None, venue_id: str | None = None) -> VenueOrder | None:
        self._enter("find")
        return None if self.hide or client_order_id is None else self.orders.get(client_order_id)

    async def find_many(self, client_order_ids: Sequence[str]) -> list[VenueOrder]:
        self._enter("find_many")
        return [self.orders[name] for name in client_order_ids if name in self.orders and not self.hide]

    async def open_orders(self, market: Market | None = None) -> list[VenueOrder]:
        self._enter("open_orders")
        return [o for o in self.orders.values() if o.open and market in (None, o.market)]

    async def cancel(self, *, client_order_id: str | None = None, venue_id: str | None = None) -> None:
        self._enter("cancel")
        order = self.orders.get(client_order_id or "")
        if order is None or not order.open or self.hide:
            raise NotFound("unknown or over", name="order_not_found", status=404)
        self.end(order.client_order_id or "")

    async def close(self) -> None:
        self._enter("close")
