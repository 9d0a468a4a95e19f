"""The sandbox's own controls under /sandbox: look at everything, jump the price, jump the time, scale the limits.

They need no token and are not rate limited; bad input is answered with 400 and what was expected."""

from __future__ import annotations

import asyncio
import json
import math
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from aiohttp import web

from sandbox.clock import SandboxClock
from sandbox.errors import ApiError, BodyShape
from sandbox.faults import Faults
from sandbox.market.data import MarketData, SpeedAware
from sandbox.rest.limits import RateLimits
from sandbox.rest.pipeline import RequestCounts
from sandbox.rules import EXACT, round_to_tick
from sandbox.trading.matching import Engine
from sandbox.trading.orders import render_holding, render_order
from sandbox.values import Feed
from sandbox.wire import plain

MOST_SECONDS = 366 * 86_400
_SLICE_SECONDS = 20.0
_FULL_DETAIL_SECONDS = 100.0
_PATIENCE = timedelta(hours=6)
"""At a speed at which the market cannot follow the clock at all, a control still answers."""
_SHAPES = ("nested", "flat", "text")


class Controls:
    """Handlers of /sandbox/…; those of /sandbox/faults are in `sandbox.faults.controls`."""

    def __init__(
        self,
        *,
        engine: Engine,
        data: MarketData,
        feed: Feed,
        clock: SandboxClock,
        limits: RateLimits,
        counts: RequestCounts,
        faults: Faults,
    ) -> None:
        self._engine = engine
        self._data = data
        self._feed = feed
        self._clock = clock
        self._limits = limits
        self._counts = counts
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/sandbox/state", self.state, allow_head=False),
            web.post("/sandbox/price", self.price),
            web.post("/sandbox/advance", self.advance),
            web.post("/sandbox/limits", self.limit),
        ]

    async def state(self, request: web.Request) -> web.Response:
        """GET /sandbox/state: clock, balances, orders with their trades, request counts, equity in KRW, faults."""
        clock, engine = self._clock, self._engine
        return _json(
            {
                "clock": {
                    "now": clock.now().isoformat(),
                    "start": clock.start.isoformat(),
                    "speed": clock.speed,
                },
                "balances": [render_holding(row) for row in engine.account.rows()],
                "equity_krw": plain(self.equity()),
                "orders": [render_order(order, trades=True) for order in engine.orders.values()],
                "trades": engine.trades_count,
                "requests": dict(self._counts.by_path),
                "answers": {str(status): count for status, count in self._counts.by_status.items()},
                "limits": {"factor": self._limits.factor, "body": self._limits.shape},
                "faults": {"set": self._faults.rows(), "transfers": self._faults.transfers()},
            }
        )

    def equity(self) -> Decimal:
        """Everything held, in KRW at last prices, free and locked alike; a coin without a way to KRW counts nothing."""
        total = Decimal(0)
        for currency, amount in self._engine.account.totals().items():
            total = EXACT.add(total, EXACT.multiply(amount, self._krw_price(currency)))
        return total

    def _krw_price(self, currency: str) -> Decimal:
        if currency == "KRW":
            return Decimal(1)
        if f"KRW-{currency}" in self._data.infos:
            return self._data.last_price(f"KRW-{currency}")
        for bridge in ("BTC", "USDT"):
            if f"{bridge}-{currency}" in self._data.infos and f"KRW-{bridge}" in self._data.infos:
                price = self._data.last_price(f"{bridge}-{currency}")
                return EXACT.multiply(price, self._data.last_price(f"KRW-{bridge}"))
        return Decimal(0)

    async def price(self, request: web.Request) -> web.Response:
        """POST /sandbox/price {market, price}: the market jumps there now, rounded down to its price unit."""
        body = await _body(request, {"market", "price"})
        market = body.get("market")
        if not isinstance(market, str) or market not in self._data.infos:
            raise _bad(f"market must be one of the sandbox's markets, not {market!r}")
        price = round_to_tick(market, _positive(body.get("price"), "price"), up=False)
        if price <= 0:
            raise _bad("price is below the market's smallest price unit")
        # Orders made a moment ago must be older than the jump, or it would pass them over.
        await self._catch_up()
        before = self._data.last_price(market)
        try:
            self._data.set_price(market, price)
        except ValueError as error:
            raise _bad(str(error)) from error
        await self._catch_up()
        return _json({"market": market, "price": plain(price), "before": plain(before)})

    async def advance(self, request: web.Request) -> web.Response:
        """POST /sandbox/advance {seconds}: time jumps; what happens on the way happens before the answer.

        On a long way a feed that can thin its trades does so, as at high speed, to keep the answer within seconds.
        """
        body = await _body(request, {"seconds"})
        left = float(_positive(body.get("seconds"), "seconds"))
        if left > MOST_SECONDS:
            raise _bad(f"seconds must be at most {MOST_SECONDS}")
        if isinstance(self._feed, SpeedAware):
            self._feed.set_speed(max(self._clock.speed, left / _FULL_DETAIL_SECONDS))
        try:
            while left > 0:
                step = min(left, _SLICE_SECONDS)
                self._clock.advance(step)
                left -= step
                await self._catch_up()
        finally:
            if isinstance(self._feed, SpeedAware):
                self._feed.set_speed(self._clock.speed)
        return _json({"now": self._clock.now().isoformat()})

    async def _catch_up(self) -> None:
        """Let the market reach the clock's present, giving way to others in between."""
        began = self._clock.now()
        while self._clock.now() - began < _PATIENCE:
            if self._data.advance():
                return
            await asyncio.sleep(0)

    async def limit(self, request: web.Request) -> web.Response:
        """POST /sandbox/limits {factor, body}: scale every rate limit; choose how 429 and 418 bodies look."""
        body = await _body(request, {"factor", "body"})
        shape = body.get("body", self._limits.shape)
        if shape not in _SHAPES:
            raise _bad(f"body must be one of {', '.join(_SHAPES)}")
        factor = float(_positive(body["factor"], "factor")) if "factor" in body else self._limits.factor
        if not 0 < factor < math.inf:
            raise _bad("factor is out of range")
        self._limits.shape = cast(BodyShape, shape)
        self._limits.factor = factor
        return _json({"factor": factor, "body": shape})


def _json(content: Any) -> web.Response:
    return web.Response(text=json.dumps(content, ensure_ascii=False), content_type="application/json")


def _bad(message: str) -> ApiError:
    return ApiError(400, "sandbox_control", message)


async def _body(request: web.Request, allowed: set[str]) -> dict[str, Any]:
    try:
        content = json.loads(await request.text(), parse_float=Decimal, parse_constant=str)
    except (ValueError, LookupError, RecursionError) as error:
        raise _bad("the body must be a JSON object") from error
    if not isinstance(content, dict):
        raise _bad("the body must be a JSON object")
    unknown = sorted(set(content) - allowed)
    if unknown:
        raise _bad(f"unknown fields: {', '.join(unknown)[:200]}; known: {', '.join(sorted(allowed))}")
    return content


def _positive(value: object, name: str) -> Decimal:
    """A number above zero, as JSON number or text."""
    try:
        if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
            raise InvalidOperation
        number = Decimal(value)
    except InvalidOperation as error:
        raise _bad(f"{name} must be a number above zero") from error
    if not number.is_finite() or not Decimal("1e-12") <= number <= Decimal("1e15"):
        raise _bad(f"{name} must be a number above zero, at most 1e15")
    return number
