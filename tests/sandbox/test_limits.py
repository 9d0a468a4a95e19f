"""Request groups (reference §11): windows in real time, 429, growing 418 blocks, headers, shapes, Origin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from sandbox.errors import ApiError
from sandbox.rest.limits import GROUPS, RateLimits, exchange_group, quotation_group
from tests.sandbox.signing import Client


class Timer:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def limits(**arguments: Any) -> tuple[RateLimits, Timer]:
    timer = Timer()
    return RateLimits(timer=timer, **arguments), timer


def status_of(limits: RateLimits, group: str, key: str = "me") -> int:
    try:
        limits.take(group, key)
    except ApiError as error:
        return error.status
    return 200


@pytest.mark.parametrize(
    ("group", "calls", "seconds"),
    [
        ("market", 10, 1),
        ("candle", 10, 1),
        ("trade", 10, 1),
        ("ticker", 10, 1),
        ("orderbook", 10, 1),
        ("default", 30, 1),
        ("order", 12, 1),
        ("order-test", 8, 1),
        ("order-cancel-all", 1, 2),
        ("origin", 1, 10),
        ("websocket-connect", 5, 1),
        ("websocket-message", 5, 1),
    ],
)
def test_each_group(group: str, calls: int, seconds: int) -> None:
    """§11: so many calls pass, the next is refused, and the window's end lets them pass again."""
    limiter, timer = limits()
    assert [status_of(limiter, group) for _ in range(calls + 1)] == [200] * calls + [429]
    timer.now += seconds - 0.01
    assert status_of(limiter, group) == 429
    timer.now += 0.01
    assert status_of(limiter, group) == 200
    assert status_of(limiter, group, "someone else") == 200


def test_stream_messages_also_count_by_the_minute() -> None:
    """§11: 5 a second and 100 a minute."""
    limiter, timer = limits()
    passed = 0
    for _ in range(30):
        passed += [status_of(limiter, "websocket-message") for _ in range(5)].count(200)
        timer.now += 1
    assert passed == 100


def test_going_on_is_blocked_for_longer_and_longer() -> None:
    """§11: 429 first; then 418 with the seconds in its message, each block twice the last."""
    limiter, timer = limits()
    seen = [status_of(limiter, "order") for _ in range(12 + 24 + 1)]
    assert seen == [200] * 12 + [429] * 24 + [418]
    for seconds in (5, 10, 20):
        with pytest.raises(ApiError, match=f"blocked for {seconds} seconds"):
            limiter.take("order", "me")
        timer.now += seconds
        assert [status_of(limiter, "order") for _ in range(37)][-1] == 418


def test_a_pause_ends_the_streak() -> None:
    """§11: who waits after a 429 is never blocked."""
    limiter, timer = limits()
    for _ in range(100):
        assert [status_of(limiter, "order") for _ in range(13)] == [200] * 12 + [429]
        timer.now += 2


def test_hammering_slowly_is_hammering() -> None:
    limiter, timer = limits()
    seen = []
    for _ in range(10):
        seen += [status_of(limiter, "order") for _ in range(20)]
        timer.now += 1
    assert 418 in seen


def test_header_words() -> None:
    """§11: candles and trades in the plural, `min` is sixty times the second."""
    limiter, _ = limits()
    assert limiter.take("candle", "me").header == "group=candles; min=600; sec=9"
    assert limiter.take("default", "me").header == "group=default; min=1800; sec=29"
    assert limiter.peek("default", "me").header == "group=default; min=1800; sec=29"


def test_factor_scales() -> None:
    limiter, _ = limits(factor=2)
    assert [status_of(limiter, "order") for _ in range(25)].count(200) == 24
    limiter.factor = 0.01
    assert [status_of(limiter, "order") for _ in range(3)] == [200, 429, 429]
    with pytest.raises(ValueError, match="above zero"):
        limiter.factor = 0


