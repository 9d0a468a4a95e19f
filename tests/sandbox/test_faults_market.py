"""Faults of the market and the account: stalls, a person's own dealings, jumps, a wrong clock (E8, P6)."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from sandbox.faults import FaultError
from sandbox.rules import round_to_tick
from sandbox.server import Sandbox
from sandbox.trading.stalls import Stall
from tests.sandbox.desk import Desk, desk
from tests.sandbox.fault_parts import BTC, D, check_books, raw_buy, shown, trader_order, until
from tests.sandbox.signing import Client
from trader.exchange.upbit.client import UpbitExchange
from trader.model.order import OrderType, Side, TimeInForce

START = {"KRW": D(10_000_000), "BTC": D(1)}


async def order_row(client: Client, identifier: str) -> Any:
    return (await client.get("/v1/order", {"identifier": identifier})).body


# ---------------------------------------------------------------- partial_then_stall


async def test_a_market_buy_stalls_half_way(client: Client) -> None:
    """Half of 100,000 KRW trades at once, the order stays `wait` for `seconds`, then it goes on to its end."""
    client.sandbox.faults.add([{"kind": "partial_then_stall", "seconds": 0.3}])
    await raw_buy(client, "i1", price="100000")
    half = await order_row(client, "i1")
    assert half["state"] == "wait"
    assert D("49000") < sum(D(trade["funds"]) for trade in half["trades"]) <= D("50000")
    accounts = {row["currency"]: row for row in (await client.get("/v1/accounts")).body}
    assert D(accounts["KRW"]["locked"]) > D("50000")
    assert client.sandbox.faults.rows()[0]["active"] is True
    whole = await client.settled(half["uuid"])
    assert whole["state"] == "cancel"
    assert D("99990") < sum(D(trade["funds"]) for trade in whole["trades"]) <= D("100000")
    assert client.sandbox.faults.rows()[0]["active"] is False
    check_books(client.sandbox, START)


async def test_a_market_sell_through_the_trader(trader: UpbitExchange, sandbox: Sandbox) -> None:
    """A fifth is filled; the trader sees an open order with its one fill, and what is locked apart from free (P6)."""
    sandbox.faults.add([{"kind": "partial_then_stall", "share": 0.2, "seconds": 0.4, "match": {"side": "ask"}}])
    await trader.submit(trader_order("bought"))
    selling = trader_order("t1", side=Side.SELL, notional=None, quantity=D("0.01"))
    await trader.submit(selling)
    found = await trader.find(client_order_id="t1")
    assert found is not None
    assert (found.open, found.executed_quantity, found.fills_complete) == (True, D("0.00200000"), True)
    assert (await trader.balances())["BTC"].locked == D("0.008")
    await until(lambda: not sandbox.engine.open_orders())
    found = await trader.find(client_order_id="t1")
    assert found is not None
    assert found.executed_quantity == D("0.01")
    check_books(sandbox, START)


async def test_a_stalled_order_can_be_cancelled(client: Client) -> None:
    """What it holds is freed, the stall's end changes nothing any more."""
    client.sandbox.faults.add([{"kind": "partial_then_stall", "seconds": 0.2}])
    await raw_buy(client, "i1", price="100000")
    await client.delete("/v1/order", {"identifier": "i1"})
    assert await shown(client, "i1") == "cancel"
    filled = (await order_row(client, "i1"))["executed_volume"]
    await until(lambda: not client.sandbox.faults.rows()[0]["active"])
    assert (await order_row(client, "i1"))["executed_volume"] == filled
    check_books(client.sandbox, START)


async def test_fill_or_kill_is_spared(client: Client) -> None:
    """It cannot be filled partly; the fault waits for the next order it fits."""
    client.sandbox.faults.add([{"kind": "partial_then_stall", "seconds": 0.1}])
    ask = client.sandbox.data.book("KRW-BTC").asks[0].price
    high = f"{round_to_tick('KRW-BTC', ask * D('1.01'), up=True):f}"
    await raw_buy(client, "fok", ord_type="limit", price=high, volume="0.001", time_in_force="fok")
    assert await shown(client, "fok") == "done"
    await raw_buy(client, "i1")
    assert await shown(client, "i1") == "wait"


