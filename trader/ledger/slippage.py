"""What a position lost on the way between wish and fill (S6).  In: Records, Position.  Out: 1/10,000."""

from __future__ import annotations

from decimal import Decimal, localcontext

from trader.ledger.accounting import EXACT
from trader.model.order import ZERO, Order, Side
from trader.model.portfolio import Position
from trader.ports import Records


def position_slippage_bps(records: Records, position: Position) -> Decimal | None:
    """All orders of a position together: KRW their fills were worse than their decision prices (positive = worse for
    us), in 1/10,000 of what they would have come to at those prices. None where no order of it is known."""
    orders = orders_of(records, position)
    with localcontext(EXACT):
        worse = sum((order.slippage or ZERO for order in orders), ZERO)
        wished = sum((order.decision_price * order.executed_quantity for order in orders), ZERO)
    return worse / wished * 10_000 if wished else None


def orders_of(records: Records, position: Position) -> list[Order]:
    """The orders whose fills made the position, oldest first: from its opening until nothing is left."""
    held, ids = ZERO, dict[str, None]()
    for fill in records.fills.since(position.opened_at, position.market):
        if not held and fill.side is Side.SELL:
            continue
        held += fill.quantity if fill.side is Side.BUY else -fill.quantity
        ids[fill.client_order_id] = None
        if not held:
            break
    found = (records.orders.get(name) for name in ids)
    return [order for order in found if order is not None]
