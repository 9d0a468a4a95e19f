"""Upbit's public reads. In: markets, time spans.  Out: market values of `trader.model`.

For a few hundred candles; years of history are `history`'s business."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from trader.clock import Clock
from trader.errors import NotFound, VenueUnreachable
from trader.exchange.upbit import wire
from trader.exchange.upbit.limits import Group
from trader.exchange.upbit.rest import Rest
from trader.model.market import Candle, Market, MarketInfo, OrderBook, Quote, Ticker, Timeframe

T = TypeVar("T")
R = TypeVar("R")

CANDLES_PER_READ = 200
MARKETS_PER_READ = 100
QUOTES = ("KRW", "BTC", "USDT")


def readable(body: bytes, kind: type[T]) -> T:
    """Decode the answer to a read. VenueUnreachable: it is not what the venue promises."""
    try:
        return wire.decode(body, kind)
    except wire.Unreadable as err:
        raise VenueUnreachable(str(err)) from err


def ours(convert: Callable[[R], T], rows: Iterable[R]) -> list[T]:
    """Rows in our words. VenueUnreachable: a row makes no sense."""
    try:
        return [convert(row) for row in rows]
    except wire.NO_VALUE as err:
        raise VenueUnreachable(f"Upbit's answer makes no sense: {err}") from err


class Quotation:
    """What anybody may ask Upbit."""

    def __init__(self, rest: Rest, clock: Clock) -> None:
        self._rest = rest
        self._clock = clock

    async def markets(self) -> list[MarketInfo]:
        body = await self._rest.read(Group.MARKET, "/v1/market/all", {"is_details": "true"})
        return ours(wire.market_info, readable(body, list[wire.MarketRow]))

    async def candles(
        self, market: Market, timeframe: Timeframe, *, count: int, until: datetime | None = None
    ) -> list[Candle]:
        """See `ports.Exchange.candles`. What is closed is decided by our clock, not by the newest row's look."""
        forming = timeframe.floor(self._clock.now())
        end = forming if until is None else min(until, forming)
        found: list[Candle] = []
        while len(found) < count:
            wanted = min(count - len(found), CANDLES_PER_READ)
            page = await self._candle_page(market, timeframe, wanted, end)
            found += page
            if len(page) < wanted:
                break
            end = page[-1].opened_at
        return found[::-1]

    async def _candle_page(self, market: Market, timeframe: Timeframe, count: int, end: datetime) -> list[Candle]:
        """Newest first, all opened before `end`."""
        params = {"market": market.code, "to": wire.utc_text(end), "count": str(count)}
        body = await self._rest.read(Group.CANDLE, f"/v1/candles/{wire.CANDLE_PATHS[timeframe]}", params)
        found = ours(lambda row: wire.candle(row, market, timeframe), readable(body, list[wire.CandleRow]))
        return sorted((c for c in found if c.opened_at < end), key=lambda c: c.opened_at, reverse=True)

    async def order_book(self, market: Market) -> OrderBook:
        rows = await self._books([market], depth=30)
        if not rows:
            raise NotFound(f"Upbit has no order book of {market.code}", name="404")
        return ours(wire.order_book, rows)[0]

    async def quotes(self, markets: Sequence[Market]) -> list[Quote]:
        found: list[Quote] = []
        for start in range(0, len(markets), MARKETS_PER_READ):
            found += await self._quotes(markets[start : start + MARKETS_PER_READ])
        return found

    async def _quotes(self, markets: Sequence[Market]) -> list[Quote]:
        """Upbit answers 404 for the whole list when one market is unknown: halve the list until it is alone."""
        try:
            books = await self._books(markets, depth=1)
            tickers = {row.market: row for row in await self._tickers(markets)}
        except NotFound:
            if len(markets) == 1:
                return []
            middle = len(markets) // 2
            return await self._quotes(markets[:middle]) + await self._quotes(markets[middle:])
        traded = [book for book in books if book.market in tickers]
        quotes = ours(lambda book: wire.quote(book, tickers[book.market]), traded)
        return [quote for quote in quotes if quote is not None]

    async def tickers(self, quote: str) -> list[Ticker]:
        """Every market of a quote currency, in one request."""
        body = await self._rest.read(Group.TICKER, "/v1/ticker/all", {"quote_currencies": quote})
        return ours(wire.day_ticker, readable(body, list[wire.DayTickerRow]))

    async def last_price(self, market: Market) -> Decimal | None:
        """Price of the last trade; None for a market that never traded. NotFound."""
        rows = await self._tickers([market])
        return rows[0].trade_price if rows else None

    async def venue_tick(self, market: Market) -> Decimal | None:
        """The tick in force at the present price; None where the venue does not say. NotFound."""
        body = await self._rest.read(Group.ORDERBOOK, "/v1/orderbook/instruments", {"markets": market.code})
        rows = readable(body, list[wire.InstrumentRow])
        return next((row.tick_size for row in rows if row.market == market.code), None)

    async def _books(self, markets: Sequence[Market], depth: int) -> list[wire.BookRow]:
        params = {"markets": ",".join(m.code for m in markets), "count": str(depth)}
        return readable(await self._rest.read(Group.ORDERBOOK, "/v1/orderbook", params), list[wire.BookRow])

    async def _tickers(self, markets: Sequence[Market]) -> list[wire.TickerRow]:
        params = {"markets": ",".join(m.code for m in markets)}
        return readable(await self._rest.read(Group.TICKER, "/v1/ticker", params), list[wire.TickerRow])
