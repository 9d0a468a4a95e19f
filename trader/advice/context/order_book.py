"""The order book, five levels deep (R1)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final

from trader.advice.context.finding import Finding, figure, item_of
from trader.advice.context.kept import Breaker, Kept, Life, Reading
from trader.background import Background
from trader.model.advice import JSON, ItemStatus, Question
from trader.model.market import Level, Market, OrderBook
from trader.ports import Exchange

NAME: Final = "order_book"
LEVELS: Final = 5
LIFE: Final = Life(poll=2, ok=15, kept=60)


class Book:
    def __init__(self, exchange: Exchange, flights: Background, deadline: float) -> None:
        self._exchange = exchange
        self._flights = flights
        self._deadline = deadline
        self._kept: dict[Market, Kept[OrderBook]] = {}

    def names(self, question: Question) -> tuple[str, ...]:
        return (NAME,)

    async def look(self, question: Question, now: datetime) -> Finding:
        known = await self._of(question.market).get(now)
        shown: JSON = None
        features: dict[str, float] = {}
        if known.value is not None:
            spread, imbalance = spread_bps(known.value), depth_imbalance(known.value)
            shown = {
                "bids": _levels(known.value.bids),
                "asks": _levels(known.value.asks),
                "spread_bps": figure(spread, 3),
                "depth_imbalance": figure(imbalance, 3),
            }
            if known.status is ItemStatus.OK:
                features = {"spread_bps": spread, "depth_imbalance": imbalance}
        item = item_of(NAME, known, shown, unit=f"[price KRW, size {question.market.base}], best first", source="upbit")
        return Finding([item], features)

    def _of(self, market: Market) -> Kept[OrderBook]:
        if market not in self._kept:
            breaker = Breaker(f"upbit order book {market}")
            self._kept[market] = Kept(
                lambda at, last: self._read(market, at), LIFE, breaker, self._flights, self._deadline
            )
        return self._kept[market]

    async def _read(self, market: Market, now: datetime) -> Reading[OrderBook]:
        book = await self._exchange.order_book(market)
        if not book.bids or not book.asks:
            return Reading(None, now, reason="one side is empty")
        return Reading(book, now)


def spread_bps(book: OrderBook) -> float:
    """Ask − bid in 1/10,000 of the mid."""
    bid, ask = book.bids[0].price, book.asks[0].price
    return float((ask - bid) / ((ask + bid) / 2) * 10_000)


def depth_imbalance(book: OrderBook) -> float:
    """(bids − asks) ÷ (bids + asks) in KRW on the shown levels: 1 = only buyers, −1 = only sellers."""
    bids, asks = _worth(book.bids), _worth(book.asks)
    return float((bids - asks) / (bids + asks)) if bids + asks else 0.0


def _worth(levels: tuple[Level, ...]) -> Decimal:
    return sum((level.price * level.size for level in levels[:LEVELS]), Decimal(0))


def _levels(levels: tuple[Level, ...]) -> JSON:
    return [[figure(float(level.price), 10), figure(float(level.size), 4)] for level in levels[:LEVELS]]
