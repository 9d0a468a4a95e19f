"""From the parameters of POST /v1/orders to a checked `OrderRequest` (reference §8, §10, §12).  Pure.

What depends on balances or the book is the engine's business."""

from __future__ import annotations

import re
from collections.abc import Container
from decimal import Decimal
from typing import cast

from sandbox.errors import ApiError
from sandbox.rest.params import Params, invalid
from sandbox.rules import VOLUME_DECIMALS, on_tick
from sandbox.trading.orders import OrderRequest, OrderType, Side, SmpType

IDENTIFIER_LENGTH = 64

_SIDES = ("bid", "ask")
_ORDER_TYPES = ("limit", "price", "market", "best")
_SMP_TYPES = ("cancel_maker", "cancel_taker", "reduce", "none")
_TIMES_IN_FORCE = ("ioc", "fok", "post_only")
_NUMBER = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,20})?")

_FIELDS: dict[tuple[str, str], tuple[bool, bool]] = {
    ("limit", "bid"): (True, True),
    ("limit", "ask"): (True, True),
    ("price", "bid"): (True, False),
    ("market", "ask"): (False, True),
    ("best", "bid"): (True, False),
    ("best", "ask"): (False, True),
}
"""(order type, side) → (needs price, needs volume); pairs not listed do not exist."""


def read_order(params: Params, markets: Container[str]) -> OrderRequest:
    """Check the fields of a new order.

    Raises:
        ApiError: 400 with the name of the first broken rule.
    """
    market = known_market(params.required("market"), markets)
    params.required("side")
    side = cast(Side, params.choice("side", _SIDES, ""))
    return read_terms(params, market, side)


def known_market(market: str, markets: Container[str]) -> str:
    """The market code itself, when it is listed."""
    if market not in markets:
        raise ApiError(400, "notfoundmarket", f"There is no such market: {market[:40]}")
    return market


def read_terms(params: Params, market: str, side: Side, prefix: str = "", volume: str | None = None) -> OrderRequest:
    """The fields of an order other than its market and side.

    Args:
        prefix: "new_" for cancel_and_new.
        volume: takes the place of the volume parameter.
    """
    params.required(f"{prefix}ord_type")
    ord_type = cast(OrderType, params.choice(f"{prefix}ord_type", _ORDER_TYPES, ""))
    price_text = params.text(f"{prefix}price")
    volume_text = params.text(f"{prefix}volume") if volume is None else volume
    if _FIELDS.get((ord_type, side)) != (price_text is not None, volume_text is not None):
        raise invalid("Side, order type, price and volume do not fit together.", f"create_{side}_error")
    time_in_force = _time_in_force(params, prefix, ord_type)
    return OrderRequest(
        market=market,
        side=side,
        ord_type=ord_type,
        price=_price(price_text, market, side, ord_type),
        volume=_volume(volume_text, side),
        time_in_force=time_in_force,
        smp_type=cast(SmpType, params.choice(f"{prefix}smp_type", _SMP_TYPES, "cancel_maker")),
        identifier=_identifier(params, prefix),
    )


def _time_in_force(params: Params, prefix: str, ord_type: OrderType) -> str | None:
    value = params.text(f"{prefix}time_in_force")
    if value is not None and value not in _TIMES_IN_FORCE:
        raise invalid("time_in_force must be ioc, fok or post_only.", "invalid_time_in_force")
    if value == "post_only":
        if ord_type != "limit" or params.text(f"{prefix}smp_type") not in (None, "none"):
            raise invalid("post_only is for limit orders without smp_type.", "invalid_post_only")
    elif ord_type == "best" and value is None:
        raise invalid("A best order needs time_in_force ioc or fok.", "invalid_time_in_force")
    elif ord_type in ("price", "market") and value is not None:
        raise invalid("Market orders take no time_in_force.", "invalid_time_in_force")
    return value


def _number(text: str) -> Decimal | None:
    """A plain positive decimal, or None; signs, exponents and words are not numbers here."""
    if not _NUMBER.fullmatch(text):
        return None
    value = Decimal(text)
    return value if value > 0 else None


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _price(text: str | None, market: str, side: Side, ord_type: OrderType) -> Decimal | None:
    if text is None:
        return None
    value = _number(text)
    fits = value is not None and (on_tick(market, value) if ord_type == "limit" else _decimals(value) <= 8)
    if not fits:
        raise invalid("The price is not a multiple of the price unit.", f"invalid_price_{side}")
    return value


def _volume(text: str | None, side: Side) -> Decimal | None:
    if text is None:
        return None
    value = _number(text)
    if value is None or _decimals(value) > VOLUME_DECIMALS:
        raise invalid("The volume must be above zero with at most 8 decimals.", f"invalid_volume_{side}")
    return value


def _identifier(params: Params, prefix: str) -> str | None:
    value = params.text(f"{prefix}identifier")
    if value is not None and (len(value) > IDENTIFIER_LENGTH or not value.isprintable()):
        raise invalid(f"An identifier has 1 to {IDENTIFIER_LENGTH} printable characters.")
    return value
