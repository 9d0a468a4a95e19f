"""Why an authorised wish could not even be put as an order, in the words of the gate."""

from __future__ import annotations

from trader.approval.policy import notional_of
from trader.errors import BelowMinimum, OrderPending, TraderError, cause_of
from trader.model.order import Intent, Reason
from trader.ports import Exchange
from trader.risk.reasons import because


async def unplaceable(exchange: Exchange, intent: Intent, err: TraderError) -> Reason:
    """VenueError when the venue's rules could not be read."""
    if isinstance(err, OrderPending):
        return because("order_pending", market=intent.market.code)
    if isinstance(err, BelowMinimum):
        rules = await exchange.rules(intent.market)
        return because("below_minimum", notional=notional_of(intent), minimum=rules.min_notional)
    return because("not_placeable", why=cause_of(err))
