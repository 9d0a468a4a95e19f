"""The Exchange endpoints under /v1 (reference §6): each proves the sender, counts the call, reads its parameters.

Handlers are plain functions of `Params`; they answer with data, and change the account only through the engine."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import web

from sandbox.clock import SandboxClock
from sandbox.errors import ApiError
from sandbox.rest.auth import Authenticator, check_hash
from sandbox.rest.limits import RateLimits, exchange_group
from sandbox.rest.listings import Listings
from sandbox.rest.order_form import known_market, read_order, read_terms
from sandbox.rest.params import Params, read_params
from sandbox.rest.pipeline import REMAINING
from sandbox.rules import quote_rules
from sandbox.trading.matching import Engine
from sandbox.trading.orders import Order, render_holding, render_order, seoul
from sandbox.values import MarketInfo
from sandbox.wire import plain

ACCOUNT_KEY = "account"
"""Exchange calls are counted per account, and the sandbox has one."""

BATCH_CANCEL_MOST = 20
_ORDER_TYPES = ["best_fok", "best_ioc", "limit", "limit_fok", "limit_ioc"]


@dataclass(frozen=True, slots=True)
class Options:
    """Where Upbit's behaviour has been seen both ways, or was seen only in old clients.

    Attributes:
        body_for_get: accept parameters of GET and DELETE in a body (pyupbit).
        omit_nulls: leave out prices and volumes an order lacks, instead of null.
    """

    body_for_get: bool = True
    omit_nulls: bool = False


@dataclass(frozen=True, slots=True)
class _Endpoint:
    method: str
    path: str
    permission: str | None
    answer: Callable[[Params], Any]
    status: int = 200


class PrivateApi:
    """Every private endpoint, bound to one account."""

    def __init__(
        self,
        engine: Engine,
        infos: dict[str, MarketInfo],
        clock: SandboxClock,
        auth: Authenticator,
        limits: RateLimits,
        options: Options,
        refresh: Callable[[], object],
    ) -> None:
        """
        Args:
            refresh: brings prices up to the clock, so that an order meets the book of its own moment.
        """
        self._engine = engine
        self._infos = infos
        self._clock = clock
        self._auth = auth
        self._limits = limits
        self._options = options
        self._refresh = refresh
        self._listings = Listings(engine, infos, clock.now)

    def routes(self) -> list[web.RouteDef]:
        """aiohttp routes of all endpoints."""
        return [web.route(e.method, e.path, self._handler(e)) for e in self._endpoints()]

    def _endpoints(self) -> list[_Endpoint]:
        find = self._listings
        return [
            _Endpoint("GET", "/v1/accounts", "view_assets", self.accounts),
            _Endpoint("GET", "/v1/orders/chance", "view_orders", self.chance),
            _Endpoint("POST", "/v1/orders", "make_orders", self.create, 201),
            _Endpoint("POST", "/v1/orders/test", "make_orders", self.test, 201),
            _Endpoint("POST", "/v1/orders/cancel_and_new", "make_orders", self.cancel_and_new, 201),
            _Endpoint("GET", "/v1/order", "view_orders", self.order),
            _Endpoint("GET", "/v1/orders/uuids", "view_orders", lambda p: self._rows(find.by_ids(p))),
            _Endpoint("GET", "/v1/orders/open", "view_orders", lambda p: self._rows(find.open(p))),
            _Endpoint("GET", "/v1/orders/closed", "view_orders", lambda p: self._rows(find.closed(p))),
            _Endpoint("GET", "/v1/orders", "view_orders", lambda p: self._rows(find.old(p))),
            _Endpoint("DELETE", "/v1/order", "make_orders", self.cancel),
            _Endpoint("DELETE", "/v1/orders/uuids", "make_orders", self.cancel_named),
            _Endpoint("DELETE", "/v1/orders/open", "make_orders", self.cancel_open),
            _Endpoint("GET", "/v1/status/wallet", None, self.wallet),
            _Endpoint("GET", "/v1/api_keys", None, self.api_keys),
        ]

    def _handler(self, endpoint: _Endpoint) -> Callable[[web.Request], Any]:
        group = exchange_group(endpoint.method, endpoint.path)
        # The batch cancel by ids is documented for the query string alone.
        query_only = (endpoint.method, endpoint.path) == ("DELETE", "/v1/orders/uuids")
        body_for_get = self._options.body_for_get and not query_only

        async def handle(request: web.Request) -> web.Response:
            request[REMAINING] = self._limits.peek(group, ACCOUNT_KEY)
            claims = self._auth.check_token(request, endpoint.permission)
            request[REMAINING] = self._limits.take(group, ACCOUNT_KEY)
            params, texts = await read_params(request, body_for_get=body_for_get)
            check_hash(claims, texts)
            text = json.dumps(endpoint.answer(params), ensure_ascii=False, separators=(",", ":"))
            return web.Response(status=endpoint.status, text=text, content_type="application/json")

        return handle

    # -- account --------------------------------------------------------------------------------------------------

    def accounts(self, params: Params) -> list[dict[str, Any]]:
        """GET /v1/accounts."""
        return [render_holding(row) for row in self._engine.account.rows()]

    def chance(self, params: Params) -> dict[str, Any]:
        """GET /v1/orders/chance (reference §7.1)."""
        market = known_market(params.required("market"), self._infos)
        quote, base = market.split("-")
        rules = quote_rules(market)
        rate, min_total = plain(rules.fee_rate), plain(rules.min_total)
        account = self._engine.account
        return {
            "bid_fee": rate,
            "ask_fee": rate,
            "maker_bid_fee": rate,
            "maker_ask_fee": rate,
            "market": {
                "id": market,
                "name": f"{base}/{quote}",
                "order_types": ["limit"],
                "order_sides": ["ask", "bid"],
                "bid_types": [*_ORDER_TYPES, "price"],
                "ask_types": [*_ORDER_TYPES, "market"],
                "bid": {"currency": quote, "price_unit": None, "min_total": min_total},
                "ask": {"currency": base, "price_unit": None, "min_total": min_total},
                "max_total": plain(rules.max_total),
                "state": "active",
            },
            "bid_account": render_holding(account.holding(quote)),
            "ask_account": render_holding(account.holding(base)),
        }

    def wallet(self, params: Params) -> list[dict[str, Any]]:
        """GET /v1/status/wallet: every coin's network is well; heights grow with the sandbox's time."""
        now = self._clock.now()
        coins = {info.base: info.english_name for info in self._infos.values()}
        return [
            {
                "currency": coin,
                "wallet_state": "working",
                "block_state": "normal",
                "block_height": int(now.timestamp()) // 600,
                "block_updated_at": now.isoformat(timespec="milliseconds"),
                "block_elapsed_minutes": 0,
                "net_type": coin,
                "network_name": name,
            }
            for coin, name in coins.items()
        ]

    def api_keys(self, params: Params) -> list[dict[str, Any]]:
        """GET /v1/api_keys."""
        key = self._auth.key
        expires_at = key.expires_at or self._clock.now() + timedelta(days=365)
        return [{"access_key": key.access_key, "expire_at": seoul(expires_at)}]

    # -- orders ---------------------------------------------------------------------------------------------------

    def create(self, params: Params) -> dict[str, Any]:
        """POST /v1/orders: the answer is an acceptance, trades come right after it (reference §8)."""
        request = read_order(params, self._infos)
        self._refresh()
        return self._row(self._engine.submit(request))

    def test(self, params: Params) -> dict[str, Any]:
        """POST /v1/orders/test: everything is checked, nothing is kept; the identifier stays unused."""
        request = read_order(params, self._infos)
        self._refresh()
        return self._row(self._engine.rehearse(request))

    def cancel_and_new(self, params: Params) -> dict[str, Any]:
        """POST /v1/orders/cancel_and_new (reference §8.4): one order goes and another comes in the same moment."""
        previous = self._open_order(self._listings.one(params, "prev_order_uuid", "prev_order_identifier"))
        volume = params.text("new_volume")
        if volume == "remain_only":
            remaining = previous.remaining_volume
            volume = None if remaining is None else plain(remaining)
        request = read_terms(params, previous.market, previous.side, "new_", volume)
        self._refresh()
        answer = self._row(self._open_order(previous))
        new = self._engine.submit(request, replacing=previous)
        answer["new_order_uuid"] = new.uuid
        if request.identifier is not None:
            answer["new_order_identifier"] = request.identifier
        return answer

    def order(self, params: Params) -> dict[str, Any]:
        """GET /v1/order, the one place that shows trades."""
        order = self._listings.one(params)
        if order is None:
            raise _not_found()
        return self._row(order, trades=True)

    def cancel(self, params: Params) -> dict[str, Any]:
        """DELETE /v1/order: answers the order as it was when the cancel was accepted."""
        order = self._open_order(self._listings.one(params))
        answer = self._row(order)
        self._engine.request_cancel(order)
        return answer

    def cancel_named(self, params: Params) -> dict[str, Any]:
        """DELETE /v1/orders/uuids: at most 20; unknown and finished ones are reported as failed."""
        success: list[dict[str, Any]] = []
        failed: list[dict[str, Any]] = []
        for name, order in self._listings.named(params, BATCH_CANCEL_MOST):
            if order is not None and order.is_open:
                success.append(_reference(order))
                self._engine.request_cancel(order)
            else:
                failed.append(dict(name) if order is None else _reference(order))
        return _batch(success, failed)

    def cancel_open(self, params: Params) -> dict[str, Any]:
        """DELETE /v1/orders/open."""
        orders = self._listings.to_cancel(params)
        for order in orders:
            self._engine.request_cancel(order)
        return _batch([_reference(order) for order in orders], [])

    # -- helpers --------------------------------------------------------------------------------------------------

    def _open_order(self, order: Order | None) -> Order:
        if order is None or not order.is_open:
            raise _not_found()
        return order

    def _row(self, order: Order, *, trades: bool = False) -> dict[str, Any]:
        return render_order(order, trades=trades, omit_nulls=self._options.omit_nulls)

    def _rows(self, orders: list[Order]) -> list[dict[str, Any]]:
        return [self._row(order) for order in orders]


def _not_found() -> ApiError:
    return ApiError(404, "order_not_found", "There is no such order, or it has ended.")


def _reference(order: Order) -> dict[str, Any]:
    reference = {"uuid": order.uuid, "market": order.market}
    if order.request.identifier is not None:
        reference["identifier"] = order.request.identifier
    return reference


def _batch(success: list[dict[str, Any]], failed: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "success": {"count": len(success), "orders": success},
        "failed": {"count": len(failed), "orders": failed},
    }