def stalling(d: Desk, share: str = "0.5") -> list[Any]:
    """Every order stalls from now on; the list gets what ends the stalls."""
    resumes: list[Any] = []
    d.engine.stall_for = lambda order: Stall(D(share), resumes.append)
    return resumes


def test_a_crossing_limit_order_stalls_and_then_rests() -> None:
    """Buy 20 at 1001 where 5 are offered: 5 trade (the most there is), then nothing until the stall ends, not even
    from public trades below its price; then the rest goes on the book."""
    d = desk()
    resumes = stalling(d)
    order = d.place(side="bid", ord_type="limit", price="1001", volume="20")
    assert (order.executed_volume, order.state, order.resting) == (5, "wait", False)
    d.tick("990", "100")
    assert order.executed_volume == 5
    resumes.pop()()
    assert (order.executed_volume, order.resting) == (5, True)
    d.tick("990", "100")
    assert (order.executed_volume, order.state) == (20, "done")


def test_a_resting_limit_order_stalls_at_its_first_trade() -> None:
    """Buy 20 at 990: a public trade through it fills half, the next one nothing, and after the stall the rest."""
    d = desk()
    resumes = stalling(d)
    order = d.place(side="bid", ord_type="limit", price="990", volume="20")
    assert (order.resting, resumes) == (True, [])
    d.tick("980", "100")
    assert order.executed_volume == 10
    d.tick("980", "100")
    assert order.executed_volume == 10
    resumes.pop()()
    d.tick("980", "100")
    assert (order.executed_volume, order.state) == (20, "done")


def test_shares_of_sums_and_volumes() -> None:
    """A tenth of 40,000 KRW at 1001: floor(4000/1001, 8) coins; a tenth of 7 coins sold: 0.7."""
    d = desk()
    resumes = stalling(d, "0.1")
    bought = d.place(side="bid", ord_type="price", price="40000")
    assert bought.executed_volume == D("3.99600399")
    resumes.pop()()
    assert bought.state == "cancel"
    sold = d.place(side="ask", ord_type="market", volume="7")
    assert (sold.executed_volume, sold.hold) == (D("0.7"), D("6.3"))
    resumes.pop()()
    assert (sold.executed_volume, sold.state) == (7, "done")


# ---------------------------------------------------------------- balance_change


async def test_deposit_and_withdrawal(client: Client, trader: UpbitExchange) -> None:
    """Money and coins appear and vanish from what is free; the trader's next read says so (P6)."""
    faults = client.sandbox.faults
    faults.add(
        [
            {"kind": "balance_change", "type": "deposit", "currency": "KRW", "amount": 500000},
            {"kind": "balance_change", "type": "withdrawal", "currency": "BTC", "amount": "0.25"},
            {"kind": "balance_change", "type": "deposit", "currency": "DOGE", "amount": "12.5"},
        ]
    )
    balances = await trader.balances()
    assert (balances["KRW"].free, balances["BTC"].free, balances["DOGE"].free) == (10_500_000, D("0.75"), D("12.5"))
    assert faults.transfers() == {"KRW": "500000", "BTC": "-0.25", "DOGE": "12.5"}
    check_books(client.sandbox, START)
    faults.add([{"kind": "balance_change", "type": "withdrawal", "currency": "DOGE", "amount": 12.5}])
    assert "DOGE" not in await trader.balances()


async def test_only_what_is_free_can_be_withdrawn(client: Client) -> None:
    low = f"{client.sandbox.data.last_price('KRW-BTC') // 2_000_000 * 1_000_000:f}"
    await raw_buy(client, "r", ord_type="limit", price=low, volume=f"{D(9_000_000) / D(low):.8f}")
    withdrawal = {"kind": "balance_change", "type": "withdrawal", "currency": "KRW", "amount": 9_000_000}
    with pytest.raises(FaultError, match=r"fault 1 \(balance_change\): only \S+ KRW is free"):
        client.sandbox.faults.add([withdrawal])
    check_books(client.sandbox, START)


