"""Orders and their fills as the engine keeps them, and how they look in REST answers and on streams.

REST numbers are plain decimal strings, times are Seoul time (reference §9); stream numbers stay Decimal and times are
milliseconds (§15)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from sandbox.clock import KST
from sandbox.rules import EXACT, VOLUME_STEP
from sandbox.trading.account import Holding
from sandbox.values import PrivateMessage
from sandbox.wire import plain

Side = Literal["bid", "ask"]
OrderType = Literal["limit", "price", "market", "best"]
SmpType = Literal["cancel_maker", "cancel_taker", "reduce", "none"]
State = Literal["wait", "done", "cancel"]

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """A checked wish: every field is legal for its market and order type.

    `price` is a limit price, or for market and best buys the sum to spend in the quote currency; `volume` is in the
    base currency.
    """

    market: str
    side: Side
    ord_type: OrderType
    price: Decimal | None = None
    volume: Decimal | None = None
    time_in_force: str | None = None
    smp_type: SmpType = "cancel_maker"
    identifier: str | None = None


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution of one of our orders; `funds` is price x volume and `fee` is on top, both in the quote."""

    uuid: str
    price: Decimal
    volume: Decimal
    funds: Decimal
    fee: Decimal
    at: datetime
    is_maker: bool
    taker: Literal["ASK", "BID"]


@dataclass(slots=True, eq=False)
class Order:
    """An accepted order.

    It changes in place: the engine alone holds and changes orders, and answers are rendered before they change.

    Attributes:
        hold: what the account holds for it now (quote for bids, base for asks); 0 once finished.
        locked: what answers show; keeps its last value when the order ends unfilled (reference §9.4).
        left: what a buy by sum may still spend, without fee.
        serial: order of acceptance.
    """

    uuid: str
    request: OrderRequest
    created_at: datetime
    serial: int
    fee_rate: Decimal
    reserved_fee: Decimal
    hold: Decimal
    locked: Decimal
    left: Decimal = ZERO
    state: State = "wait"
    executed_volume: Decimal = ZERO
    executed_funds: Decimal = ZERO
    paid_fee: Decimal = ZERO
    prevented_volume: Decimal = ZERO
    prevented_locked: Decimal = ZERO
    resting: bool = False
    fills: list[Fill] = field(default_factory=list)

    @property
    def market(self) -> str:
        return self.request.market

    @property
    def side(self) -> Side:
        return self.request.side

    @property
    def is_open(self) -> bool:
        return self.state == "wait"

    @property
    def by_sum(self) -> bool:
        """Whether it spends a sum (market and best buys) instead of trading a volume."""
        return self.request.volume is None

    @property
    def held_currency(self) -> str:
        quote, base = self.market.split("-")
        return quote if self.side == "bid" else base

    @property
    def remaining_volume(self) -> Decimal | None:
        """Volume still to trade; None for buys by sum."""
        if self.request.volume is None:
            return None
        return EXACT.subtract(self.request.volume, EXACT.add(self.executed_volume, self.prevented_volume))

    @property
    def remaining_fee(self) -> Decimal:
        return max(ZERO, EXACT.subtract(self.reserved_fee, self.paid_fee))


