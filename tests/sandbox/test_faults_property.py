"""Whatever is set and ordered: nothing appears, nothing vanishes, and GET order shows the truth (§7, E8)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import aiohttp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.server import Sandbox
from tests.sandbox.fault_parts import D, check_books, raw_buy, until
from tests.sandbox.public_parts import HandFeed
from tests.sandbox.signing import Client

START = {"KRW": D(10_000_000), "BTC": D(1)}
PRICE = 160_000_000

SECONDS = st.sampled_from([0.01, 0.05, 0.15])
MATCHES = st.sampled_from(
    [
        None,
        {},
        {"side": "bid"},
        {"market": "KRW-BTC"},
        {"path": "/v1/orders"},
        {"method": "DELETE", "path": "/v1/order"},
    ]
)
COUNTS = st.fixed_dictionaries(
    {
        "times": st.integers(0, 3),
        "after": st.integers(0, 2),
        "chance": st.sampled_from([1, 0.5]),
        "seed": st.integers(0, 9),
    }
)


def a_fault(kind: str, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    fixed = st.fixed_dictionaries({"kind": st.just(kind), "match": MATCHES, **fields})
    return st.tuples(fixed, COUNTS).map(lambda pair: pair[1] | pair[0])


def at_once(kind: str, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(kind), **{name: st.just(value) for name, value in fields.items()}})


WHEN = st.sampled_from(["before", "after"])
FAULTS = st.one_of(
    a_fault("drop_response_after_accept"),
    a_fault("delay_accept", seconds=SECONDS, answer=st.sampled_from(["cut", "none"])),
    a_fault("error_after_accept"),
    a_fault("http_status", status=st.sampled_from([400, 429, 500, 502])),
    a_fault("timeout", seconds=SECONDS, when=WHEN),
    a_fault("slow_body", seconds=SECONDS),
    a_fault("truncated_json"),
    a_fault("connection_reset", when=WHEN),
    a_fault("partial_then_stall", seconds=SECONDS, share=st.sampled_from([0.01, 0.5, 1])),
    a_fault("partial_then_stall", seconds=SECONDS, share=st.sampled_from([0.3, 0.9])),
    at_once("ws_disconnect"),
    at_once("ws_gap", times=0, stream="both"),
    at_once("clock_skew", seconds=-30),
    at_once("price_jump", market="KRW-BTC", fraction=0.02),
    at_once("price_jump", market="KRW-BTC", fraction=-0.03),
    at_once("price_jump", market="KRW-BTC", fraction=0.01, match={"path": "/v1/orders"}, times=2),
    at_once("balance_change", type="deposit", currency="BTC", amount="0.00000001"),
    at_once("balance_change", type="withdrawal", currency="KRW", amount=100),
    at_once("balance_change", type="withdrawal", currency="KRW", amount=9_000_000, match={"path": "/v1/orders"}),
    at_once("balance_change", type="manual_trade", market="KRW-BTC", side="ask", amount="0.001"),
)
ORDERS = st.one_of(
    st.fixed_dictionaries(
        {"side": st.just("bid"), "ord_type": st.just("price"), "price": st.integers(5000, 90_000).map(str)}
    ),
    st.fixed_dictionaries({"side": st.just("ask"), "ord_type": st.just("market"), "volume": st.just("0.00123456")}),
    st.fixed_dictionaries(
        {
            "side": st.sampled_from(["bid", "ask"]),
            "ord_type": st.just("limit"),
            "price": st.integers(-5, 5).map(lambda percent: str(PRICE + PRICE // 100 * percent)),
            "volume": st.sampled_from(["0.001", "0.0002"]),
        }
    ),
)
STEPS = st.lists(st.tuples(st.lists(FAULTS, max_size=2), st.one_of(ORDERS, st.none())), min_size=3, max_size=8)
"""Each step sets some faults, then places an order, or (None) cancels the oldest open one."""


async def play(steps: list[Any]) -> None:
    """Carry the steps out against a real sandbox, clear the faults, and compare the books."""
    sandbox = Sandbox(HandFeed(), coins={"BTC": D(1)}, rate_limit_factor=1000)
    await sandbox.start()
    try:
        async with aiohttp.ClientSession() as session:
            client = Client(sandbox, session)
            got: dict[str, Any] = {}
            for number, (faults, order) in enumerate(steps):
                for fault in faults:
                    answer = await client.send("POST", "/sandbox/faults", json=[fault])
                    assert answer.status in (200, 400), answer.text
                if order is None:
                    await cancel_oldest(client)
                else:
                    got[f"i{number}"] = await raw_buy(client, f"i{number}", 0.3, **{"price": "", **order})
                check_books(sandbox, START)
            await sandbox.faults.stop()
            # Every order has ended or rests on the book.
            await until(lambda: all(order.resting for order in sandbox.engine.open_orders()))
            check_books(sandbox, START)
            await compare(client, got)
    finally:
        await sandbox.stop()


async def cancel_oldest(client: Client) -> None:
    for order in client.sandbox.engine.open_orders()[:1]:
        with suppress(aiohttp.ClientError, TimeoutError):
            await asyncio.wait_for(client.delete("/v1/order", {"uuid": order.uuid}), 0.3)


async def compare(client: Client, got: dict[str, Any]) -> None:
    """What each client was told against what GET /v1/order shows."""
    for identifier, answer in got.items():
        order = client.sandbox.engine.by_identifier.get(identifier)
        row = await client.get("/v1/order", {"identifier": identifier})
        assert row.status == (404 if order is None else 200)
        if order is not None:
            assert (row.body["uuid"], row.body["state"]) == (order.uuid, order.state)
            assert sum((D(trade["volume"]) for trade in row.body["trades"]), D(0)) == order.executed_volume
        if not isinstance(answer, type):
            if answer.status == 201:
                assert order is not None
            elif answer.status < 500:
                assert order is None


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_faults_never_touch_the_books(steps: list[Any]) -> None:
    """Random faults, orders and cancels: conservation after each, an accepted order exists, a refused one does not."""
    asyncio.run(play(steps))
