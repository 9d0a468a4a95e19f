"""An order that fills partly and then stands still for a while, as one that waits inside a busy exchange."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from sandbox.rules import EXACT, floor_volume
from sandbox.trading.orders import Order

ZERO = Decimal(0)


@dataclass(slots=True, eq=False)
class Stall:
    """Belongs to one order from its acceptance until it goes on.

    Attributes:
        share: of what is wanted that fills before the order stands still, above 0 and at most 1.
        wait: calls back when the order may go on.
        begun: whether it stands still now; before, it waits for its first trade.
    """

    share: Decimal
    wait: Callable[[Callable[[], None]], object]
    begun: bool = False

    def keep(self, order: Order) -> Decimal:
        """What must stay untraded for now: a sum for buys by sum, a volume for others."""
        if order.by_sum:
            return EXACT.subtract(order.left, EXACT.multiply(order.left, self.share))
        remaining = order.remaining_volume or ZERO
        return EXACT.subtract(remaining, floor_volume(EXACT.multiply(remaining, self.share)))
