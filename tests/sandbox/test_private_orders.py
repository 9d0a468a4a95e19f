"""Orders over HTTP: acceptance, refusals by name, reading, cancelling, lists and batches (reference §6 to §12)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from sandbox.rules import round_to_tick
from sandbox.server import Sandbox

D = Decimal


def away(sandbox: Sandbox, factor: str) -> str:
    """A valid KRW-BTC price at `factor` times the last one."""
    return f"{round_to_tick('KRW-BTC', sandbox.data.last_price('KRW-BTC') * D(factor), up=False):f}"


async def rest_one(client: Any, **more: Any) -> Any:
    """A limit buy far below the market, worth at least 5,000 KRW."""
    body = {"market": "KRW-BTC", "side": "bid", "ord_type": "limit", "price": away(client.sandbox, "0.5")}
    answer = await client.order(**{**body, "volume": "0.001", **more})
    assert answer.status == 201, answer.text
    return answer.body


async def test_market_buy_is_accepted_then_traded(client: Any) -> None:
    """§8: the 201 says wait and no trades; §9.4: it ends as cancel with fills; §9.3: cost = funds + fee."""
    answer = await client.order(market="KRW-BTC", side="bid", ord_type="price", price="6000", identifier="b1")
    assert answer.status == 201
    row = answer.body
    assert (row["state"], row["trades_count"], row["locked"], row["volume"]) == ("wait", 0, "6003", None)
    assert row["created_at"].endswith("+09:00")
    assert (row["identifier"], row["smp_type"]) == ("b1", "cancel_maker")
    order = await client.settled(row["uuid"])
    funds = sum(D(trade["funds"]) for trade in order["trades"])
    assert D(order["executed_volume"]) > 0
    assert D(order["paid_fee"]) == funds * D("0.0005")
    assert D(order["locked"]) == D("6003") - funds * D("1.0005")
    assert order["state"] == ("done" if funds == 6000 else "cancel")
    assert set(order["trades"][0]) == {"market", "uuid", "price", "volume", "funds", "trend", "created_at", "side"}
    assert len(order["trades"][0]["created_at"]) == len("2026-11-20T10:00:00.000000+09:00")
    accounts = {r["currency"]: r for r in (await client.get("/v1/accounts")).body}
    assert D(accounts["KRW"]["balance"]) == D(10_000_000) - funds * D("1.0005")
    assert D(accounts["BTC"]["balance"]) == 1 + D(order["executed_volume"])


async def test_found_by_identifier_and_uuid_wins(client: Any) -> None:
    """§6: GET /v1/order by either; 404 order_not_found otherwise."""
    row = await rest_one(client, identifier="x-1")
    assert (await client.get("/v1/order", {"identifier": "x-1"})).body["uuid"] == row["uuid"]
    both = {"identifier": "nobody", "uuid": row["uuid"]}
    assert (await client.get("/v1/order", both)).body["identifier"] == "x-1"
    for params in ({"identifier": "nobody"}, {"uuid": "0" * 36}, {"uuid": "not a uuid"}):
        answer = await client.get("/v1/order", params)
        assert (answer.status, answer.error) == (404, "order_not_found")
    assert (await client.get("/v1/order")).status == 400


BASE = {"market": "KRW-BTC", "side": "bid", "ord_type": "limit", "price": "50000000", "volume": "0.001"}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"market": ""}, "validation_error"),
    ({"side": ""}, "validation_error"),
    ({"ord_type": ""}, "validation_error"),
    ({"market": "KRW-NOPE"}, "notfoundmarket"),
    ({"market": "BTC/KRW"}, "notfoundmarket"),
    ({"side": "buy"}, "invalid_parameter"),
    ({"ord_type": "stop"}, "invalid_parameter"),
    ({"price": ""}, "create_bid_error"),
    ({"volume": ""}, "create_bid_error"),
    ({"ord_type": "market"}, "create_bid_error"),
    ({"ord_type": "price"}, "create_bid_error"),
    ({"ord_type": "market", "side": "ask"}, "create_ask_error"),
    ({"ord_type": "price", "side": "ask", "volume": ""}, "create_ask_error"),
    ({"price": "50000001"}, "invalid_price_bid"),
    ({"side": "ask", "price": "50000001"}, "invalid_price_ask"),
    ({"price": "abc"}, "invalid_price_bid"),
    ({"price": "NaN"}, "invalid_price_bid"),
    ({"price": "Infinity"}, "invalid_price_bid"),
    ({"price": "-50000000"}, "invalid_price_bid"),
    ({"price": "5e7"}, "invalid_price_bid"),
    ({"price": "0"}, "invalid_price_bid"),
    ({"price": "٥٠٠٠"}, "invalid_price_bid"),
    ({"price": "9" * 400}, "invalid_price_bid"),
    ({"price": "99999999999999999000"}, "over_krw_funds_bid"),
    ({"volume": "0.000000001"}, "invalid_volume_bid"),
    ({"volume": "1e-3"}, "invalid_volume_bid"),
    ({"volume": "3.33e-05"}, "invalid_volume_bid"),
    ({"volume": "-1"}, "invalid_volume_bid"),
    ({"volume": "0"}, "invalid_volume_bid"),
    ({"volume": "nan"}, "invalid_volume_bid"),
    ({"volume": "0.123456789", "side": "ask"}, "invalid_volume_ask"),
    ({"volume": "0.00000001"}, "under_min_total_bid"),
    ({"volume": "0.00000001", "side": "ask"}, "under_min_total_ask"),
    ({"volume": "21"}, "over_krw_funds_bid"),
    ({"volume": "1"}, "insufficient_funds_bid"),
    ({"volume": "1.1", "side": "ask"}, "insufficient_funds_ask"),
    ({"time_in_force": "gtc"}, "invalid_time_in_force"),
    ({"time_in_force": "post_only", "smp_type": "reduce"}, "invalid_post_only"),
    ({"ord_type": "best", "volume": "", "price": "6000"}, "invalid_time_in_force"),
    ({"ord_type": "best", "volume": "", "price": "6000", "time_in_force": "post_only"}, "invalid_post_only"),
    ({"ord_type": "price", "volume": "", "price": "6000", "time_in_force": "ioc"}, "invalid_time_in_force"),
    ({"smp_type": "whatever"}, "invalid_parameter"),
    ({"identifier": "i" * 65}, "invalid_parameter"),
    ({"identifier": "a\u0000b"}, "invalid_parameter"),
]


async def test_refused_by_name(client: Any) -> None:
    """§10, §12; orders/test refuses the same, and neither leaves a trace."""
    for changes, name in REFUSED:
        body = {key: value for key, value in {**BASE, **changes}.items() if value != ""}
        for path in ("/v1/orders", "/v1/orders/test"):
            answer = await client.post(path, body)
            assert (answer.status, answer.error) == (400, name), changes
    assert not client.sandbox.engine.orders
    assert client.sandbox.account.holding("KRW").locked == 0


async def test_numbers_in_json_are_read_as_written(client: Any) -> None:
    """§2: values should be texts; a number is hashed and read with the digits it was written with."""
    price = int(away(client.sandbox, "0.5"))
    answer = await client.order(market="KRW-BTC", side="bid", ord_type="limit", price=price, volume=0.001)
    assert (answer.status, answer.body["volume"]) == (201, "0.001")
    answer = await client.order(market="KRW-BTC", side="bid", ord_type="limit", price=price, volume=0.00001)
    assert answer.error == "invalid_volume_bid"  # Python writes 1e-05


ODD_BODIES = ["", "[]", "null", "3", '"text"', "{", '{"market": {"a": 1}}', '{"market": [[1]]}', '{"a": "\\ud800"}']


async def test_odd_bodies_are_400(client: Any) -> None:
    """§12: never a 500."""
    for body in [*ODD_BODIES, "[" * 50_000]:
        headers = client.sign() | {"Content-Type": "application/json"}
        answer = await client.send("POST", "/v1/orders", data=body, headers=headers)
        assert (answer.status, answer.error) == (400, "validation_error"), body[:50]


async def test_repeated_keys_are_400(client: Any) -> None:
    headers = client.sign("side=bid&side=ask&market=KRW-BTC") | {"Content-Type": "application/json"}
    body = '{"side": "bid", "side": "ask", "market": "KRW-BTC"}'
    answer = await client.send("POST", "/v1/orders", data=body, headers=headers)
    assert (answer.status, answer.error) == (400, "invalid_parameter")


async def test_form_posts_are_refused(client: Any) -> None:
    """§2: unsupported since 2022-03-01."""
    answer = await client.send("POST", "/v1/orders", data={"market": "KRW-BTC"}, headers=client.sign())
    assert (answer.status, answer.error) == (400, "validation_error")


async def test_identifiers_live_for_ever(client: Any) -> None:
    """§13: a duplicate is refused even after the order was cancelled; orders/test uses none up."""
    first = await rest_one(client, identifier="once")
    await client.delete("/v1/order", {"uuid": first["uuid"]})
    await client.settled(first["uuid"])
    again = await client.order(**{**BASE, "price": first["price"], "identifier": "once"})
    assert (again.status, again.error) == (400, "duplicated_identifier")
    rehearsal = await client.post("/v1/orders/test", {**BASE, "price": first["price"], "identifier": "twice"})
    assert rehearsal.status == 201
    assert (await client.get("/v1/order", {"uuid": rehearsal.body["uuid"]})).status == 404
    assert (await client.get("/v1/order", {"identifier": "twice"})).status == 404
    await rest_one(client, identifier="twice")


async def test_cancel_answers_the_order_as_it_was(client: Any) -> None:
    """§6: DELETE /v1/order still says wait; the hold comes back; a second cancel finds nothing."""
    row = await rest_one(client, identifier="c-1")
    answer = await client.delete("/v1/order", {"identifier": "c-1"})
    assert (answer.status, answer.body["state"]) == (200, "wait")
    order = await client.settled(row["uuid"])
    assert (order["state"], order["locked"]) == ("cancel", row["locked"])
    assert client.sandbox.account.holding("KRW").balance == D(10_000_000)
    answer = await client.delete("/v1/order", {"uuid": row["uuid"]})
    assert (answer.status, answer.error) == (404, "order_not_found")


async def test_open_orders_by_page(client: Any) -> None:
    """§6: wait is the default, newest first; page and limit; state xor states[]."""
    uuids = [(await rest_one(client))["uuid"] for _ in range(5)]
    rows = (await client.get("/v1/orders/open")).body
    assert [row["uuid"] for row in rows] == uuids[::-1]
    assert "trades" not in rows[0]
    page = (await client.get("/v1/orders/open", {"page": "2", "limit": "2", "order_by": "asc"})).body
    assert [row["uuid"] for row in page] == uuids[2:4]
    both = [("states[]", "wait"), ("states[]", "watch")]
    assert len((await client.get("/v1/orders/open", both)).body) == 5
    assert (await client.get("/v1/orders/open", {"state": "watch"})).body == []
    assert (await client.get("/v1/orders/open", {"market": "KRW-ETH"})).body == []
    for bad in (
        {"limit": "101"},
        {"limit": "0"},
        {"limit": "x"},
        {"page": "0"},
        {"state": "done"},
        {"order_by": "up"},
        {"market": "NO-NO"},
        {"state": "wait", "states[]": "wait"},
    ):
        assert (await client.get("/v1/orders/open", bad)).status == 400, bad


async def test_closed_orders_and_their_window(client: Any) -> None:
    """§6: by creation time, within 7 days; no cursor; states default to both."""
    row = await rest_one(client)
    await client.delete("/v1/order", {"uuid": row["uuid"]})
    bought = await client.order(market="KRW-BTC", side="bid", ord_type="price", price="6000")
    await client.settled(bought.body["uuid"])
    closed = (await client.get("/v1/orders/closed")).body
    assert [r["uuid"] for r in closed] == [bought.body["uuid"], row["uuid"]]
    assert len((await client.get("/v1/orders/closed", {"limit": "1"})).body) == 1
    assert len((await client.get("/v1/orders/closed", {"state": "cancel"})).body) >= 1
    for order in client.sandbox.engine.orders.values():
        order.created_at -= timedelta(days=8)
    assert (await client.get("/v1/orders/closed")).body == []
    start = (await client.get("/v1/order", {"uuid": row["uuid"]})).body["created_at"]
    assert len((await client.get("/v1/orders/closed", {"start_time": start})).body) == 2
    begin = client.sandbox.clock.start - timedelta(days=8)
    ms = int(begin.timestamp() * 1000)
    assert len((await client.get("/v1/orders/closed", {"start_time": str(ms - 1000)})).body) == 2
    assert (await client.get("/v1/orders/closed", {"end_time": str(ms - 1000)})).body == []
    for bad in (
        {"start_time": "yesterday"},
        {"start_time": "2026-11-20T10:00:00"},
        {"start_time": "9" * 15},
        {"start_time": str(ms), "end_time": str(ms - 1)},
        {"start_time": str(ms - 7 * 86_400_000 - 1), "end_time": str(ms)},
        {"end_time": "0001-01-01T00:00:00Z"},
        {"state": "wait"},
        {"limit": "1001"},
    ):
        assert (await client.get("/v1/orders/closed", bad)).status == 400, bad
    raw_plus = "start_time=2026-11-20T10:00:00+09:00"
    answer = await client.send("GET", f"/v1/orders/closed?{raw_plus}", headers=client.sign(raw_plus))
    assert answer.status == 400  # §2: a raw + is a blank
    encoded = "start_time=" + quote("2026-11-20T10:00:00+09:00", safe="")
    answer = await client.send("GET", f"/v1/orders/closed?{encoded}", headers=client.sign(raw_plus))
    assert answer.status == 200


async def test_orders_by_ids(client: Any) -> None:
    """§6: uuids[] xor identifiers[], at most 100; unknown ones are left out."""
    uuids = [(await rest_one(client, identifier=f"n{i}"))["uuid"] for i in range(3)]
    found = await client.get("/v1/orders/uuids", [("uuids[]", uuid) for uuid in uuids] + [("uuids[]", "no")])
    assert [row["uuid"] for row in found.body] == uuids[::-1]
    pairs = [("identifiers[]", "n0"), ("identifiers[]", "n2"), ("order_by", "asc")]
    assert [row["identifier"] for row in (await client.get("/v1/orders/uuids", pairs)).body] == ["n0", "n2"]
    assert (await client.get("/v1/orders/uuids")).status == 400
    both = [("uuids[]", uuids[0]), ("identifiers[]", "n0")]
    assert (await client.get("/v1/orders/uuids", both)).status == 400
    assert (await client.get("/v1/orders/uuids", [("uuids[]", str(i)) for i in range(101)])).status == 400


async def test_cancel_by_ids(client: Any) -> None:
    """§6: at most 20, in the query; what cannot be cancelled is listed as failed."""
    uuids = [(await rest_one(client))["uuid"] for _ in range(2)]
    answer = await client.delete("/v1/orders/uuids", [("uuids[]", uuids[0]), ("uuids[]", "ghost")])
    assert answer.body == {
        "success": {"count": 1, "orders": [{"uuid": uuids[0], "market": "KRW-BTC"}]},
        "failed": {"count": 1, "orders": [{"uuid": "ghost"}]},
    }
    assert (await client.settled(uuids[0]))["state"] == "cancel"
    assert (await client.delete("/v1/orders/uuids", [("uuids[]", str(i)) for i in range(21)])).status == 400
    answer = await client.send("DELETE", "/v1/orders/uuids", json={"uuids[]": uuids}, headers=client.sign())
    assert answer.status == 400


async def test_cancel_open(client: Any) -> None:
    """§6: without parameters the 20 newest; side, pairs, exclusions and count choose."""
    uuids = [(await rest_one(client, volume="0.0002"))["uuid"] for _ in range(22)]
    ask = await rest_one(client, side="ask", price=away(client.sandbox, "1.5"))
    assert (await client.delete("/v1/orders/open", {"cancel_side": "ask"})).body["success"]["count"] == 1
    await client.settled(ask["uuid"])
    assert (await client.delete("/v1/orders/open", {"excluded_pairs": "KRW-BTC,KRW-ETH"})).body["success"]["count"] == 0
    assert (await client.delete("/v1/orders/open", {"quote_currencies": "USDT"})).body["success"]["count"] == 0
    oldest = await client.delete("/v1/orders/open", {"count": "1", "order_by": "asc", "pairs": "KRW-BTC"})
    assert [row["uuid"] for row in oldest.body["success"]["orders"]] == [uuids[0]]
    await client.settled(uuids[0])
    answer = (await client.delete("/v1/orders/open")).body
    assert [row["uuid"] for row in answer["success"]["orders"]] == uuids[:1:-1]
    await client.settled(uuids[2])
    assert len((await client.get("/v1/orders/open")).body) == 1
    for bad in (
        {"count": "301"},
        {"cancel_side": "buy"},
        {"pairs": "NO-NO"},
        {"pairs": "KRW-BTC", "quote_currencies": "KRW"},
        {"quote_currencies": "EUR"},
        {"excluded_pairs": ",".join(["KRW-BTC"] * 21)},
    ):
        assert (await client.delete("/v1/orders/open", bad)).status == 400, bad


async def test_cancel_and_new(client: Any) -> None:
    """§8.4: the previous order as it was, plus the new one's handles; funds of the old count for the new."""
    price = away(client.sandbox, "0.5")
    volume = f"{D('9990000') / D(price):.8f}"
    row = await rest_one(client, identifier="old", price=price, volume=volume)
    body = {"prev_order_identifier": "old", "new_ord_type": "limit", "new_price": away(client.sandbox, "0.4")}
    answer = await client.post(
        "/v1/orders/cancel_and_new", {**body, "new_volume": "remain_only", "new_identifier": "new"}
    )
    assert answer.status == 201, answer.text
    assert (answer.body["uuid"], answer.body["state"]) == (row["uuid"], "wait")
    assert answer.body["new_order_identifier"] == "new"
    new = (await client.get("/v1/order", {"uuid": answer.body["new_order_uuid"]})).body
    assert (new["side"], new["volume"], new["state"]) == ("bid", row["volume"], "wait")
    assert (await client.settled(row["uuid"]))["state"] == "cancel"
    gone = await client.post("/v1/orders/cancel_and_new", {**body, "new_volume": "1"})
    assert (gone.status, gone.error) == (404, "order_not_found")
    same = {**body, "prev_order_identifier": "new", "new_volume": "remain_only", "new_identifier": "new"}
    answer = await client.post("/v1/orders/cancel_and_new", same)
    assert (answer.status, answer.error) == (400, "duplicated_identifier")
    bad = {**body, "prev_order_identifier": "new", "new_volume": "-1"}
    assert (await client.post("/v1/orders/cancel_and_new", bad)).error == "invalid_volume_bid"
    assert (await client.get("/v1/order", {"identifier": "new"})).body["state"] == "wait"


