"""Values for tests, each with sensible defaults: say only what the example is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from trader.model.limits import Limits
from trader.model.market import Level, Market, MarketInfo, OrderBook, Quote
from trader.model.order import (
    Cleared,
    ExitPlan,
    Fill,
    Intent,
    Order,
    OrderState,
    OrderType,
    Origin,
    Side,
    TimeInForce,
)
from trader.model.portfolio import Balance, Portfolio, Position, TradingState
from trader.model.rules import TradingRules

D = Decimal
BTC = Market("KRW", "BTC")
ETH = Market("KRW", "ETH")
NOON = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
"""12:00 in Seoul; the Korean day began at 2026-03-01 15:00 UTC."""

TICKS = (
    (D(1_000_000), D(1_000)),
    (D(500_000), D(500)),
    (D(100_000), D(100)),
    (D(50_000), D(50)),
    (D(10_000), D(10)),
    (D(5_000), D(5)),
    (D(1_000), D(1)),
    (D(100), D(1)),
    (D(10), D("0.1")),
    (D(1), D("0.01")),
    (D(0), D("0.001")),
)


def rules(market: Market = BTC, **changes: object) -> TradingRules:
    values: dict[str, object] = {
        "market": market,
        "ticks": TICKS,
        "min_notional": D(5_000),
        "max_notional": D(1_000_000_000),
        "bid_fee_rate": D("0.0005"),
        "ask_fee_rate": D("0.0005"),
    }
    return TradingRules(**{**values, **changes})  # type: ignore[arg-type]


def quote(bid: str = "100000", ask: str = "100100", last: str = "", at: datetime = NOON, market: Market = BTC) -> Quote:
    return Quote(market, bid=D(bid), ask=D(ask), last=D(last or bid), at=at)


def order_book(*asks: tuple[str, str], bids: tuple[tuple[str, str], ...] = (("100000", "10"),)) -> OrderBook:
    levels = asks or (("100100", "10"),)
    return OrderBook(
        BTC,
        asks=tuple(Level(D(p), D(q)) for p, q in levels),
        bids=tuple(Level(D(p), D(q)) for p, q in bids),
        at=NOON,
    )


def info(market: Market = BTC, **changes: object) -> MarketInfo:
    return MarketInfo(market, "비트코인", "Bitcoin", **changes)  # type: ignore[arg-type]


def buy(notional: str | None = "100000", **changes: object) -> Intent:
    values: dict[str, object] = {
        "intent_id": "i1",
        "market": BTC,
        "side": Side.BUY,
        "origin": Origin.STRATEGY,
        "owner": "sma_cross",
        "reason": "crossed_up",
        "created_at": NOON,
        "price": D(100_000),
        "notional": D(notional) if notional else None,
    }
    return Intent(**{**values, **changes})  # type: ignore[arg-type]


def sell(quantity: str = "1", **changes: object) -> Intent:
    return buy(**{"side": Side.SELL, "notional": None, "quantity": D(quantity), "reason": "crossed_down", **changes})  # type: ignore[arg-type]


def protective(quantity: str = "1", **changes: object) -> Intent:
    return sell(quantity, **{"origin": Origin.GUARD, "owner": "guard", "reason": "stop", **changes})  # type: ignore[arg-type]


def cleared(intent: Intent | None = None) -> Cleared:
    return Cleared(intent or buy(), fee=D(50), slippage_bps=D(1), equity_share=D("0.01"))


def position(quantity: str = "1", cost: str = "100000", **changes: object) -> Position:
    values: dict[str, object] = {
        "position_id": "p1",
        "market": BTC,
        "owner": "sma_cross",
        "opened_at": NOON - timedelta(hours=1),
        "quantity": D(quantity),
        "cost": D(cost),
        "bought_quantity": D(quantity),
        "bought_cost": D(cost),
    }
    return Position(**{**values, **changes})  # type: ignore[arg-type]


def portfolio(free: str = "10000000", **changes: object) -> Portfolio:
    values: dict[str, object] = {
        "state": TradingState.ACTIVE,
        "cash": Balance("KRW", D(free), D(0)),
        "bids": {BTC: D(100_000)},
    }
    return Portfolio(**{**values, **changes})  # type: ignore[arg-type]


def holding(quantity: str = "1", cost: str = "100000", **changes: object) -> Portfolio:
    return portfolio(**{"positions": {BTC: position(quantity, cost)}, **changes})  # type: ignore[arg-type]


LIMITS = Limits(max_exposure=D(1))
"""The usual ones, but all of the money may be in positions: examples are about one thing at a time."""


def order(side: Side = Side.BUY, client_order_id: str = "c1", **changes: object) -> Order:
    values: dict[str, object] = {
        "client_order_id": client_order_id,
        "intent_id": "i1",
        "market": BTC,
        "side": side,
        "order_type": OrderType.MARKET,
        "time_in_force": TimeInForce.GTC,
        "origin": Origin.STRATEGY,
        "owner": "sma_cross",
        "reason": "crossed_up" if side is Side.BUY else "crossed_down",
        "state": OrderState.DONE,
        "created_at": NOON,
        "updated_at": NOON,
        "decision_price": D(100_000),
        "exits": ExitPlan(),
    }
    return Order(**{**values, **changes})  # type: ignore[arg-type]


def fill(
    fill_id: str,
    side: Side = Side.BUY,
    price: str = "100000",
    quantity: str = "1",
    fee: str | None = None,
    at: datetime = NOON,
    **changes: object,
) -> Fill:
    """`fee` is 0.05 % of the funds unless said."""
    funds = D(price) * D(quantity)
    values: dict[str, object] = {
        "fill_id": fill_id,
        "client_order_id": "c1",
        "market": BTC,
        "side": side,
        "price": D(price),
        "quantity": D(quantity),
        "funds": funds,
        "fee": D(fee) if fee is not None else funds * D("0.0005"),
        "at": at,
    }
    return Fill(**{**values, **changes})  # type: ignore[arg-type]
