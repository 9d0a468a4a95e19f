"""Which orders a list or a batch cancel means: filters, windows and sizes (reference §6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from sandbox.rest.order_form import known_market
from sandbox.rest.params import Params, invalid, missing
from sandbox.trading.matching import Engine
from sandbox.trading.orders import Order

CLOSED_WINDOW = timedelta(days=7)
_OPEN_STATES = ("wait", "watch")
_CLOSED_STATES = ("done", "cancel")
_ALL_STATES = (*_OPEN_STATES, *_CLOSED_STATES)
_MILLIS = re.compile(r"[0-9]{1,15}")
_QUOTES = ("KRW", "BTC", "USDT")


class Listings:
    """Reads list parameters against the engine's orders."""

    def __init__(self, engine: Engine, markets: Iterable[str], now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._markets = frozenset(markets)
        self._now = now

    def open(self, params: Params) -> list[Order]:
        """GET /v1/orders/open: waiting orders, newest first unless asked otherwise, by pages."""
        states = _states(params, _OPEN_STATES, ("wait",))
        orders = self._sorted(params, self._engine.open_orders() if "wait" in states else [])
        return _page(params, self._in_market(params, orders))

    def closed(self, params: Params) -> list[Order]:
        """GET /v1/orders/closed: finished orders made within at most 7 days, newest first unless asked otherwise."""
        states = _states(params, _CLOSED_STATES, _CLOSED_STATES)
        limit = params.integer("limit", 100, 1, 1000)
        start, end = self._window(params)
        orders = [o for o in self._engine.orders.values() if o.state in states and start <= o.created_at <= end]
        return self._sorted(params, self._in_market(params, orders))[:limit]

    def by_ids(self, params: Params) -> list[Order]:
        """GET /v1/orders/uuids: those of the named orders that exist."""
        found = [order for _, order in self.named(params, 100) if order is not None]
        return self._sorted(params, self._in_market(params, found))

    def old(self, params: Params) -> list[Order]:
        """GET /v1/orders, the deprecated list: any state, one market or all, by pages."""
        orders: list[Order]
        if params.array("uuids", 100) or params.array("identifiers", 100):
            orders = [order for _, order in self.named(params, 100) if order is not None]
            states: tuple[str, ...] = _states(params, _ALL_STATES, _ALL_STATES)
        else:
            orders = list(self._engine.orders.values())
            states = _states(params, _ALL_STATES, ("wait",))
        orders = [order for order in orders if order.state in states]
        return _page(params, self._sorted(params, self._in_market(params, orders)))

    def named(self, params: Params, most: int) -> list[tuple[dict[str, str], Order | None]]:
        """(how it was named, order or None) for `uuids[]` xor `identifiers[]`, each order once."""
        uuids, identifiers = params.array("uuids", most), params.array("identifiers", most)
        if bool(uuids) == bool(identifiers):
            raise missing("Give either uuids[] or identifiers[].")
        if uuids:
            return [({"uuid": name}, self._engine.orders.get(name)) for name in dict.fromkeys(uuids)]
        known = self._engine.by_identifier
        return [({"identifier": name}, known.get(name)) for name in dict.fromkeys(identifiers)]

    def one(self, params: Params, uuid: str = "uuid", identifier: str = "identifier") -> Order | None:
        """The order named by uuid (which wins) or identifier.

        Raises:
            ApiError: 400 when neither is given.
        """
        by_uuid, by_identifier = params.text(uuid), params.text(identifier)
        if by_uuid is not None:
            return self._engine.orders.get(by_uuid.lower())
        if by_identifier is None:
            raise missing(f"Give {uuid} or {identifier}.")
        return self._engine.by_identifier.get(by_identifier)

    def to_cancel(self, params: Params) -> list[Order]:
        """DELETE /v1/orders/open: which waiting orders go; without parameters the 20 newest."""
        side = params.choice("cancel_side", ("all", "bid", "ask"), "all")
        pairs = self._pairs(params, "pairs")
        excluded = self._pairs(params, "excluded_pairs")
        quotes = params.comma_list("quote_currencies", len(_QUOTES))
        if pairs and quotes:
            raise missing("Give either pairs or quote_currencies.")
        if not set(quotes) <= set(_QUOTES):
            raise invalid("quote_currencies takes KRW, BTC and USDT.")
        count = params.integer("count", 20, 1, 300)
        orders = [
            order
            for order in self._sorted(params, self._engine.open_orders())
            if side in ("all", order.side)
            and (not pairs or order.market in pairs)
            and (not quotes or order.market.split("-")[0] in quotes)
            and order.market not in excluded
        ]
        return orders[:count]

    def _pairs(self, params: Params, name: str) -> list[str]:
        return [known_market(pair, self._markets) for pair in params.comma_list(name, 20)]

    def _in_market(self, params: Params, orders: list[Order]) -> list[Order]:
        market = params.text("market")
        if market is None:
            return orders
        known_market(market, self._markets)
        return [order for order in orders if order.market == market]

    def _sorted(self, params: Params, orders: list[Order]) -> list[Order]:
        newest_first = params.choice("order_by", ("asc", "desc"), "desc") == "desc"
        return sorted(orders, key=lambda order: order.serial, reverse=newest_first)

    def _window(self, params: Params) -> tuple[datetime, datetime]:
        start, end = (_time(params, name) for name in ("start_time", "end_time"))
        try:
            if start is None:
                end = end or self._now()
                return end - CLOSED_WINDOW, end
            end = start + CLOSED_WINDOW if end is None else end
        except OverflowError as error:
            raise invalid("The time is out of range.") from error
        if not timedelta(0) <= end - start <= CLOSED_WINDOW:
            raise invalid("end_time must follow start_time by at most 7 days.")
        return start, end


def _states(params: Params, allowed: tuple[str, ...], default: tuple[str, ...]) -> tuple[str, ...]:
    single, several = params.text("state"), params.array("states", len(allowed))
    if single is not None and several:
        raise missing("Give either state or states[].")
    states = (single,) if single is not None else tuple(several) or default
    if not set(states) <= set(allowed):
        raise invalid(f"The state must be one of {', '.join(allowed)}.")
    return states


def _page(params: Params, orders: list[Order]) -> list[Order]:
    page = params.integer("page", 1, 1, 10**6)
    limit = params.integer("limit", 100, 1, 100)
    return orders[(page - 1) * limit : page * limit]


def _time(params: Params, name: str) -> datetime | None:
    """ISO time with a zone, or milliseconds since 1970."""
    text = params.text(name)
    if text is None:
        return None
    try:
        if _MILLIS.fullmatch(text):
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError) as error:
        raise invalid(f"{name} must be an ISO time with a zone, or milliseconds.") from error
    if at.tzinfo is None:
        raise invalid(f"{name} must carry a time zone.")
    return at
