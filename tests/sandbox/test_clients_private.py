"""Programs written for Upbit run against the sandbox unchanged: the official SDK and pyupbit (reference §14)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Any

import pytest
import requests
import upbit
from pyupbit import Upbit as PyUpbit
from pyupbit import request_api

from sandbox.rules import round_to_tick
from sandbox.server import Sandbox

D = Decimal


@pytest.fixture
async def sdk(sandbox: Sandbox) -> AsyncIterator[upbit.AsyncUpbit]:
    key = sandbox.auth.key
    async with upbit.AsyncUpbit(
        access_key=key.access_key, secret_key=key.secret_key, base_url=sandbox.rest_url, max_retries=0
    ) as client:
        yield client


def far(sandbox: Sandbox, factor: str = "0.5") -> str:
    return f"{round_to_tick('KRW-BTC', sandbox.data.last_price('KRW-BTC') * D(factor), up=False):f}"


async def ended(sdk: upbit.AsyncUpbit, uuid: str) -> Any:
    deadline = asyncio.get_running_loop().time() + 5
    while True:
        order = await sdk.orders.retrieve(uuid=uuid)
        if order.state in ("done", "cancel") or asyncio.get_running_loop().time() > deadline:
            return order
        await asyncio.sleep(0.01)


async def test_sdk_account_calls(sdk: upbit.AsyncUpbit) -> None:
    """§6: accounts, chance, keys, wallets."""
    rows = {row.currency: row for row in await sdk.accounts.list()}
    assert (rows["KRW"].balance, rows["BTC"].balance) == ("10000000", "1")
    chance = await sdk.orders.retrieve_chance(market="KRW-BTC")
    assert (chance.bid_fee, chance.market.ask.min_total, chance.market.state) == ("0.0005", "5000", "active")
    assert (await sdk.api_keys.list())[0].expire_at.endswith("+09:00")
    assert (await sdk.wallet_status.list())[0].wallet_state == "working"


async def test_sdk_orders(sdk: upbit.AsyncUpbit, sandbox: Sandbox) -> None:
    """§8: buy by sum, sell, best, limit; §9: trades add up."""
    bought = await sdk.orders.create(market="KRW-BTC", side="bid", ord_type="price", price="100000", identifier="s1")
    assert (bought.state, bought.trades_count, bought.identifier) == ("wait", 0, "s1")
    order = await ended(sdk, bought.uuid)
    funds = sum(D(trade.funds) for trade in order.trades)
    assert D(order.paid_fee) == funds * D("0.0005")
    assert D(order.executed_volume) == sum(D(trade.volume) for trade in order.trades)
    sold = await sdk.orders.create(market="KRW-BTC", side="ask", ord_type="market", volume=order.executed_volume)
    assert (await ended(sdk, sold.uuid)).state == "done"
    best = await sdk.orders.create(
        market="KRW-BTC", side="bid", ord_type="best", price="6000", time_in_force="ioc", smp_type="cancel_taker"
    )
    assert D((await ended(sdk, best.uuid)).executed_volume) > 0
    assert (await sdk.orders.retrieve(identifier="s1")).uuid == bought.uuid


async def test_sdk_lists_and_cancels(sdk: upbit.AsyncUpbit, sandbox: Sandbox) -> None:
    """§6: open, closed, uuids, the batch cancels and cancel_and_new, arrays included."""
    price = far(sandbox)
    made = [
        await sdk.orders.create(
            market="KRW-BTC", side="bid", ord_type="limit", price=price, volume="0.001", identifier=f"l{index}"
        )
        for index in range(5)
    ]
    uuids = [order.uuid for order in made]
    listed = sdk.orders.list_open(states=["wait", "watch"], limit=2)
    assert [order.uuid async for order in listed] == uuids[::-1]
    assert len(await sdk.orders.list_by_uuids(uuids=uuids[:3], market="KRW-BTC")) == 3
    assert len(await sdk.orders.list_by_uuids(identifiers=["l0", "l4"])) == 2
    cancelled = await sdk.orders.cancel(uuid=uuids[0])
    assert cancelled.state == "wait"
    replaced = await sdk.orders.cancel_and_new(
        prev_order_uuid=uuids[1], new_ord_type="limit", new_price=far(sandbox, "0.4"), new_volume="remain_only"
    )
    assert replaced.new_order_uuid
    batch = await sdk.orders.cancel_by_uuids(uuids=uuids[2:4])
    assert (batch.success.count, batch.failed.count) == (2, 0)
    await ended(sdk, uuids[3])
    rest = await sdk.orders.cancel_open(cancel_side="all", pairs="KRW-BTC", count=300)
    assert {order.uuid for order in rest.success.orders} == {uuids[4], replaced.new_order_uuid}
    await ended(sdk, uuids[4])
    now = sandbox.clock.now()
    closed = await sdk.orders.list_closed(states=["done", "cancel"], end_time=now.isoformat(), limit=1000)
    assert len(closed) == 6


async def test_sdk_errors(sdk: upbit.AsyncUpbit, sandbox: Sandbox) -> None:
    """§12: the SDK's exception classes and names come out right."""
    with pytest.raises(upbit.BadRequestError) as bad:
        await sdk.orders.create(market="KRW-BTC", side="bid", ord_type="price", price="4000")
    assert bad.value.name == "under_min_total_bid"
    await sdk.orders.test_create(market="KRW-BTC", side="bid", ord_type="price", price="6000", identifier="t")
    with pytest.raises(upbit.NotFoundError) as gone:
        await sdk.orders.retrieve(identifier="t")
    assert gone.value.name == "order_not_found"
    stranger = upbit.AsyncUpbit(
        access_key=sandbox.auth.key.access_key, secret_key="x" * 40, base_url=sandbox.rest_url, max_retries=0
    )
    with pytest.raises(upbit.AuthenticationError) as unknown:
        await stranger.accounts.list()
    assert unknown.value.name == "jwt_verification"
    await stranger.close()
    sandbox.limits.factor = 0.01
    await sdk.accounts.list()
    with pytest.raises(upbit.RateLimitError):
        await sdk.accounts.list()


