"""The account's stream and the public picture of local orders, with the real streams (reference §15)."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from typing import Any

import aiohttp
import pytest
import upbit

from sandbox.rules import round_to_tick
from tests.sandbox.signing import Client

D = Decimal


async def connect(client: Client, *types: dict[str, Any]) -> aiohttp.ClientWebSocketResponse:
    socket = await client.session.ws_connect(client.sandbox.ws_url + "/private", headers=client.sign())
    await socket.send_json([{"ticket": "t"}, *types])
    # The answer to a list request proves that the subscription is in force.
    await socket.send_json([{"ticket": "t"}, {"method": "LIST_SUBSCRIPTIONS"}])
    while "method" not in json.loads((await socket.receive(timeout=5)).data):
        pass
    return socket


async def collect(socket: aiohttp.ClientWebSocketResponse, last_state: str) -> list[dict[str, Any]]:
    """Messages up to the order's `last_state` and the balances after it."""
    found: list[dict[str, Any]] = []
    while not (found and found[-1]["type"] == "myAsset" and any(m.get("state") == last_state for m in found)):
        found.append(json.loads((await socket.receive(timeout=5)).data))
    return found


async def test_a_market_buy_on_the_stream(client: Client) -> None:
    """§15: wait, trade, then cancel (§9.4), as JSON numbers; REST tells the same."""
    socket = await connect(client, {"type": "myOrder"}, {"type": "myAsset"})
    row = (await client.order(market="KRW-BTC", side="bid", ord_type="price", price="6000.01", identifier="w")).body
    messages = await collect(socket, "cancel")
    orders = [message for message in messages if message["type"] == "myOrder"]
    assert [order["state"] for order in orders] == ["wait", "trade", "cancel"]
    trade = orders[1]
    rest = (await client.get("/v1/order", {"uuid": row["uuid"]})).body
    assert trade["trade_uuid"] == rest["trades"][0]["uuid"]
    assert D(str(trade["price"])) == D(rest["trades"][0]["price"])
    assert D(str(trade["volume"])) == D(rest["executed_volume"])
    assert D(str(trade["trade_fee"])) == D(rest["paid_fee"])
    assert (trade["is_maker"], trade["identifier"], trade["code"], trade["ask_bid"]) == (False, "w", "KRW-BTC", "BID")
    assert (orders[0]["trade_fee"], orders[2]["trade_uuid"]) == (None, None)
    assert isinstance(trade["trade_timestamp"], int)
    balances = {a["currency"]: a for m in messages if m["type"] == "myAsset" for a in m["assets"]}
    assert balances["KRW"]["locked"] == 0
    assert D(str(balances["BTC"]["balance"])) == 1 + D(rest["executed_volume"])
    await socket.close()


async def test_a_maker_fill_and_a_prevented_order(client: Client) -> None:
    """§8.3, §15."""
    socket = await connect(client, {"type": "myOrder", "codes": ["KRW-BTC"]}, {"type": "myAsset"})
    last = client.sandbox.data.last_price("KRW-BTC")
    low = f"{round_to_tick('KRW-BTC', last * D('0.97'), up=False):f}"
    await client.order(market="KRW-BTC", side="bid", ord_type="limit", price=low, volume="0.001")
    await client.control("price", {"market": "KRW-BTC", "price": str(last * D("0.95"))})
    messages = await collect(socket, "done")
    fills = [m for m in messages if m.get("state") == "trade"]
    assert all(fill["is_maker"] for fill in fills)
    # A sell resting inside the spread, or at the best ask, is first in the queue: our own buy would hit it.
    best = client.sandbox.data.book("KRW-BTC").asks[0].price
    resting = await client.order(market="KRW-BTC", side="ask", ord_type="limit", price=str(best), volume="0.001")
    await client.order(market="KRW-BTC", side="bid", ord_type="limit", price=str(best), volume="0.0001")
    messages = await collect(socket, "prevented")
    prevented = next(m for m in messages if m.get("state") == "prevented")
    assert (prevented["uuid"], prevented["prevented_volume"]) == (resting.body["uuid"], 0.001)
    await socket.close()


async def test_private_handshakes_need_a_token(client: Client) -> None:
    """§15: 401 without one, and a nonce is used once here too."""
    url = client.sandbox.ws_url + "/private"
    used = client.sign()
    await (await client.session.ws_connect(url, headers=used)).close()
    for headers in ({}, used):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.session.ws_connect(url, headers=headers)
        assert refused.value.status == 401


async def test_sdk_private_stream(client: Client) -> None:
    """§14: the official SDK's private socket connects and reads our order."""
    key = client.sandbox.auth.key
    base = client.sandbox.rest_url.replace("http", "ws")
    sdk = upbit.AsyncUpbit(
        access_key=key.access_key,
        secret_key=key.secret_key,
        base_url=client.sandbox.rest_url,
        websocket_base_url=base,
        max_retries=0,
    )
    async with sdk.ws_private.connect_private() as connection:
        await connection.send_raw(json.dumps([{"ticket": "s"}, {"type": "myOrder"}]))
        await connection.send_raw(json.dumps([{"ticket": "s"}, {"method": "LIST_SUBSCRIPTIONS"}]))
        await asyncio.wait_for(connection.recv(), 5)
        made = await sdk.orders.create(market="KRW-BTC", side="bid", ord_type="price", price="6000")
        states = []
        while "cancel" not in states and "done" not in states:
            event = await asyncio.wait_for(connection.recv(), 5)
            assert event.uuid == made.uuid
            states.append(event.state)
        assert states[:2] == ["wait", "trade"]
    await sdk.close()


async def test_local_orders_are_public(client: Client) -> None:
    """A resting order stands in the public book until it is cancelled; an execution is a public trade."""
    data = client.sandbox.data
    spread = data.book("KRW-BTC").asks[0].price - data.book("KRW-BTC").bids[0].price
    price = f"{data.book('KRW-BTC').bids[0].price - 3 * spread:f}"
    body = {"market": "KRW-BTC", "side": "bid", "ord_type": "limit", "price": price, "volume": "777.00000001"}
    client.sandbox.account.deposit("KRW", D("200000000000"))
    refused = await client.order(**body)
    assert refused.error == "over_krw_funds_bid"
    row = (await client.order(**{**body, "volume": "5.00000001"})).body
    waiting = (await client.get("/v1/order", {"uuid": row["uuid"]})).body
    shown = data.shown_book("KRW-BTC")
    public = data.book("KRW-BTC")
    extra = sum((level.size for level in shown.bids if level.price == D(price)), D(0))
    extra -= sum((level.size for level in public.bids if level.price == D(price)), D(0))
    assert extra == D(waiting["remaining_volume"])
    await client.delete("/v1/order", {"uuid": row["uuid"]})
    await client.settled(row["uuid"])
    assert data.shown_book("KRW-BTC").bids == data.book("KRW-BTC").bids
    bought = (await client.order(market="KRW-ETH", side="bid", ord_type="price", price="6000")).body
    trades = (await client.settled(bought["uuid"]))["trades"]
    ticks = (await client.send("GET", "/v1/trades/ticks?market=KRW-ETH&count=50")).body
    assert D(trades[0]["volume"]) in [D(str(tick["trade_volume"])) for tick in ticks if tick["ask_bid"] == "BID"]
