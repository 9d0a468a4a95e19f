"""Accounts, chance, wallets, paths and the sandbox's own controls (reference §0, §6, §7)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import aiohttp

from sandbox.rest.private import Options
from sandbox.wire import plain
from tests.sandbox.signing import Client

D = Decimal


async def test_accounts(client: Client) -> None:
    """§7: balance is what is free; the row's exact fields."""
    price = plain(client.sandbox.data.last_price("KRW-BTC") // 2 // 1000 * 1000)
    order = await client.order(market="KRW-BTC", side="bid", ord_type="limit", price=price, volume="0.01")
    held = D(price) * D("0.01") * D("1.0005")
    rows = (await client.get("/v1/accounts")).body
    assert rows[0] == {
        "currency": "KRW",
        "balance": plain(D(10_000_000) - held),
        "locked": plain(held),
        "avg_buy_price": "0",
        "avg_buy_price_modified": True,
        "unit_currency": "KRW",
    }
    assert rows[1] == {
        "currency": "BTC",
        "balance": "1",
        "locked": "0",
        "avg_buy_price": "0",
        "avg_buy_price_modified": False,
        "unit_currency": "KRW",
    }
    assert order.body["locked"] == plain(held)


async def test_chance(client: Client) -> None:
    """§7.1: names reversed, fees and limits as strings, both account rows even when empty."""
    body = (await client.get("/v1/orders/chance", {"market": "KRW-ETH"})).body
    assert (body["bid_fee"], body["maker_ask_fee"]) == ("0.0005", "0.0005")
    market = body["market"]
    assert (market["id"], market["name"], market["state"]) == ("KRW-ETH", "ETH/KRW", "active")
    assert market["bid"]["min_total"] == market["ask"]["min_total"] == "5000"
    assert (market["bid"]["currency"], market["ask"]["currency"]) == ("KRW", "ETH")
    assert market["max_total"] == "1000000000"
    assert market["bid_types"] == ["best_fok", "best_ioc", "limit", "limit_fok", "limit_ioc", "price"]
    assert market["ask_types"] == ["best_fok", "best_ioc", "limit", "limit_fok", "limit_ioc", "market"]
    assert (body["bid_account"]["balance"], body["ask_account"]["balance"]) == ("10000000", "0")
    answer = await client.get("/v1/orders/chance", {"market": "KRW-NOPE"})
    assert (answer.status, answer.error) == (400, "notfoundmarket")
    assert (await client.get("/v1/orders/chance")).status == 400


async def test_wallets(client: Client) -> None:
    """§6: one row for each coin."""
    rows = (await client.get("/v1/status/wallet")).body
    assert {row["currency"] for row in rows} == {info.base for info in client.sandbox.data.infos.values()}
    assert {row["wallet_state"] for row in rows} == {"working"}


async def test_paths_are_strict(client: Client) -> None:
    """§0.8: doubled and trailing slashes are errors, and so is what does not exist."""
    for path in ("//v1/accounts", "/v1//accounts", "/v1/accounts/", "/v1/account", "/", "/v1", "/v1/deposits"):
        answer = await client.send("GET", path, headers=client.sign())
        assert (answer.status, answer.error) == (404, 404), path
    assert (await client.send("PUT", "/v1/orders", headers=client.sign())).status == 405


async def test_huge_bodies_are_refused(client: Client) -> None:
    headers = client.sign() | {"Content-Type": "application/json"}
    answer = await client.send("POST", "/v1/orders", data="x" * 200_000, headers=headers)
    assert answer.status == 413


async def test_nulls_can_be_left_out(make_sandbox: Callable[..., Any]) -> None:
    """§8.1: recent samples omit what an order lacks."""
    started = await make_sandbox(options=Options(omit_nulls=True))
    async with aiohttp.ClientSession() as session:
        row = (await Client(started, session).order(market="KRW-BTC", side="bid", ord_type="price", price="6000")).body
    assert "volume" not in row
    assert "remaining_volume" not in row
    assert row["price"] == "6000"


async def test_state_shows_everything(client: Client) -> None:
    bought = (await client.order(market="KRW-BTC", side="bid", ord_type="price", price="100000")).body
    await client.settled(bought["uuid"])
    state = (await client.send("GET", "/sandbox/state")).body
    assert set(state["clock"]) == {"now", "start", "speed"}
    assert state["orders"][0]["uuid"] == bought["uuid"]
    assert state["trades"] == len(state["orders"][0]["trades"]) > 0
    assert state["requests"]["POST /v1/orders"] == 1
    rows = {row["currency"]: row for row in state["balances"]}
    coins = D(rows["BTC"]["balance"])
    price = (D(state["equity_krw"]) - D(rows["KRW"]["balance"])) / coins
    assert abs(price / client.sandbox.data.last_price("KRW-BTC") - 1) < D("0.05")


async def test_price_jumps_at_once(client: Client) -> None:
    answer = await client.control("price", {"market": "KRW-ETH", "price": "3000499"})
    assert (answer.status, answer.body["price"]) == (200, "3000000")
    ticker = (await client.send("GET", "/v1/ticker?markets=KRW-ETH")).body
    assert abs(ticker[0]["trade_price"] / 3_000_000 - 1) < 0.01


async def test_time_jumps(client: Client) -> None:
    before = client.sandbox.clock.now()
    answer = await client.control("advance", {"seconds": 3600})
    assert answer.status == 200
    assert 3600 <= (client.sandbox.clock.now() - before).total_seconds() < 3630


async def test_controls_refuse_clearly(client: Client) -> None:
    """Bad input is a 400 that says what was expected."""
    bad: list[tuple[str, Any]] = [
        ("price", {"market": "KRW-NOPE", "price": 1}),
        ("price", {"market": "KRW-BTC"}),
        ("price", {"market": "KRW-BTC", "price": -1}),
        ("price", {"market": "KRW-BTC", "price": "NaN"}),
        ("price", {"market": "KRW-BTC", "price": True}),
        ("price", {"market": "KRW-BTC", "price": 1, "x": 1}),
        ("price", []),
        ("advance", {}),
        ("advance", {"seconds": 0}),
        ("advance", {"seconds": "soon"}),
        ("advance", {"seconds": 1e12}),
        ("limits", {"factor": 0}),
        ("limits", {"body": "xml"}),
    ]
    for path, body in bad:
        answer = await client.control(path, body)
        assert (answer.status, answer.error) == (400, "sandbox_control"), (path, body)
    assert (await client.send("POST", "/sandbox/advance", data="{")).status == 400


async def test_the_command_line(tmp_path: Any) -> None:
    """`python -m sandbox` prints one line when ready and stops cleanly on SIGTERM."""
    import asyncio
    import sys

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--port", "0", "--cash", "5_000_000", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
        words = dict(word.split("=", 1) for word in line.split() if "=" in word)
        async with aiohttp.ClientSession() as session, session.get(words["rest"] + "/sandbox/state") as response:
            assert (await response.json())["equity_krw"] == "5000000"
    finally:
        process.terminate()
    assert await asyncio.wait_for(process.wait(), 10) == 0
