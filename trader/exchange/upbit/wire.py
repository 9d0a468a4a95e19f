"""Upbit's words ↔ ours. In: JSON bytes and our values.  Out: our values and request fields.  Pure.

The only file that knows that bid means BUY. Amounts are decoded from their text straight into Decimal: Upbit's REST
answers carry them as strings, its quotation answers and streams as JSON numbers; neither passes through a float."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, TypeVar

import msgspec

from trader.errors import InvalidOrder
from trader.model.market import Candle, Level, Market, MarketInfo, OrderBook, Quote, Ticker, Timeframe
from trader.model.order import OrderRequest, OrderType, Side, TimeInForce, VenueFill, VenueOrder
from trader.model.portfolio import Balance

T = TypeVar("T")
Aware = Annotated[datetime, msgspec.Meta(tz=True)]

SIDE = {Side.BUY: "bid", Side.SELL: "ask"}
_SIDE_OF = {"bid": Side.BUY, "ask": Side.SELL}
_TYPE_OF = {
    "limit": OrderType.LIMIT,
    "price": OrderType.MARKET,
    "market": OrderType.MARKET,
    "best": OrderType.BEST,
}
_FINAL_STATES = frozenset({"done", "cancel"})
CANDLE_PATHS = {
    Timeframe.M1: "minutes/1",
    Timeframe.M3: "minutes/3",
    Timeframe.M5: "minutes/5",
    Timeframe.M10: "minutes/10",
    Timeframe.M15: "minutes/15",
    Timeframe.M30: "minutes/30",
    Timeframe.H1: "minutes/60",
    Timeframe.H4: "minutes/240",
    Timeframe.D1: "days",
}


class Unreadable(ValueError):
    """An answer that is not what the venue promises."""


NO_VALUE = (ValueError, ArithmeticError, OSError)
"""What the conversions below raise for rows of the right shape without sense (Unreadable is a ValueError)."""


# ---------------------------------------------------------------- rows as Upbit sends them


class AccountRow(msgspec.Struct):
    currency: str
    balance: Decimal
    locked: Decimal


class TradeRow(msgspec.Struct):
    uuid: str
    price: Decimal
    volume: Decimal
    funds: Decimal
    created_at: Aware | None = None


class OrderRow(msgspec.Struct):
    uuid: str
    market: str
    side: str
    ord_type: str
    state: str
    created_at: Aware
    price: Decimal | None = None
    volume: Decimal | None = None
    executed_volume: Decimal = Decimal(0)
    paid_fee: Decimal = Decimal(0)
    identifier: str | None = None
    trades: list[TradeRow] | None = None


class _ChanceSide(msgspec.Struct):
    min_total: Decimal


class _ChanceMarket(msgspec.Struct):
    bid: _ChanceSide
    ask: _ChanceSide
    max_total: Decimal
    state: str = "active"


class ChanceRow(msgspec.Struct):
    bid_fee: Decimal
    ask_fee: Decimal
    market: _ChanceMarket


class InstrumentRow(msgspec.Struct):
    market: str
    tick_size: Decimal


class _MarketEvent(msgspec.Struct):
    warning: bool = False
    caution: dict[str, bool] = {}


class MarketRow(msgspec.Struct):
    market: str
    korean_name: str
    english_name: str
    market_event: _MarketEvent | None = None


class CandleRow(msgspec.Struct):
    candle_date_time_utc: str
    opening_price: Decimal
    high_price: Decimal
    low_price: Decimal
    trade_price: Decimal
    candle_acc_trade_price: Decimal
    candle_acc_trade_volume: Decimal


class TickerRow(msgspec.Struct):
    market: str
    trade_price: Decimal
    trade_timestamp: int


class DayTickerRow(msgspec.Struct):
    """What the screener reads of a ticker."""

    market: str
    trade_price: Decimal
    trade_timestamp: int
    high_price: Decimal
    low_price: Decimal
    prev_closing_price: Decimal
    acc_trade_price_24h: Decimal


class BookUnit(msgspec.Struct):
    ask_price: Decimal
    bid_price: Decimal
    ask_size: Decimal
    bid_size: Decimal


class BookRow(msgspec.Struct):
    market: str
    timestamp: int
    orderbook_units: list[BookUnit]


class KeyRow(msgspec.Struct):
    access_key: str
    expire_at: Aware


def decode(body: bytes, kind: type[T]) -> T:
    """Raises Unreadable for truncated JSON, HTML, missing fields or numbers that are none."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as err:
        raise Unreadable(f"Upbit's answer cannot be read: {err}") from err


# ---------------------------------------------------------------- rows → our values


