"""Price steps: the market's table, corrected by what the venue says about the band the price is in now.

`/v1/orderbook/instruments` knows only the tick at the present price, so the tables are needed for limit prices
elsewhere; where both speak the venue wins."""

from __future__ import annotations

from decimal import Decimal

import structlog

from trader.model.market import Market
from trader.model.ticks import Ticks, table_for, tick_at

log = structlog.get_logger(__name__)

NEAR = Decimal("0.01")  # price and tick are read one after the other: within 1 % of a bound the price may have crossed


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
