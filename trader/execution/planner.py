"""How an authorised wish is put to the venue.  In: Authorised, TradingRules, Quote.  Out: OrderRequest.  Pure.

A buy's notional is a budget: a limit order's price × quantity × (1 + fee rate) stays within it. Prices land on the
tick in force and never get worse than asked by it; quantities are floored to 8 decimals (P3)."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from trader.errors import BelowMinimum, InvalidOrder
from trader.model.limits import OrderStyle
from trader.model.market import Quote
from trader.model.order import Authorised, Intent, OrderRequest, OrderType, Side, TimeInForce
from trader.model.rules import TradingRules

ONE = Decimal(1)


def plan(
    authorised: Authorised,
    rules: TradingRules,
    quote: Quote | None,
    style: OrderStyle,
    aggressiveness: Decimal,
    client_order_id: str,
) -> OrderRequest:
    """The order to send.

    Args:
        quote: best prices now; without one the decision price stands in.
        style: how the desk places orders; a person's own LIMIT intent is placed as asked.
        aggressiveness: how far beyond the best opposite price a limit order may go, a fraction.
    Raises:
        BelowMinimum: the venue would refuse it as too small.
        InvalidOrder: above the venue's maximum, a price below one tick, or an intent without a size."""
    intent = authorised.intent
    order_type = _order_type(intent, style)
    price = _limit_price(intent, rules, quote, aggressiveness) if order_type is OrderType.LIMIT else None
    quantity: Decimal | None = None
    notional: Decimal | None = None
    if intent.side is Side.SELL:
        if intent.quantity is None:
            raise InvalidOrder(f"a sale of {intent.market} names no quantity")
        quantity = rules.round_quantity(intent.quantity)
        if price is not None and intent.order_type is not OrderType.LIMIT:
            price = _sellable_price(price, quantity, _touch(intent, quote), rules)
        worth = quantity * (price if price is not None else _touch(intent, quote))
    else:
        if intent.notional is None:
            raise InvalidOrder(f"a buy of {intent.market} names no notional")
        if price is not None:
            quantity = rules.round_quantity(intent.notional / (price * (ONE + rules.bid_fee_rate)))
            worth = price * quantity
        else:
            notional = worth = intent.notional.to_integral_value(ROUND_FLOOR)
    _check_size(intent, worth, rules)
    return OrderRequest(
        client_order_id=client_order_id,
        market=intent.market,
        side=intent.side,
        order_type=order_type,
        time_in_force=_time_in_force(intent, order_type),
        price=price,
        quantity=quantity,
        notional=notional,
        authorised=authorised,
    )


def _order_type(intent: Intent, style: OrderStyle) -> OrderType:
    """MARKET is what an intent says that leaves the placing to the desk."""
    return OrderType(style.value) if intent.order_type is OrderType.MARKET else intent.order_type


def _time_in_force(intent: Intent, order_type: OrderType) -> TimeInForce:
    """The venue takes best orders as IOC or FOK only, market orders without any."""
    if order_type is OrderType.BEST:
        return TimeInForce.FOK if intent.time_in_force is TimeInForce.FOK else TimeInForce.IOC
    if order_type is OrderType.MARKET:
        return TimeInForce.GTC
    return intent.time_in_force


def _touch(intent: Intent, quote: Quote | None) -> Decimal:
    """The price our order meets: the ask for a buy, the bid for a sale."""
    if quote is None:
        return intent.price
    return quote.ask if intent.side is Side.BUY else quote.bid


def _limit_price(intent: Intent, rules: TradingRules, quote: Quote | None, aggressiveness: Decimal) -> Decimal:
    """A person's own price as given; otherwise the touch, moved against us by `aggressiveness`.

    The touch is on a tick, so rounding in our favour never takes the price back behind it: the order still meets it.
    """
    if intent.order_type is OrderType.LIMIT:
        wanted = intent.price
    else:
        step = aggressiveness if intent.side is Side.BUY else -aggressiveness
        wanted = _touch(intent, quote) * (ONE + step)
    price = rules.round_price(wanted, intent.side)
    if price <= 0:
        raise InvalidOrder(f"{wanted:f} is below the smallest price of {intent.market}")
    return price


def _sellable_price(price: Decimal, quantity: Decimal, touch: Decimal, rules: TradingRules) -> Decimal:
    """Going below the bid must not take a small sale below the venue's minimum while the bid itself is above it."""
    if quantity <= 0 or price * quantity >= rules.min_notional:
        return price
    needed = rules.round_price(rules.min_notional / quantity, Side.SELL)
    return needed if needed <= touch else price


def _check_size(intent: Intent, worth: Decimal, rules: TradingRules) -> None:
    if worth < rules.min_notional:
        raise BelowMinimum(
            f"{intent.side} of {intent.market} is worth {worth:f}, the minimum is {rules.min_notional:f}"
        )
    if worth > rules.max_notional:
        raise InvalidOrder(
            f"{intent.side} of {intent.market} is worth {worth:f}, the maximum is {rules.max_notional:f}"
        )
