"""The public REST interface: markets, candles, tickers, trades and order books (reference §3 to §5).

Rate limits and the rendering of errors are the server's; here a fault is an `ApiError` with an integer name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from itertools import islice

from aiohttp import web

from sandbox.errors import ApiError
from sandbox.market.bars import MINUTE_SECONDS
from sandbox.market.data import MarketData
from sandbox.market.rows import Row, book_fields, candle_row, day_fields, market_row, ticker_row, trade_row
from sandbox.market.state import MarketState
from sandbox.rest import query as params
from sandbox.rest.query import Query
from sandbox.rules import supported_levels, tick_size
from sandbox.values import Bar, Book
from sandbox.wire import encode, number, plain

MOST_CANDLES = 200
MOST_TRADES = 500
MOST_LEVELS = 30
_MINUTE_UNITS = ("1m", *MINUTE_SECONDS)

Rows = Callable[[web.Request], list[Row]]


def routes(data: MarketData) -> list[web.RouteDef]:
    """All public GETs under /v1."""
    quotation = Quotation(data)
    table: dict[str, Rows] = {
        "/v1/market/all": quotation.markets,
        "/v1/candles/seconds": lambda request: quotation.candles(request.query, "1s"),
        "/v1/candles/minutes/{unit}": quotation.minutes,
        "/v1/candles/days": quotation.days,
        "/v1/candles/weeks": lambda request: quotation.periods(request.query, "1w"),
        "/v1/candles/months": lambda request: quotation.periods(request.query, "1M"),
        "/v1/candles/years": lambda request: quotation.periods(request.query, "1y"),
        "/v1/ticker": quotation.tickers,
        "/v1/ticker/all": quotation.all_tickers,
        "/v1/trades/ticks": quotation.trades,
        "/v1/orderbook": quotation.books,
        "/v1/orderbook/instruments": quotation.instruments,
        "/v1/orderbook/supported_levels": quotation.levels,
    }
    return [web.get(path, _answer(rows)) for path, rows in table.items()]


def _answer(rows: Rows) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        body = encode(rows(request))
        response = web.Response(body=body, content_type="application/json", charset="utf-8")
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response.enable_compression(web.ContentCoding.gzip)
        return response

    return handle


class Quotation:
    """One method per endpoint: a request in, rows out."""

    def __init__(self, data: MarketData) -> None:
        self._data = data

    def markets(self, request: web.Request) -> list[Row]:
        details = params.flag(request.query, "is_details", "isDetails")
        return [market_row(info, details) for info in self._data.infos.values()]

    def minutes(self, request: web.Request) -> list[Row]:
        text = request.match_info["unit"]
        if not text.lstrip("-").isdigit():
            raise params.mistyped()
        unit = f"{text}m"
        if unit not in _MINUTE_UNITS:
            raise ApiError(400, 400, "specified unit is not valid.")
        return [row | {"unit": int(text)} for row in self.candles(request.query, unit)]

    def candles(self, query: Query, unit: str) -> list[Row]:
        return [candle_row(bar) for bar in self._bars(query, unit)[0]]

    def periods(self, query: Query, unit: str) -> list[Row]:
        """Weeks, months and years."""
        bars, _ = self._bars(query, unit)
        return [candle_row(bar) | {"first_day_of_period": bar.opened_at.date().isoformat()} for bar in bars]

    def days(self, request: web.Request) -> list[Row]:
        convert = request.query.get("converting_price_unit", "").strip()
        if convert not in ("", "KRW"):
            raise params.invalid()
        bars, older = self._bars(request.query, "1d")
        rows: list[Row] = []
        for bar, before in zip(bars, [*bars[1:], older], strict=True) if bars else ():
            row = candle_row(bar) | day_fields(bar, bar.open if before is None else before.close)
            if convert:
                row["converted_trade_price"] = self._in_krw(bar)
            rows.append(row)
        return rows

    def tickers(self, request: web.Request) -> list[Row]:
        now = self._data.now()
        return [ticker_row(state, now) for state in self._states(request.query) if state.has_traded]

    def all_tickers(self, request: web.Request) -> list[Row]:
        quotes = {quote.upper() for quote in params.listed(request.query, "quote_currencies")}
        now = self._data.now()
        states = (self._data.state(code) for code, info in self._data.infos.items() if info.quote in quotes)
        return [ticker_row(state, now) for state in states if state.has_traded]

    def trades(self, request: web.Request) -> list[Row]:
        """Newest first. `to` is exclusive; `cursor` continues with the trades before that sequential_id."""
        query = request.query
        state = self._state(params.required(query, "market"))
        count = params.counted(query, MOST_TRADES)
        days_ago = params.whole(query, "days_ago", 0)
        if not 0 <= days_ago <= 7:
            raise params.invalid()
        now = self._data.now()
        start = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days_ago)
        end = params.clock_time(query, "to", start) or start + timedelta(days=1)
        cursor = params.whole(query, "cursor", 0)
        if not state.has_traded:
            return []
        chosen = (t for t in state.trades_before(end, start) if not cursor or t.sequence < cursor)
        previous = state.previous_close(start.date())
        return [trade_row(tick, previous) for tick in islice(chosen, count)]

    def books(self, request: web.Request) -> list[Row]:
        states = self._states(request.query)
        count = params.counted(request.query, MOST_LEVELS, MOST_LEVELS)
        level = params.decimal(request.query, "level")
        return [{"market": state.info.code, **book_fields(self._book(state, level), count, level)} for state in states]

    def instruments(self, request: web.Request) -> list[Row]:
        return [
            {
                "market": state.info.code,
                "quote_currency": state.info.quote,
                "tick_size": plain(tick_size(state.info.code, state.last.price)),
                "supported_levels": [plain(level) for level in self._levels(state)],
            }
            for state in self._states(request.query)
            if state.has_traded
        ]

    def levels(self, request: web.Request) -> list[Row]:
        """The older form of `instruments`, with numbers."""
        return [
            {"market": state.info.code, "supported_levels": [number(level) for level in self._levels(state)]}
            for state in self._states(request.query)
            if state.has_traded
        ]

    def _state(self, code: str) -> MarketState:
        if code not in self._data.infos:
            raise params.not_found()
        return self._data.state(code)

    def _states(self, query: Query) -> list[MarketState]:
        return [self._state(code) for code in params.listed(query, "markets")]

    def _bars(self, query: Query, unit: str) -> tuple[list[Bar], Bar | None]:
        """The bars asked for, newest first, and the one before them."""
        state = self._state(params.required(query, "market"))
        count = params.counted(query, MOST_CANDLES)
        bars = state.bars.recent(unit, count + 1, params.moment(query, "to"))
        return bars[:count], bars[count] if len(bars) > count else None

    def _levels(self, state: MarketState) -> tuple[Decimal, ...]:
        return supported_levels(state.info.code, state.last.price)

    def _book(self, state: MarketState, level: Decimal) -> Book:
        book = self._data.shown_book(state.info.code, level)
        if book is None:
            raise params.invalid()
        return book

    def _in_krw(self, bar: Bar) -> Decimal | None:
        quote = bar.market.split("-")[0]
        if quote == "KRW":
            return number(bar.close)
        rate_market = f"KRW-{quote}"
        if rate_market not in self._data.infos:
            return None
        return number(bar.close * self._data.last_price(rate_market))
