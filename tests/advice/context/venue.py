"""A venue with one set of quotes and order books, which a test can change, count, or take away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from tests.advice.context.outside import NOW
from tests.examples import BTC
from tests.signals.rows import random_rows
from trader.errors import NotFound, VenueUnreachable
from trader.model.market import CandleArrays, Level, Market, OrderBook, Quote, Timeframe
from trader.ports import Exchange

USDT = Market("KRW", "USDT")
D = Decimal


@dataclass
class Venue:
    """`prices` are mids: bid and ask lie 0.01 % around them."""

    prices: dict[Market, Decimal] = field(default_factory=lambda: {BTC: D(140_000_000), USDT: D(1_480)})
    away: bool = False
    asked: list[str] = field(default_factory=list)

    async def quotes(self, markets: Sequence[Market]) -> list[Quote]:
        self._note("quotes")
        return [
            Quote(m, self.prices[m] * D("0.9999"), self.prices[m] * D("1.0001"), self.prices[m], NOW)
            for m in markets
            if m in self.prices
        ]

    async def order_book(self, market: Market) -> OrderBook:
        """Ten levels a side, one KRW apart; sizes 2 on the bid, 1 on the ask."""
        self._note("order_book")
        if market not in self.prices:
            raise NotFound("no such market")
        mid = self.prices[market]
        asks = tuple(Level(mid + n, D(1)) for n in range(1, 11))
        bids = tuple(Level(mid - n, D(2)) for n in range(1, 11))
        return OrderBook(market, asks, bids, NOW)

    async def load(self, market: Market, timeframe: Timeframe, n: int) -> CandleArrays:
        """The newest `n` candles that closed by now."""
        self._note(f"candles {timeframe}")
        newest = int(timeframe.floor(NOW).timestamp()) - timeframe.seconds
        return random_rows(n, seed=1, timeframe=timeframe, start=newest - (n - 1) * timeframe.seconds)

    def _note(self, what: str) -> None:
        self.asked.append(what)
        if self.away:
            raise VenueUnreachable("away")

    @property
    def port(self) -> Exchange:
        return cast(Exchange, self)


def any_of(items: Sequence[Any], name: str) -> Any:
    (found,) = (one for one in items if one.name == name)
    return found
