"""Price steps: Upbit's tables, corrected by what the venue says about the band the price is in now.

The tables are those in force since 2025-07-31 (docs.upbit.com/kr/docs/krw-market-info, btc-market-info,
usdt-market-info). `/v1/orderbook/instruments` knows only the tick at the present price, so the tables are needed for
limit prices elsewhere; where both speak the venue wins."""

from __future__ import annotations

from decimal import Decimal

import structlog

from trader.model.market import Market

log = structlog.get_logger(__name__)

Ticks = tuple[tuple[Decimal, Decimal], ...]


def _table(*rows: tuple[str, str]) -> Ticks:
    return tuple((Decimal(bound), Decimal(tick)) for bound, tick in rows)


_KRW_LOW = (
    ("100", "1"), ("10", "0.1"), ("1", "0.01"), ("0.1", "0.001"), ("0.01", "0.0001"), ("0.001", "0.00001"),
    ("0.0001", "0.000001"), ("0.00001", "0.0000001"), ("0", "0.00000001"),
)  # fmt: skip
_KRW_HIGH = (
    ("1000000", "1000"), ("500000", "500"), ("100000", "100"), ("50000", "50"), ("10000", "10"),
)  # fmt: skip
KRW = _table(*_KRW_HIGH, ("5000", "5"), ("1000", "1"), *_KRW_LOW)
KRW_DOLLAR = _table(*_KRW_HIGH, ("1000", "0.5"), *_KRW_LOW)  # KRW-USDT, KRW-USDC since 2025-03-21
BTC = _table(("0", "0.00000001"))
USDT = _table(
    ("10", "0.01"), ("1", "0.001"), ("0.1", "0.0001"), ("0.01", "0.00001"), ("0.001", "0.000001"),
    ("0.0001", "0.0000001"), ("0", "0.00000001"),
)  # fmt: skip

_BY_QUOTE = {"KRW": KRW, "BTC": BTC, "USDT": USDT}
NEAR = Decimal("0.01")  # price and tick are read one after the other: within 1 % of a bound the price may have crossed


def table_for(market: Market) -> Ticks:
    """(lower bound of the band, tick), highest band first. KeyError for a quote currency Upbit Korea does not have."""
    if market.quote == "KRW" and market.base in ("USDT", "USDC"):
        return KRW_DOLLAR
    return _BY_QUOTE[market.quote]


def in_force(market: Market, price: Decimal | None, venue_tick: Decimal | None) -> Ticks:
    """The table, with the tick of the band around `price` replaced by the venue's where they differ (logged)."""
    table = table_for(market)
    if price is None or venue_tick is None or venue_tick <= 0:
        return table
    around = {tick_at(table, price * factor) for factor in (1 - NEAR, 1, 1 + NEAR)}
    if venue_tick in around:
        return table
    bound = next(b for b, _ in table if price >= b)
    log.warning(
        "tick_table_differs",
        market=market.code,
        price=str(price),
        ours=str(tick_at(table, price)),
        venue=str(venue_tick),
    )
    return tuple((b, venue_tick if b == bound else tick) for b, tick in table)


def tick_at(table: Ticks, price: Decimal) -> Decimal:
    return next(tick for bound, tick in table if price >= bound)
