"""What the venue accepts on a market, and what it charges; prices and quantities brought into its form."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from trader.model.market import Market
from trader.model.order import Side
from trader.model.ticks import Ticks, down, tick_at, up

QUANTITY_STEP = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class TradingRules:
    """What the venue accepts on one market. Fee rates are fractions of the notional; sums in quote currency."""

    market: Market
    ticks: Ticks
    min_notional: Decimal
    max_notional: Decimal
    bid_fee_rate: Decimal
    ask_fee_rate: Decimal
    active: bool = True
    as_of: datetime | None = field(default=None, compare=False)

    def fee_rate(self, side: Side) -> Decimal:
        return self.bid_fee_rate if side is Side.BUY else self.ask_fee_rate

    def tick_size(self, price: Decimal) -> Decimal:
        """Smallest price step in the band of `price`."""
        return tick_at(self.ticks, price)

    def round_price(self, price: Decimal, side: Side) -> Decimal:
        """Onto the tick, never worse than asked: buys down, sells up."""
        return down(self.ticks, price) if side is Side.BUY else up(self.ticks, price)

    def round_quantity(self, quantity: Decimal) -> Decimal:
        """Down to the 8 decimals the venue takes."""
        return quantity.quantize(QUANTITY_STEP, rounding=ROUND_FLOOR)