async def test_a_manual_trade(client: Client, trader: UpbitExchange) -> None:
    """A person sells in the app: an order without an identifier, on REST and in the balances."""
    client.sandbox.faults.add(
        [{"kind": "balance_change", "type": "manual_trade", "market": "KRW-BTC", "side": "ask", "amount": "0.4"}]
    )
    await until(lambda: not client.sandbox.engine.open_orders())
    rows = (await client.get("/v1/orders/closed")).body
    assert [(row["side"], row["ord_type"], row["executed_volume"], "identifier" in row) for row in rows] == [
        ("ask", "market", "0.4", False)
    ]
    assert (await trader.balances())["BTC"].free == D("0.6")
    check_books(client.sandbox, START)
    with pytest.raises(FaultError, match="the manual order would be refused: 400 insufficient_funds_bid"):
        client.sandbox.faults.add(
            [{"kind": "balance_change", "type": "manual_trade", "market": "KRW-BTC", "side": "bid", "amount": 1e9}]
        )


async def test_money_vanishes_just_before_an_order(client: Client) -> None:
    """With a match it happens when such a request comes, before it is carried out; other faults may strike it too."""
    gone = {"kind": "balance_change", "type": "withdrawal", "currency": "KRW", "amount": 9_999_000}
    client.sandbox.faults.add([gone | {"match": {"path": "/v1/orders"}, "times": 2}])
    refused = await raw_buy(client, "i1")
    assert refused.error == "insufficient_funds_bid"
    await raw_buy(client, "i2")
    row = client.sandbox.faults.rows()[0]
    assert (row["fired"], row["error"]) == (2, "KRW would fall below zero: free -9998000, locked 0")
    check_books(client.sandbox, START)


async def test_changes_reach_the_private_stream(client: Client) -> None:
    socket = await client.session.ws_connect(client.sandbox.ws_url + "/private", headers=client.sign())
    await socket.send_json([{"ticket": "t"}, {"type": "myAsset"}])
    await socket.send_json([{"ticket": "t"}, {"method": "LIST_SUBSCRIPTIONS"}])
    await socket.receive(timeout=3)
    client.sandbox.faults.add([{"kind": "balance_change", "type": "deposit", "currency": "KRW", "amount": 5}])
    told = json.loads((await socket.receive(timeout=3)).data)
    assert told["assets"] == [{"currency": "KRW", "balance": 10_000_005.0, "locked": 0.0}]
    await socket.close()


# ---------------------------------------------------------------- price_jump


async def test_a_price_jump(client: Client, trader: UpbitExchange) -> None:
    """20 % down, onto a tick; the trader's next quote is there."""
    before = client.sandbox.data.last_price("KRW-BTC")
    client.sandbox.faults.add([{"kind": "price_jump", "market": "KRW-BTC", "fraction": -0.2}])
    (quote,) = await trader.quotes([BTC])
    assert abs(quote.last / before - D("0.8")) < D("0.002")


async def test_a_jump_between_decision_and_order(client: Client) -> None:
    """The book an order meets is that of after the jump."""
    ask = client.sandbox.data.book("KRW-BTC").asks[0].price
    match = {"method": "POST", "path": "/v1/orders"}
    client.sandbox.faults.add([{"kind": "price_jump", "market": "KRW-BTC", "fraction": 0.1, "match": match}])
    assert client.sandbox.data.book("KRW-BTC").asks[0].price < ask * D("1.05")
    await raw_buy(client, "i1")
    price = D((await order_row(client, "i1"))["trades"][0]["price"])
    assert ask * D("1.08") < price < ask * D("1.12")


async def test_delayed_jumps_are_dropped_by_clear(client: Client) -> None:
    """`seconds` before it happens; DELETE takes back what has not."""
    faults = client.sandbox.faults
    jump = {"kind": "price_jump", "market": "KRW-ETH", "fraction": 1}
    before = client.sandbox.data.last_price("KRW-ETH")
    faults.add([jump | {"seconds": 0.1}])
    assert faults.rows()[0]["active"] is True
    await until(lambda: client.sandbox.data.last_price("KRW-ETH") > before * D("1.8"))
    faults.add([jump | {"seconds": 0.1}])
    faults.clear()
    await asyncio.sleep(0.2)
    assert client.sandbox.data.last_price("KRW-ETH") < before * D("2.5")


async def test_no_price_below_the_smallest_step(client: Client) -> None:
    with pytest.raises(FaultError, match="below its smallest price unit"):
        client.sandbox.faults.add([{"kind": "price_jump", "market": "KRW-XRP", "fraction": -0.999999999999}])


# ---------------------------------------------------------------- clock_skew


