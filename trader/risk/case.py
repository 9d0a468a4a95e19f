"""Everything one review looks at, as one value, with the figures several checks need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from trader.model.limits import Limits
from trader.model.market import MarketInfo, OrderBook, Quote
from trader.model.order import ZERO, Intent, OrderType, Side
from trader.model.portfolio import Portfolio, Position
from trader.model.rules import TradingRules
from trader.risk.slippage import Walk, walk_buy, walk_sell


@dataclass(frozen=True, slots=True)
class Case:
    """`moved` is how far the market's price went lately, a fraction; None = not known."""

    intent: Intent
    portfolio: Portfolio
    limits: Limits
    rules: TradingRules
    quote: Quote | None
    book: OrderBook | None
    info: MarketInfo | None
    now: datetime
    moved: Decimal | None = None

    @property
    def position(self) -> Position | None:
        return self.portfolio.positions.get(self.intent.market)

    @property
    def held(self) -> Decimal:
        return self.position.quantity if self.position else ZERO

    @property
    def selling(self) -> Decimal:
        """Base quantity that unfinished sales of this market may still take."""
        return self.portfolio.selling.get(self.intent.market, ZERO)

    @property
    def fee_rate(self) -> Decimal:
        return self.rules.fee_rate(self.intent.side)

    @property
    def price(self) -> Decimal:
        """What we would trade at: a person's limit, else ask or bid, else the decision price."""
        if self.intent.order_type is OrderType.LIMIT or self.quote is None:
            return self.intent.price
        return self.quote.ask if self.intent.side is Side.BUY else self.quote.bid

    @property
    def notional(self) -> Decimal:
        """KRW before fees."""
        if self.intent.side is Side.BUY:
            return self.intent.notional or ZERO
        return (self.intent.quantity or ZERO) * self.price

    @property
    def fee(self) -> Decimal:
        return self.notional * self.fee_rate

    @property
    def walk(self) -> Walk | None:
        """The order against the book; None without a book, and for a limit order, whose price is its own bound."""
        if self.book is None or self.intent.order_type is OrderType.LIMIT:
            return None
        if self.intent.side is Side.BUY:
            return walk_buy(self.book, self.notional)
        return walk_sell(self.book, self.intent.quantity or ZERO)