def moment(milliseconds: int) -> datetime:
    """Upbit's timestamps are milliseconds since 1970."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def balance(row: AccountRow) -> Balance:
    """`balance` already excludes `locked`: it is what may be ordered with, and nothing is subtracted (P6)."""
    return Balance(row.currency, free=_finite(row.balance), locked=_finite(row.locked))


def venue_order(row: OrderRow) -> VenueOrder:
    """A market buy has no price: Upbit's `price` is then the sum to spend. A filled market buy ends as `cancel`, so
    only the executed quantity says what happened. Order types we cannot place (made in the app) count as LIMIT.

    `fills_complete` means that the fills listed make up the executed quantity."""
    order_type = _TYPE_OF.get(row.ord_type, OrderType.LIMIT)
    trades = sorted(row.trades or (), key=lambda t: t.created_at or row.created_at)
    fills = tuple(_fill(trade, row.created_at) for trade in trades)
    executed = _finite(row.executed_volume)
    if row.side not in _SIDE_OF:
        raise Unreadable(f"order {row.uuid}: side {row.side!r}")
    return VenueOrder(
        venue_id=row.uuid,
        client_order_id=row.identifier,
        market=Market.parse(row.market),
        side=_SIDE_OF[row.side],
        order_type=order_type,
        open=row.state not in _FINAL_STATES,
        price=row.price if order_type is OrderType.LIMIT else None,
        quantity=row.volume,
        executed_quantity=executed,
        paid_fee=_finite(row.paid_fee),
        created_at=row.created_at.astimezone(UTC),
        fills=fills,
        fills_complete=row.trades is not None and sum((f.quantity for f in fills), Decimal(0)) == executed,
    )


def _fill(row: TradeRow, ordered_at: datetime) -> VenueFill:
    """Older answers have no time per trade; the order's own is the nearest known."""
    at = (row.created_at or ordered_at).astimezone(UTC)
    return VenueFill(row.uuid, _finite(row.price), _finite(row.volume), _finite(row.funds), at)


def market_info(row: MarketRow) -> MarketInfo:
    event = row.market_event or _MarketEvent()
    cautions = tuple(name for name, raised in event.caution.items() if raised)
    return MarketInfo(Market.parse(row.market), row.korean_name, row.english_name, event.warning, cautions)


def candle(row: CandleRow, market: Market, timeframe: Timeframe) -> Candle:
    """Named by `candle_date_time_utc`; `timestamp` is the last trade and may lie beyond the candle's end."""
    return Candle(
        market,
        timeframe,
        datetime.fromisoformat(row.candle_date_time_utc).replace(tzinfo=UTC),
        row.opening_price,
        row.high_price,
        row.low_price,
        row.trade_price,
        row.candle_acc_trade_volume,
        row.candle_acc_trade_price,
    )


def order_book(row: BookRow) -> OrderBook:
    units = row.orderbook_units
    return OrderBook(
        Market.parse(row.market),
        asks=tuple(Level(u.ask_price, u.ask_size) for u in units if u.ask_price > 0),
        bids=tuple(Level(u.bid_price, u.bid_size) for u in units if u.bid_price > 0),
        at=moment(row.timestamp),
    )


def quote(book: BookRow, ticker: TickerRow) -> Quote | None:
    """None where one side of the book is empty."""
    best = book.orderbook_units[0] if book.orderbook_units else None
    if best is None or best.bid_price <= 0 or best.ask_price <= 0:
        return None
    newest = max(book.timestamp, ticker.trade_timestamp)
    return Quote(Market.parse(book.market), best.bid_price, best.ask_price, ticker.trade_price, moment(newest))


def day_ticker(row: DayTickerRow) -> Ticker:
    return Ticker(
        Market.parse(row.market),
        last=row.trade_price,
        high=row.high_price,
        low=row.low_price,
        previous_close=row.prev_closing_price,
        turnover=row.acc_trade_price_24h,
        at=moment(row.trade_timestamp),
    )


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise Unreadable(f"not an amount: {value}")
    return value


# ---------------------------------------------------------------- our values → request fields


def text(amount: Decimal) -> str:
    """Plain digits, never an exponent: Upbit refuses `3.33E-5`."""
    return format(amount, "f")


def utc_text(when: datetime) -> str:
    """`2026-11-20T01:00:00Z`; a fraction of a second counts as the next second, `to` being exclusive."""
    seconds = -(-when.timestamp() // 1)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def order_body(request: OrderRequest) -> dict[str, str]:
    """Fields of POST /v1/orders in the order they are signed and sent.

    Raises:
        InvalidOrder: amounts missing or not positive, or a time in force that the order type does not have.
    """
    body = {"market": request.market.code, "side": SIDE[request.side]}
    buy = request.side is Side.BUY
    if request.order_type is OrderType.LIMIT:
        body |= {"ord_type": "limit", "volume": _amount(request, "quantity"), "price": _amount(request, "price")}
    elif request.order_type is OrderType.BEST:
        body |= {"ord_type": "best", **_market_amount(request)}
    else:
        body |= {"ord_type": "price" if buy else "market", **_market_amount(request)}
    return body | _time_in_force(request) | {"identifier": request.client_order_id}


def _market_amount(request: OrderRequest) -> dict[str, str]:
    if request.side is Side.BUY:
        return {"price": _amount(request, "notional")}
    return {"volume": _amount(request, "quantity")}


def _time_in_force(request: OrderRequest) -> dict[str, str]:
    """A market order takes what is there and ends: it has none to name. BEST must name ioc or fok."""
    wanted = request.time_in_force
    allowed = {
        OrderType.LIMIT: set(TimeInForce),
        OrderType.MARKET: {TimeInForce.GTC, TimeInForce.IOC},
        OrderType.BEST: {TimeInForce.IOC, TimeInForce.FOK},
    }[request.order_type]
    if wanted not in allowed:
        raise InvalidOrder(f"a {request.order_type} order cannot be {wanted}", name="invalid_time_in_force")
    if wanted is TimeInForce.GTC or request.order_type is OrderType.MARKET:
        return {}
    return {"time_in_force": wanted.value}


def _amount(request: OrderRequest, name: str) -> str:
    value: Decimal | None = getattr(request, name)
    if value is None or not value.is_finite() or value <= 0:
        raise InvalidOrder(f"{request.order_type} {request.side}: {name} is {value}", name="invalid_parameter")
    return text(value)