async def test_a_wrong_clock(client: Client, trader: UpbitExchange) -> None:
    """All times in answers are an hour behind: created_at, trades' created_at, timestamps and the Date header."""
    await raw_buy(client, "i1")
    row = await client.settled(client.sandbox.engine.by_identifier["i1"].uuid)
    ticker = await client.send("GET", "/v1/ticker?markets=KRW-XRP")
    client.sandbox.faults.add([{"kind": "clock_skew", "seconds": -3600}])
    answer = await client.get("/v1/order", {"identifier": "i1"})
    hour = timedelta(hours=1)
    for right, wrong in ((row, answer.body), (row["trades"][0], answer.body["trades"][0])):
        assert datetime.fromisoformat(right["created_at"]) - datetime.fromisoformat(wrong["created_at"]) == hour
        assert len(right["created_at"]) == len(wrong["created_at"])
    assert {k: v for k, v in row.items() if k not in ("created_at", "trades")} == {
        k: v for k, v in answer.body.items() if k not in ("created_at", "trades")
    }
    skewed = await client.send("GET", "/v1/ticker?markets=KRW-XRP")
    off = skewed.body[0]["timestamp"] - ticker.body[0]["timestamp"]
    assert -3_600_000 <= off < -3_590_000
    dates = [parsedate_to_datetime(a.headers["Date"]) for a in (ticker, skewed)]
    assert timedelta(minutes=59) < dates[0] - dates[1] <= hour
    found = await trader.find(client_order_id="i1")
    assert found is not None
    assert found.created_at == datetime.fromisoformat(row["created_at"]) - hour
    client.sandbox.faults.clear()
    assert (await order_row(client, "i1"))["created_at"] == row["created_at"]


async def test_numbers_survive_the_wrong_clock(client: Client) -> None:
    """Digit for digit, candles' own times included."""
    url = "/v1/candles/days?market=KRW-BTC&count=3"
    right = (await client.send("GET", url)).text
    client.sandbox.faults.add([{"kind": "clock_skew", "seconds": 7, "duration": 0.3}])
    wrong = (await client.send("GET", url)).text
    rows = [json.loads(text, parse_float=Decimal) for text in (right, wrong)]
    for a, b in zip(rows[0][1:], rows[1][1:], strict=True):  # the first one is of today and still grows
        assert a.pop("timestamp") + 7000 == b.pop("timestamp")
        assert a == b
    await until(lambda: not client.sandbox.faults.rows()[0]["active"])
    assert (await client.send("GET", url)).body[1]["timestamp"] == json.loads(right)[1]["timestamp"]


async def test_streams_carry_the_wrong_clock(client: Client) -> None:
    """Snapshots and live messages."""
    client.sandbox.faults.add([{"kind": "clock_skew", "seconds": 86_400}])
    now = client.sandbox.clock.now().timestamp() * 1000
    async with client.session.ws_connect(client.sandbox.ws_url) as socket:
        await socket.send_json([{"ticket": "t"}, {"type": "ticker", "codes": ["KRW-BTC"]}])
        kinds = set()
        while kinds != {"SNAPSHOT", "REALTIME"}:
            message = json.loads((await socket.receive(timeout=5)).data)
            kinds.add(message["stream_type"])
            assert abs(message["timestamp"] - now - 86_400_000) < 20_000


async def test_a_limit_order_of_the_trader_stalls(trader: UpbitExchange, sandbox: Sandbox) -> None:
    """A crossing limit buy: partly filled, open, cancellable, and the rest of its hold comes back."""
    sandbox.faults.add([{"kind": "partial_then_stall", "seconds": 30, "match": {"market": "KRW-BTC", "side": "bid"}}])
    price = round_to_tick("KRW-BTC", sandbox.data.last_price("KRW-BTC") * D("1.02"), up=True)
    wanted = trader_order(
        "t1",
        order_type=OrderType.LIMIT,
        price=price,
        quantity=D("0.001"),
        notional=None,
        time_in_force=TimeInForce.GTC,
    )
    await trader.submit(wanted)
    found = await trader.find(client_order_id="t1")
    assert found is not None
    assert (found.open, found.executed_quantity) == (True, D("0.0005"))
    await trader.cancel(client_order_id="t1")
    await until(lambda: not sandbox.engine.open_orders())
    assert (await trader.balances())["KRW"].locked == 0
    check_books(sandbox, START)