class Detour:
    """Stands in for the `requests` module inside pyupbit and sends its calls to the sandbox."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._session = requests.Session()

    def _call(self, method: str, url: str, **kwargs: Any) -> requests.Response:
        url = url.replace("https://api.upbit.com", self._address)
        return self._session.request(method, url, timeout=10, **kwargs)

    def get(self, url: str, **kwargs: Any) -> requests.Response:
        return self._call("GET", url, **kwargs)

    def post(self, url: str, **kwargs: Any) -> requests.Response:
        return self._call("POST", url, **kwargs)

    def delete(self, url: str, **kwargs: Any) -> requests.Response:
        return self._call("DELETE", url, **kwargs)


@pytest.fixture
def old_client(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Calls a pyupbit method in a thread: it blocks, and the sandbox lives in this loop."""
    monkeypatch.setattr(request_api, "requests", Detour(sandbox.rest_url))
    client = PyUpbit(sandbox.auth.key.access_key, sandbox.auth.key.secret_key)

    async def call(name: str, *arguments: Any, **kwargs: Any) -> Any:
        return await asyncio.to_thread(getattr(client, name), *arguments, **kwargs)

    return call


async def test_pyupbit_trades(old_client: Callable[..., Any], sandbox: Sandbox) -> None:
    """§14: balances, market and limit orders, lookups with form bodies, cancel with a JSON body."""
    assert [row["currency"] for row in await old_client("get_balances")] == ["KRW", "BTC"]
    assert await old_client("get_balance", "KRW") == 10_000_000
    assert (await old_client("get_chance", "KRW-BTC"))["market"]["id"] == "KRW-BTC"
    bought = await old_client("buy_market_order", "KRW-BTC", 10_000)
    assert bought["state"] == "wait"
    order = await old_client("get_order", bought["uuid"])
    assert order["state"] in ("done", "cancel")
    assert order["trades_count"] == len(order["trades"]) > 0
    sold = await old_client("sell_market_order", "KRW-BTC", 0.001)
    assert (await old_client("get_order", sold["uuid"]))["state"] == "done"
    low = await old_client("buy_limit_order", "KRW-BTC", int(far(sandbox)), 0.001)
    high = await old_client("sell_limit_order", "KRW-BTC", int(far(sandbox, "1.5")), 0.001)
    waiting = await old_client("get_order", "KRW-BTC")
    assert {row["uuid"] for row in waiting} == {low["uuid"], high["uuid"]}
    assert (await old_client("cancel_order", low["uuid"]))["uuid"] == low["uuid"]
    assert (await old_client("get_order", low["uuid"]))["state"] == "cancel"
    assert len(await old_client("get_deposit_withdraw_status")) > 0
    assert (await old_client("get_api_key_list"))[0]["access_key"] == sandbox.auth.key.access_key


async def test_pyupbit_sees_refusals(old_client: Callable[..., Any]) -> None:
    """§14: None for errors it knows; the error as data for those it does not."""
    assert await old_client("buy_market_order", "KRW-BTC", 4000) is None
    assert await old_client("buy_market_order", "KRW-BTC", 99_999_999) is None
    answer = await old_client("sell_market_order", "KRW-BTC", 0.0000333)
    assert answer["error"]["name"] == "invalid_volume_ask"  # sent as 3.33e-05
    answer, left = await old_client("sell_market_order", "KRW-BTC", 0.00001234, contain_req=True)
    assert left["group"] == "order"
    assert await old_client("get_order", "00000000-0000-4000-8000-000000000000") is None
