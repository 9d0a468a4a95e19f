"""An order is sent once, and every way an answer can get lost is told apart (E8)."""

from __future__ import annotations

import hashlib
import json
import socket
from decimal import Decimal
from typing import Any
from unittest.mock import sentinel
from urllib.parse import unquote

import jwt
import pytest

from trader.clock import ManualClock
from trader.errors import (
    DuplicateClientOrderId,
    InsufficientFunds,
    InvalidOrder,
    OutcomeUnknown,
    VenueBusy,
    VenueForbidden,
    VenueOffline,
    VenueUnreachable,
)
from trader.exchange.upbit import wire
from trader.exchange.upbit.client import UpbitExchange
from trader.model.market import Market
from trader.model.order import OrderRequest, OrderType, Side, TimeInForce

BTC = Market("KRW", "BTC")

ACCEPTED = {
    "uuid": "c4ac6f4d",
    "side": "bid",
    "ord_type": "price",
    "price": "6000",
    "state": "wait",
    "market": "KRW-BTC",
    "created_at": "2026-11-20T10:00:00+09:00",
    "volume": None,
    "remaining_volume": None,
    "reserved_fee": "3",
    "remaining_fee": "3",
    "paid_fee": "0",
    "locked": "6003",
    "executed_volume": "0",
    "trades_count": 0,
    "identifier": "b1-1",
}


def order(**changes: Any) -> OrderRequest:
    """A market buy of 6,000 KRW."""
    fields: dict[str, Any] = {
        "client_order_id": "b1-1",
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


async def test_an_accepted_order_comes_back_in_our_words(upbit: UpbitExchange, stub: Any) -> None:
    stub.json(ACCEPTED, 201)
    placed = await upbit.submit(order())
    assert (placed.venue_id, placed.client_order_id, placed.side) == ("c4ac6f4d", "b1-1", Side.BUY)
    assert placed.open
    assert placed.price is None  # Upbit's `price` of a market buy is the sum to spend
    assert placed.created_at.isoformat() == "2026-11-20T01:00:00+00:00"
    assert not placed.fills_complete


async def test_what_is_signed_is_what_is_sent(upbit: UpbitExchange, stub: Any) -> None:
    stub.json(ACCEPTED, 201)
    await upbit.submit(order())
    method, path, query, body = stub.requests[0]
    assert (method, path, query) == ("POST", "/v1/orders", {})
    fields = json.loads(body)
    assert fields == {"market": "KRW-BTC", "side": "bid", "ord_type": "price", "price": "6000", "identifier": "b1-1"}
    claims = jwt.decode(stub.authorisations[0].removeprefix("Bearer "), "s" * 40, algorithms=["HS256"])
    canonical = "&".join(f"{k}={v}" for k, v in fields.items())
    assert claims["query_hash"] == hashlib.sha512(unquote(canonical).encode()).hexdigest()


@pytest.mark.parametrize(
    "way", ["drop", "hang", "truncate", "html 502", "json 500", "html 400", "no json 201", "no uuid"]
)
async def test_a_lost_answer_is_unknown_and_never_sent_again(upbit: UpbitExchange, stub: Any, way: str) -> None:
    {
        "drop": stub.drop,
        "hang": stub.hang,
        "truncate": lambda: stub.truncate(json.dumps(ACCEPTED)),
        "html 502": lambda: stub.text("<html>Bad Gateway</html>", 502),
        "json 500": lambda: stub.error("internal_server_error", 500),
        "html 400": lambda: stub.text("<html>", 400),
        "no json 201": lambda: stub.text("<html>", 201),
        "no uuid": lambda: stub.json({"market": "KRW-BTC"}, 201),
    }[way]()
    with pytest.raises(OutcomeUnknown):
        await upbit.submit(order())
    assert len(stub.requests) == 1


@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [
        ("insufficient_funds_bid", 400, InsufficientFunds),
        ("duplicated_identifier", 400, DuplicateClientOrderId),
        ("invalid_price_bid", 400, InvalidOrder),
        ("expired_access_key", 401, VenueForbidden),
        ("market_offline", 403, VenueOffline),
    ],
)
async def test_a_refusal_keeps_the_venues_name(
    upbit: UpbitExchange, stub: Any, name: str, status: int, kind: Any
) -> None:
    stub.error(name, status)
    with pytest.raises(kind) as refusal:
        await upbit.submit(order())
    assert refusal.value.name == name
    assert len(stub.requests) == 1


@pytest.mark.parametrize("body", ['{"name":"too_many_requests"}', '{"error":{"name":"too_many_requests"}}', "Too many"])
async def test_429_was_not_accepted_and_pauses_the_group(upbit: UpbitExchange, stub: Any, body: str) -> None:
    stub.text(body, 429).json(ACCEPTED, 201)
    with pytest.raises(VenueBusy) as busy:
        await upbit.submit(order())
    assert busy.value.retry_after == 1.0
    assert len(stub.requests) == 1


async def test_418_shuts_the_group_without_asking_again(upbit: UpbitExchange, stub: Any) -> None:
    stub.text("blocked for 30 seconds", 418)
    for _ in range(2):
        with pytest.raises(VenueOffline):
            await upbit.submit(order())
    assert len(stub.requests) == 1


async def test_a_refused_connection_means_nothing_was_sent(clock: ManualClock) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    exchange = UpbitExchange(url, "access", "s" * 40, clock, deadline_seconds=0.5)
    with pytest.raises(VenueUnreachable):
        await exchange.submit(order())
    await exchange.close()


LIMIT = {"order_type": OrderType.LIMIT, "notional": None, "price": Decimal(1000), "quantity": Decimal("0.00003330")}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        (LIMIT, {"ord_type": "limit", "price": "1000", "volume": "0.00003330"}),
        (LIMIT | {"side": Side.SELL}, {"ord_type": "limit", "side": "ask"}),
        (LIMIT | {"time_in_force": TimeInForce.POST_ONLY}, {"time_in_force": "post_only"}),
        (
            LIMIT | {"price": Decimal("1E+8"), "quantity": Decimal("1E-8")},
            {"price": "100000000", "volume": "0.00000001"},
        ),
        (
            {"side": Side.SELL, "notional": None, "quantity": Decimal("3.4")},
            {"side": "ask", "ord_type": "market", "volume": "3.4"},
        ),
        (
            {"order_type": OrderType.BEST, "time_in_force": TimeInForce.IOC},
            {"ord_type": "best", "price": "6000", "time_in_force": "ioc"},
        ),
        ({"time_in_force": TimeInForce.IOC}, {"ord_type": "price"}),
    ],
)
def test_request_fields(changes: dict[str, Any], fields: dict[str, str]) -> None:
    body = wire.order_body(order(**changes))
    assert {name: body.get(name) for name in fields} == fields
    assert all(isinstance(value, str) for value in body.values())
    assert ("time_in_force" in body) == ("time_in_force" in fields)


@pytest.mark.parametrize(
    "changes",
    [
        {"notional": None},
        {"notional": Decimal(0)},
        {"notional": Decimal("NaN")},
        LIMIT | {"price": None},
        LIMIT | {"quantity": Decimal(-1)},
        {"time_in_force": TimeInForce.POST_ONLY},
        {"order_type": OrderType.BEST},
    ],
)
async def test_a_request_that_makes_no_sense_is_not_sent(
    upbit: UpbitExchange, stub: Any, changes: dict[str, Any]
) -> None:
    with pytest.raises(InvalidOrder):
        await upbit.submit(order(**changes))
    assert stub.requests == []
