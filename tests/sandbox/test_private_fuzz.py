"""Nonsense in, 4xx out: whatever a signed client sends, the answer is JSON and never a server fault (reference §12)."""

from __future__ import annotations

import json
import random
from typing import Any

from tests.sandbox.signing import Client

WORDS = [
    *("", "KRW-BTC", "KRW", "-", "BTC-KRW", "bid", "ask", "limit", "price", "market", "best", "ioc", "fok"),
    *("post_only", "0", "1", "-1", "5000", "6000", "160000000", "0.001", "1e5", "NaN", "Infinity", "9" * 30),
    *("0." + "1" * 30, "00005000", "reduce", "none", "cancel_taker", "wait", "done", "cancel", "asc", "remain_only"),
    *("한글", "a b", "%", "%41", "+", "&=", "2026-11-20T10:00:00+09:00", "9999-12-31T23:59:59Z", "1763600000000"),
    *("0001-01-01T00:00:00+14:00", "true", "\x00", "00000000-0000-4000-8000-000000000000", "x" * 300),
]
NAMES = [
    *("market", "side", "ord_type", "price", "volume", "time_in_force", "smp_type", "identifier", "uuid", "uuids[]"),
    *("identifiers[]", "state", "states[]", "page", "limit", "order_by", "start_time", "end_time", "count"),
    *("cancel_side", "pairs", "excluded_pairs", "quote_currencies", "prev_order_uuid", "prev_order_identifier"),
    *("new_ord_type", "new_price", "new_volume", "new_identifier", "new_time_in_force", "", "odd name", "to"),
]
CALLS = [
    ("GET", "/v1/accounts"),
    ("GET", "/v1/orders/chance"),
    ("GET", "/v1/order"),
    ("GET", "/v1/orders"),
    ("GET", "/v1/orders/uuids"),
    ("GET", "/v1/orders/open"),
    ("GET", "/v1/orders/closed"),
    ("GET", "/v1/status/wallet"),
    ("GET", "/v1/api_keys"),
    ("DELETE", "/v1/order"),
    ("DELETE", "/v1/orders/uuids"),
    ("DELETE", "/v1/orders/open"),
    ("POST", "/v1/orders"),
    ("POST", "/v1/orders/test"),
    ("POST", "/v1/orders/cancel_and_new"),
]
VALUES: list[Any] = [None, True, False, 0, -1, 6000, 0.5, 1e300, [], ["a"], [1], {}, {"a": 1}, "6000", "KRW-BTC", "bid"]


async def test_random_parameters(client: Client) -> None:
    """Well signed nonsense on every private endpoint."""
    pick = random.Random(5)
    seen: set[int] = set()
    for _ in range(600):
        method, path = pick.choice(CALLS)
        names = pick.sample(NAMES, pick.randrange(6))
        pairs = [(name, pick.choice(WORDS)) for name in names]
        if method == "POST":
            answer = await client.post(path, dict(pairs))
        else:
            answer = await (client.get if method == "GET" else client.delete)(path, pairs)
        seen.add(answer.status)
        assert answer.status in (200, 201, 400, 401, 404), (method, path, pairs, answer.text)
        json.loads(answer.text)
    assert {200, 400, 404} <= seen


async def test_plausible_orders_with_one_thing_wrong(client: Client) -> None:
    """Orders that are nearly right: accepted or refused, never broken; the books stay sane."""
    pick = random.Random(6)
    base = {"market": "KRW-BTC", "side": "bid", "ord_type": "limit", "price": "80000000", "volume": "0.001"}
    for _ in range(400):
        body: dict[str, Any] = dict(base)
        body["side"] = pick.choice(["bid", "ask"])
        body["ord_type"] = pick.choice(["limit", "price", "market", "best"])
        for name in pick.sample(["price", "volume", "time_in_force", "smp_type", "identifier", "market"], 2):
            body[name] = pick.choice(WORDS)
        if pick.random() < 0.7:
            body.pop(pick.choice(["price", "volume"]))
        answer = await client.order(**body)
        assert answer.status in (201, 400), (body, answer.text)
    account = client.sandbox.account
    assert all(row.balance >= 0 and row.locked >= 0 for row in account.rows())


async def test_unsigned_and_wrongly_typed_bodies(client: Client) -> None:
    """JSON values of every type, with a fitting or missing hash, and the controls with the same."""
    pick = random.Random(7)
    for _ in range(300):
        body = {pick.choice(NAMES): pick.choice(VALUES) for _ in range(pick.randrange(5))}
        for path in ("/v1/orders", "/v1/orders/cancel_and_new"):
            answer = await client.send("POST", path, json=body, headers=client.sign())
            assert answer.status in (400, 401, 404), (path, body, answer.text)
        control = pick.choice(["price", "limits", "advance"])
        fields = {"price": ["market", "price"], "limits": ["factor", "body"], "advance": ["seconds"]}[control]
        values = {name: pick.choice(VALUES) for name in fields}
        if values.get("seconds") in (6000, "6000"):
            continue  # right, and slow
        answer = await client.control(control, values)
        assert answer.status in (200, 400), (control, answer.text)
    await client.control("limits", {"factor": 1000, "body": "nested"})
