"""Builders for tests of faults: orders as the trader makes them, and what a raw client gets for one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from unittest.mock import sentinel

import aiohttp

from sandbox.server import Sandbox
from tests.sandbox.signing import Client
from trader.model.market import Market
from trader.model.order import OrderRequest, OrderType, Side, TimeInForce

D = Decimal
BTC = Market("KRW", "BTC")


def trader_order(identifier: str, **changes: Any) -> OrderRequest:
    """A market buy of 6,000 KRW."""
    fields: dict[str, Any] = {
        "client_order_id": identifier,
        "market": BTC,
        "side": Side.BUY,
        "order_type": OrderType.MARKET,
        "time_in_force": TimeInForce.GTC,
        "price": None,
        "quantity": None,
        "notional": Decimal(6000),
        "authorised": sentinel.authorised,
    }
    return OrderRequest(**(fields | changes))


async def raw_buy(client: Client, identifier: str, patience: float = 5.0, **changes: str) -> Any:
    """A market buy of 6,000 KRW by a raw client: its Answer, or the class of what went wrong on the way."""
    body = {"market": "KRW-BTC", "side": "bid", "ord_type": "price", "price": "6000", "identifier": identifier}
    try:
        return await asyncio.wait_for(client.order(**(body | changes)), patience)
    except (aiohttp.ClientError, TimeoutError) as error:
        return type(error)


async def shown(client: Client, identifier: str) -> str | None:
    """State in GET /v1/order by identifier; None for 404."""
    answer = await client.get("/v1/order", {"identifier": identifier})
    if answer.status == 404:
        assert answer.error == "order_not_found"
        return None
    assert answer.status == 200
    return str(answer.body["state"])


async def until(done: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait until it is so; fails after `seconds`."""
    async with asyncio.timeout(seconds):
        while not done():  # noqa: ASYNC110 - the condition belongs to another part, which sets no event
            await asyncio.sleep(0.005)


def check_books(sandbox: Sandbox, start: dict[str, Decimal]) -> None:
    """Conservation: what was there at the start, plus transfers, plus and minus every fill with its fee, is there;
    locked is what open orders hold; GET order would show exactly these orders (reference §7, §9.3)."""
    expected = dict(start)
    for currency, amount in sandbox.faults.transfers().items():
        expected[currency] = expected.get(currency, D(0)) + D(amount)
    for order in sandbox.engine.orders.values():
        quote, base = order.market.split("-")
        sign = 1 if order.side == "bid" else -1
        for fill in order.fills:
            expected[base] = expected.get(base, D(0)) + sign * fill.volume
            expected[quote] = expected.get(quote, D(0)) - sign * fill.funds - fill.fee
        assert order.executed_volume == sum((fill.volume for fill in order.fills), D(0))
        assert order.paid_fee == sum((fill.fee for fill in order.fills), D(0))
        assert order.is_open or order.hold == 0
    totals = sandbox.account.totals()
    assert {name: amount for name, amount in totals.items() if amount} == {n: a for n, a in expected.items() if a}
    for row in sandbox.account.rows():
        holds = [o.hold for o in sandbox.engine.open_orders() if o.held_currency == row.currency]
        assert row.balance >= 0
        assert row.locked == sum(holds, D(0))