async def test_the_old_list(client: Any) -> None:
    """§6: GET /v1/orders, deprecated, which pyupbit needs."""
    row = await rest_one(client)
    assert [r["uuid"] for r in (await client.get("/v1/orders", {"market": "KRW-BTC"})).body] == [row["uuid"]]
    assert (await client.get("/v1/orders", {"state": "done"})).body == []
    assert len((await client.get("/v1/orders", [("uuids[]", row["uuid"])])).body) == 1


async def test_a_resting_order_fills_when_the_price_comes(client: Any) -> None:
    """§8, §9: a jump through the limit fills it whole, at its own price, as maker."""
    limit = away(client.sandbox, "0.97")
    row = await rest_one(client, price=limit, volume="0.01")
    await client.control("price", {"market": "KRW-BTC", "price": away(client.sandbox, "0.95")})
    order = await client.settled(row["uuid"])
    assert (order["state"], order["executed_volume"], order["locked"]) == ("done", "0.01", "0")
    assert {trade["price"] for trade in order["trades"]} == {limit}
    assert D(order["paid_fee"]) == D(limit) * D("0.01") * D("0.0005") == D(order["reserved_fee"])


async def test_many_at_once_stay_consistent(client: Any) -> None:
    """Concurrent buys and sells: fills add up and nothing is left held."""

    async def one(index: int) -> str:
        side = "bid" if index % 2 else "ask"
        fields = {"ord_type": "price", "price": "6000"} if index % 2 else {"ord_type": "market", "volume": "0.0001"}
        answer = await client.order(market="KRW-BTC", side=side, **fields)
        assert answer.status == 201, answer.text
        return str(answer.body["uuid"])

    uuids = await asyncio.gather(*(one(index) for index in range(40)))
    orders = [await client.settled(uuid) for uuid in uuids]
    cash, coins = D(10_000_000), D(1)
    for order in orders:
        funds = sum((D(trade["funds"]) for trade in order["trades"]), D(0))
        sign = 1 if order["side"] == "bid" else -1
        cash -= sign * funds + D(order["paid_fee"])
        coins += sign * D(order["executed_volume"])
    account = client.sandbox.account
    assert (account.holding("KRW").balance, account.holding("KRW").locked) == (cash, 0)
    assert (account.holding("BTC").balance, account.holding("BTC").locked) == (coins, 0)