def test_memory_stays_bounded() -> None:
    limiter, timer = limits()
    for index in range(25_000):
        limiter.take("websocket-message", str(index))
        timer.now += 1
    assert len(limiter._counters) <= 10_001


def test_paths_and_groups() -> None:
    """§11, last column."""
    assert exchange_group("POST", "/v1/orders") == exchange_group("POST", "/v1/orders/cancel_and_new") == "order"
    assert exchange_group("POST", "/v1/orders/test") == "order-test"
    assert exchange_group("DELETE", "/v1/orders/open") == "order-cancel-all"
    assert exchange_group("GET", "/v1/orders/open") == exchange_group("DELETE", "/v1/order") == "default"
    words = {path: GROUPS[quotation_group(path)].word for path in ("/v1/candles/minutes/1", "/v1/trades/ticks")}
    assert words == {"/v1/candles/minutes/1": "candles", "/v1/trades/ticks": "trades"}
    assert quotation_group("/v1/orderbook/instruments") == "orderbook"
    assert quotation_group("/v1/ticker/all") == "ticker"
    assert quotation_group("/v1/market/all") == "market"


async def test_over_http(make_sandbox: Callable[..., Any]) -> None:
    """§11: every answer carries the header; errors count as calls; refused tokens do not."""
    started = await make_sandbox(rate_limit_factor=1.0)
    async with aiohttp.ClientSession() as session:
        client = Client(started, session)
        for _ in range(40):
            assert (await client.send("GET", "/v1/accounts")).status == 401
        first = await client.get("/v1/order", {"uuid": "nobody"})
        assert (first.status, first.headers["Remaining-Req"]) == (404, "group=default; min=1800; sec=29")
        answers = [await client.post("/v1/orders", {"market": "x"}) for _ in range(13)]
        assert [answer.status for answer in answers] == [400] * 12 + [429]
        assert answers[0].headers["Remaining-Req"] == "group=order; min=720; sec=11"
        assert answers[-1].headers["Remaining-Req"] == "group=order; min=720; sec=0"
        assert answers[-1].error == "too_many_requests"
        missing = await client.send("GET", "/v1/ticker?markets=KRW-NOPE")
        assert (missing.status, missing.headers["Remaining-Req"]) == (404, "group=ticker; min=600; sec=9")
        answers = [await client.delete("/v1/orders/open") for _ in range(2)]
        assert [answer.status for answer in answers] == [200, 429]


async def test_body_shapes(make_sandbox: Callable[..., Any]) -> None:
    """§11: nested, flat and text have all been seen."""
    started = await make_sandbox(rate_limit_factor=0.001)
    async with aiohttp.ClientSession() as session:
        client = Client(started, session)
        seen = {}
        for shape in ("nested", "flat", "text"):
            await client.control("limits", {"body": shape, "factor": 0.001})
            await client.get("/v1/accounts")
            answer = await client.get("/v1/accounts")
            assert answer.status == 429
            assert "Remaining-Req" in answer.headers
            seen[shape] = answer
        assert seen["nested"].error == "too_many_requests"
        assert seen["flat"].body == {"name": "too_many_requests"}
        assert seen["text"].text == "Too many API requests."
        assert (await client.control("limits", {"factor": 100})).body == {"factor": 100.0, "body": "text"}
        assert [(await client.get("/v1/accounts")).status for _ in range(5)] == [200] * 5


async def test_origin(make_sandbox: Callable[..., Any]) -> None:
    """§11: with an Origin header one call in ten seconds over all of Quotation."""
    started = await make_sandbox(rate_limit_factor=1.0)
    async with aiohttp.ClientSession() as session:
        client = Client(started, session)
        browser = {"Origin": "http://example.com"}
        first = await client.send("GET", "/v1/market/all", headers=browser)
        second = await client.send("GET", "/v1/ticker?markets=KRW-BTC", headers=browser)
        assert (first.status, second.status) == (200, 429)
        assert first.headers["Remaining-Req"] == "group=origin; min=6; sec=0"
        assert (await client.send("GET", "/v1/market/all")).status == 200