def _plain_or_none(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def seoul(at: datetime, timespec: str = "seconds") -> str:
    """ISO text in Seoul time."""
    return at.astimezone(KST).isoformat(timespec=timespec)


def millis(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def render_order(order: Order, *, trades: bool = False, omit_nulls: bool = False) -> dict[str, Any]:
    """An order as REST shows it.

    Args:
        trades: add the fills, as GET /v1/order alone does.
        omit_nulls: leave out price and volumes that an order type does not have, instead of sending null; Upbit has
            done both (reference §8.1).
    """
    request = order.request
    row: dict[str, Any] = {
        "uuid": order.uuid,
        "side": request.side,
        "ord_type": request.ord_type,
        "price": _plain_or_none(request.price),
        "state": order.state,
        "market": request.market,
        "created_at": seoul(order.created_at),
        "volume": _plain_or_none(request.volume),
        "remaining_volume": _plain_or_none(order.remaining_volume),
        "reserved_fee": plain(order.reserved_fee),
        "remaining_fee": plain(order.remaining_fee),
        "paid_fee": plain(order.paid_fee),
        "locked": plain(order.locked),
        "executed_volume": plain(order.executed_volume),
        "trades_count": len(order.fills),
        "smp_type": request.smp_type,
        "prevented_volume": plain(order.prevented_volume),
        "prevented_locked": plain(order.prevented_locked),
    }
    if request.time_in_force is not None:
        row["time_in_force"] = request.time_in_force
    if request.identifier is not None:
        row["identifier"] = request.identifier
    if omit_nulls:
        row = {name: value for name, value in row.items() if value is not None}
    if trades:
        row["trades"] = [render_fill(order, fill) for fill in order.fills]
    return row


def render_fill(order: Order, fill: Fill) -> dict[str, Any]:
    """A row of `trades[]` (reference §9.2); `trend` tells who took, up when a buyer did."""
    return {
        "market": order.market,
        "uuid": fill.uuid,
        "price": plain(fill.price),
        "volume": plain(fill.volume),
        "funds": plain(fill.funds),
        "trend": "up" if fill.taker == "BID" else "down",
        "created_at": seoul(fill.at, "microseconds"),
        "side": order.side,
    }


def render_holding(row: Holding) -> dict[str, Any]:
    """A row of GET /v1/accounts (reference §7)."""
    return {
        "currency": row.currency,
        "balance": plain(row.balance),
        "locked": plain(row.locked),
        "avg_buy_price": plain(row.avg_buy_price),
        "avg_buy_price_modified": row.currency == "KRW",
        "unit_currency": row.unit_currency,
    }


def my_order(order: Order, state: str, at: datetime, fill: Fill | None = None) -> PrivateMessage:
    """A myOrder message; `fill` belongs to state `trade` and gives price, volume, fee and the maker flag."""
    request = order.request
    average = ZERO
    if order.executed_volume:
        average = EXACT.divide(order.executed_funds, order.executed_volume).quantize(VOLUME_STEP, context=EXACT)
    return {
        "type": "myOrder",
        "code": request.market,
        "uuid": order.uuid,
        "ask_bid": request.side.upper(),
        "order_type": request.ord_type,
        "state": state,
        "trade_uuid": fill.uuid if fill else None,
        "price": fill.price if fill else request.price,
        "avg_price": average,
        "volume": fill.volume if fill else request.volume,
        "remaining_volume": order.remaining_volume or ZERO,
        "executed_volume": order.executed_volume,
        "trades_count": len(order.fills),
        "reserved_fee": order.reserved_fee,
        "remaining_fee": order.remaining_fee,
        "paid_fee": order.paid_fee,
        "locked": order.locked,
        "executed_funds": order.executed_funds,
        "time_in_force": request.time_in_force,
        "trade_fee": fill.fee if fill else None,
        "is_maker": fill.is_maker if fill else None,
        "identifier": request.identifier,
        "smp_type": request.smp_type,
        "prevented_volume": order.prevented_volume,
        "prevented_locked": order.prevented_locked,
        "trade_timestamp": millis(fill.at) if fill else None,
        "order_timestamp": millis(order.created_at),
        "timestamp": millis(at),
        "stream_type": "REALTIME",
    }


def my_asset(uuid: str, rows: list[Holding], at: datetime) -> PrivateMessage:
    """A myAsset message with the rows that changed."""
    return {
        "type": "myAsset",
        "asset_uuid": uuid,
        "assets": [{"currency": row.currency, "balance": row.balance, "locked": row.locked} for row in rows],
        "asset_timestamp": millis(at),
        "timestamp": millis(at),
        "stream_type": "REALTIME",
    }
