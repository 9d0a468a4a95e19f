"""Stream messages ↔ our events. In: frames (text or binary).  Out: stream events, subscription requests.  Pure.

Numbers are decoded from their digits straight into Decimal. Frames are DEFAULT format. A Quote needs the last price
as well as the book, so `PublicFrames` remembers both per market.
Source: docs.upbit.com/kr/reference/websocket-guide, websocket-myorder, websocket-myasset."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

import msgspec

from trader.exchange.upbit.wire import BookUnit, moment
from trader.model.market import Market, Quote
from trader.model.portfolio import Balance
from trader.ports import BalancesChanged, OwnOrderChanged, StreamEvent, TradeTick


class Malformed(ValueError):
    """A frame that is no message of Upbit's."""


class VenueSaidNo(Exception):
    """The stream answered with an error; `name` is the venue's."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}" if message else name)
        self.name = name


class _Ticker(msgspec.Struct, tag_field="type", tag="ticker"):
    code: str
    trade_price: Decimal
    trade_timestamp: int


class _Book(msgspec.Struct, tag_field="type", tag="orderbook"):
    code: str
    timestamp: int
    orderbook_units: list[BookUnit]


class _MyOrder(msgspec.Struct, tag_field="type", tag="myOrder"):
    code: str
    uuid: str
    state: str
    identifier: str | None = None


class _Asset(msgspec.Struct):
    currency: str
    balance: Decimal
    locked: Decimal


class _MyAsset(msgspec.Struct, tag_field="type", tag="myAsset"):
    assets: list[_Asset]


class _Error(msgspec.Struct):
    name: str = ""
    message: str = ""


class _Other(msgspec.Struct):
    """Everything that is not data: `{"status": "UP"}`, errors, types we did not ask for."""

    type: str = ""
    status: str = ""
    error: _Error | None = None


_PUBLIC = msgspec.json.Decoder(_Ticker | _Book)
_PRIVATE = msgspec.json.Decoder(_MyOrder | _MyAsset)
_OTHER = msgspec.json.Decoder(_Other)
_KNOWN = frozenset({"ticker", "orderbook", "myOrder", "myAsset"})


def public_request(markets: Iterable[Market]) -> str:
    """Tickers first, so that the last price is there when the first book comes. One level of the book is enough for
    a Quote and keeps the frames small."""
    codes = [m.code for m in markets]
    parts = [
        {"ticket": str(uuid.uuid4())},
        {"type": "ticker", "codes": codes},
        {"type": "orderbook", "codes": [f"{code}.1" for code in codes]},
        {"format": "DEFAULT"},
    ]
    return msgspec.json.encode(parts).decode()


def private_request() -> str:
    """Own orders of all markets, and balances."""
    parts = [{"ticket": str(uuid.uuid4())}, {"type": "myOrder"}, {"type": "myAsset"}, {"format": "DEFAULT"}]
    return msgspec.json.encode(parts).decode()


class PublicFrames:
    """Ticker and order book messages → ticks and quotes of the markets watched now."""

    def __init__(self) -> None:
        self._markets: dict[str, Market] = {}
        self._last: dict[str, tuple[Decimal, datetime]] = {}
        self._book: dict[str, _Book] = {}

    def watch(self, markets: Iterable[Market]) -> None:
        """Messages of other markets (still on their way, or never unsubscribed by the venue) are passed over."""
        self._markets = {m.code: m for m in markets}
        self._last = {code: last for code, last in self._last.items() if code in self._markets}
        self._book = {code: book for code, book in self._book.items() if code in self._markets}

    def read(self, frame: str | bytes) -> list[StreamEvent]:
        """Raises Malformed, VenueSaidNo."""
        try:
            message = _PUBLIC.decode(frame)
        except (msgspec.DecodeError, UnicodeDecodeError) as err:
            return _not_data(frame, err)
        market = self._markets.get(message.code)
        if market is None:
            return []
        try:
            return self._ticker(market, message) if isinstance(message, _Ticker) else self._books(market, message)
        except (ValueError, ArithmeticError, OSError) as err:  # NaN as a price, a time beyond all calendars
            raise Malformed(str(err)) from err

    def _ticker(self, market: Market, message: _Ticker) -> list[StreamEvent]:
        at = moment(message.trade_timestamp)
        if not message.trade_price > 0:
            raise ValueError(f"price {message.trade_price}")
        first = message.code not in self._last
        self._last[message.code] = (message.trade_price, at)
        tick = TradeTick(market, message.trade_price, at)
        return [tick, *self._quote(market)] if first else [tick]

    def _books(self, market: Market, message: _Book) -> list[StreamEvent]:
        self._book[message.code] = message
        return self._quote(market)

    def _quote(self, market: Market) -> list[StreamEvent]:
        """Nothing until both a book and a last price are known."""
        book, last = self._book.get(market.code), self._last.get(market.code)
        if book is None or last is None or not book.orderbook_units:
            return []
        best = book.orderbook_units[0]
        if best.bid_price <= 0 or best.ask_price <= 0:
            return []
        price, traded_at = last
        return [Quote(market, best.bid_price, best.ask_price, price, max(moment(book.timestamp), traded_at))]


class PrivateFrames:
    """Own order and asset messages → changes to look up."""

    def read(self, frame: str | bytes) -> list[StreamEvent]:
        """Raises Malformed, VenueSaidNo."""
        try:
            message = _PRIVATE.decode(frame)
        except (msgspec.DecodeError, UnicodeDecodeError) as err:
            return _not_data(frame, err)
        if isinstance(message, _MyAsset):
            return [BalancesChanged({a.currency: Balance(a.currency, a.balance, a.locked) for a in message.assets})]
        try:
            market = Market.parse(message.code)
        except ValueError as err:
            raise Malformed(str(err)) from err
        return [OwnOrderChanged(message.uuid, message.identifier, market, message.state)]


def _not_data(frame: str | bytes, reason: Exception) -> list[StreamEvent]:
    """Status answers and types nobody asked for are passed over."""
    try:
        other = _OTHER.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Malformed(str(reason)) from reason
    if other.error is not None:
        raise VenueSaidNo(other.error.name, other.error.message)
    if other.type in _KNOWN or not (other.type or other.status):
        raise Malformed(str(reason)) from reason
    return []
