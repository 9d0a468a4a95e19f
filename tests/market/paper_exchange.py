"""A venue in memory for the market stage: trades go in, candles come out by Upbit's rules.

A candle exists only where somebody traded, at most 200 per request, those that opened before `until`, oldest first,
never the forming one. `down` markets do not answer; `requests` remembers what was asked."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from trader.clock import ManualClock
from trader.errors import NotFound, VenueUnreachable
from trader.model.market import Candle, Market, Quote, Timeframe

BTC = Market("KRW", "BTC")
ETH = Market("KRW", "ETH")


@dataclass
class PaperExchange:
    clock: ManualClock
    trades: dict[Market, list[tuple[datetime, Decimal, Decimal]]] = field(default_factory=dict)
    book: dict[Market, Quote] = field(default_factory=dict)
    down: set[Market] = field(default_factory=set)
    silent: set[Market] = field(default_factory=set)
    requests: list[tuple[Market, Timeframe, int, datetime | None]] = field(default_factory=list)
    while_answering: Callable[[], object] = lambda: None
    _drawn: dict[tuple[Market, Timeframe], tuple[int, list[Candle]]] = field(default_factory=dict)

    def trade(self, market: Market, at: datetime, price: int | str, quantity: int | str = 1) -> None:
        self.trades.setdefault(market, []).append((at, Decimal(price), Decimal(quantity)))
        self.trades[market].sort(key=lambda row: row[0])

    def all_candles(self, market: Market, timeframe: Timeframe) -> list[Candle]:
        """Every candle that has closed by now."""
        trades = self.trades[market]
        count, candles = self._drawn.get((market, timeframe), (-1, []))
        if count != len(trades):
            grouped = groupby(trades, key=lambda row: timeframe.floor(row[0]))
            candles = [_candle(market, timeframe, opened, list(rows)) for opened, rows in grouped]
            self._drawn[market, timeframe] = (len(trades), candles)
        return candles[: bisect_right(candles, self.clock.now(), key=lambda c: c.closed_at)]

    async def candles(
        self, market: Market, timeframe: Timeframe, *, count: int, until: datetime | None = None
    ) -> list[Candle]:
        self.requests.append((market, timeframe, count, until))
        if market in self.down:
            raise VenueUnreachable(f"{market} does not answer")
        if market not in self.trades:
            raise NotFound(f"{market} is not listed")
        self.while_answering()
        if market in self.silent:
            return []
        known = self.all_candles(market, timeframe)
        end = len(known) if until is None else bisect_left(known, until, key=lambda c: c.opened_at)
        return known[:end][-min(count, 200) :]

    async def quotes(self, markets: Sequence[Market]) -> list[Quote]:
        return [self.book[m] for m in markets if m in self.book]


def _candle(
    market: Market, timeframe: Timeframe, opened: datetime, rows: list[tuple[datetime, Decimal, Decimal]]
) -> Candle:
    prices = [price for _, price, _ in rows]
    return Candle(
        market,
        timeframe,
        opened,
        open=prices[0],
        high=max(prices),
        low=min(prices),
        close=prices[-1],
        volume=sum((q for _, _, q in rows), Decimal(0)),
        value=sum((p * q for _, p, q in rows), Decimal(0)),
    )
