"""Every fault of a request, as a raw client and as the trader sees it, and what GET /v1/order shows then (E8, §13)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import httpx
import pytest

from sandbox.faults import Faults
from sandbox.server import Sandbox
from tests.sandbox.fault_parts import D, check_books, raw_buy, shown, trader_order, until
from tests.sandbox.signing import Client
from trader.errors import (
    DuplicateClientOrderId,
    InsufficientFunds,
    OutcomeUnknown,
    VenueBlocked,
    VenueBusy,
    VenueError,
    VenueForbidden,
    VenueOffline,
    VenueRejected,
    VenueUnreachable,
)
from trader.exchange.upbit.client import UpbitExchange

START = {"KRW": D(10_000_000), "BTC": D(1)}
CUT = aiohttp.ServerDisconnectedError
RESET = aiohttp.ClientOSError

Case = tuple[dict[str, Any], Any, type[VenueError] | None, bool]
"""(fault, what the raw client gets, what the trader raises, whether the order exists at once)"""

ORDER_CASES: dict[str, Case] = {
    "dropped": ({"kind": "drop_response_after_accept"}, CUT, OutcomeUnknown, True),
    "delayed": ({"kind": "delay_accept", "seconds": 0.8}, CUT, OutcomeUnknown, False),
    "delayed, held": (
        {"kind": "delay_accept", "seconds": 1.2, "answer": "none"},
        TimeoutError,
        OutcomeUnknown,
        False,
    ),
    "500 after": ({"kind": "error_after_accept"}, 500, OutcomeUnknown, True),
    "502 after": ({"kind": "error_after_accept", "status": 502}, 502, OutcomeUnknown, True),
    "late answer": ({"kind": "timeout", "seconds": 1.5}, TimeoutError, OutcomeUnknown, True),
    "late request": ({"kind": "timeout", "seconds": 1.2, "when": "before"}, TimeoutError, OutcomeUnknown, False),
    "slow": ({"kind": "slow_body", "seconds": 0.8}, TimeoutError, None, True),
    "truncated": ({"kind": "truncated_json"}, 201, OutcomeUnknown, True),
    "reset before": ({"kind": "connection_reset"}, RESET, OutcomeUnknown, False),
    "reset after": ({"kind": "connection_reset", "when": "after"}, RESET, OutcomeUnknown, True),
    "400": ({"kind": "http_status", "status": 400}, 400, VenueRejected, False),
    "400 named": (
        {"kind": "http_status", "status": 400, "name": "insufficient_funds_bid"},
        400,
        InsufficientFunds,
        False,
    ),
    "401": ({"kind": "http_status", "status": 401}, 401, VenueForbidden, False),
    "401 expired": ({"kind": "http_status", "status": 401, "name": "expired_access_key"}, 401, VenueForbidden, False),
    "403": ({"kind": "http_status", "status": 403}, 403, VenueOffline, False),
    "418": ({"kind": "http_status", "status": 418}, 418, VenueBlocked, False),
    "429 nested": ({"kind": "http_status", "status": 429}, 429, VenueBusy, False),
    "429 flat": ({"kind": "http_status", "status": 429, "body_shape": "flat"}, 429, VenueBusy, False),
    "429 text": ({"kind": "http_status", "status": 429, "body_shape": "text"}, 429, VenueBusy, False),
    "500": ({"kind": "http_status", "status": 500}, 500, OutcomeUnknown, False),
    "502": ({"kind": "http_status", "status": 502}, 502, OutcomeUnknown, False),
    "503": ({"kind": "http_status", "status": 503, "body_shape": "nested"}, 503, OutcomeUnknown, False),
}
APPEARS_LATER = {"delayed", "delayed, held", "late request"}


@pytest.fixture
async def faults(sandbox: Sandbox) -> AsyncIterator[Faults]:
    """Afterwards nothing is under way any more and the books are right."""
    yield sandbox.faults
    await sandbox.faults.stop()
    await until(lambda: not sandbox.engine.open_orders())
    check_books(sandbox, START)


@pytest.mark.parametrize("name", ORDER_CASES)
async def test_an_order_through_a_raw_client(client: Client, faults: Faults, name: str) -> None:
    """What comes back, and GET by identifier at once and after the fault's seconds."""
    fault, expected, _, exists = ORDER_CASES[name]
    faults.add([fault | {"match": {"method": "POST", "path": "/v1/orders"}}])
    got = await raw_buy(client, "i1", 0.4 if expected is TimeoutError else 5.0)
    assert (got if isinstance(got, type) else got.status) == expected
    assert (await shown(client, "i1") is not None) == exists
    if name in APPEARS_LATER:
        await until(lambda: "i1" in client.sandbox.engine.by_identifier)
        exists = True
    if exists:
        order = await client.settled(client.sandbox.engine.by_identifier["i1"].uuid)
        assert order["state"] == "cancel"
        assert D(order["executed_volume"]) > 0
    assert faults.rows()[0]["fired"] == 1


@pytest.mark.parametrize("name", ORDER_CASES)
async def test_an_order_through_the_trader(trader: UpbitExchange, sandbox: Sandbox, faults: Faults, name: str) -> None:
    """E8: an answer that proves nothing is OutcomeUnknown, and a lookup by client order id then tells the truth."""
    fault, _, error, exists = ORDER_CASES[name]
    faults.add([fault | {"match": {"method": "POST", "path": "/v1/orders"}}])
    if error is None:
        assert (await trader.submit(trader_order("t1"))).open
    else:
        with pytest.raises(error) as raised:
            await trader.submit(trader_order("t1"))
        assert type(raised.value) is error or error is VenueRejected
    found = await trader.find(client_order_id="t1")
    assert (found is not None) == exists
    if name in APPEARS_LATER:
        await until(lambda: "t1" in sandbox.engine.by_identifier)
        found = await trader.find(client_order_id="t1")
    if found is not None:
        assert (found.client_order_id, found.executed_quantity > 0) == ("t1", True)
    assert faults.rows()[0]["fired"] == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "http_status", "status": 500}, VenueUnreachable),
        ({"kind": "http_status", "status": 502}, VenueUnreachable),
        ({"kind": "http_status", "status": 429}, VenueBusy),
        ({"kind": "http_status", "status": 403}, VenueOffline),
        ({"kind": "http_status", "status": 401}, VenueForbidden),
        ({"kind": "timeout", "seconds": 5}, VenueUnreachable),
        ({"kind": "truncated_json"}, VenueUnreachable),
        ({"kind": "connection_reset"}, VenueUnreachable),
    ],
    ids=str,
)
async def test_a_read_through_the_trader(
    trader: UpbitExchange, faults: Faults, fault: dict[str, Any], error: type[VenueError]
) -> None:
    """A read that fails for good raises what one does about it; with the fault gone it succeeds."""
    faults.add([fault | {"times": 0, "match": {"path": "/v1/accounts"}}])
    with pytest.raises(error):
        await trader.balances()
    fired = faults.rows()[0]["fired"]
    assert fired >= 1
    faults.clear()
    if error is VenueBusy:
        await asyncio.sleep(1.0)  # the client keeps the pause it was asked for
    assert (await trader.balances())["KRW"].free == 10_000_000


@pytest.mark.parametrize("kind", ["drop_response_after_accept", "connection_reset", "truncated_json"])
async def test_a_cancel_whose_answer_is_lost(client: Client, faults: Faults, kind: str) -> None:
    """The match names DELETE /v1/order: the cancel is carried out, unless the request was reset before it came in."""
    low = f"{client.sandbox.data.last_price('KRW-BTC') // 2_000_000 * 1_000_000:f}"
    await raw_buy(client, "r", ord_type="limit", price=low, volume="0.001")
    faults.add([{"kind": kind, "match": {"method": "DELETE", "path": "/v1/order"}}])
    # aiohttp's client would repeat a DELETE by itself; httpx does not.
    url = f"{client.sandbox.rest_url}/v1/order?identifier=r"
    async with httpx.AsyncClient(trust_env=False) as http:
        if kind == "truncated_json":
            with pytest.raises(json.JSONDecodeError):
                (await http.delete(url, headers=client.sign("identifier=r"))).json()
        else:
            error = httpx.ReadError if kind == "connection_reset" else httpx.RemoteProtocolError
            with pytest.raises(error):
                await http.delete(url, headers=client.sign("identifier=r"))
    assert await shown(client, "r") == ("wait" if kind == "connection_reset" else "cancel")
    await client.delete("/v1/order", {"identifier": "r"})


async def test_a_request_resent_overtakes_the_delayed_one(client: Client, faults: Faults) -> None:
    """§13: the same identifier never makes two orders, whichever arrives first."""
    faults.add([{"kind": "delay_accept", "seconds": 0.3}])
    assert await raw_buy(client, "i1") is CUT
    assert (await raw_buy(client, "i1")).status == 201
    await asyncio.sleep(0.4)
    assert len(client.sandbox.engine.orders) == 1


async def test_the_trader_resends_after_the_delay(trader: UpbitExchange, sandbox: Sandbox, faults: Faults) -> None:
    faults.add([{"kind": "delay_accept", "seconds": 0.1}])
    with pytest.raises(OutcomeUnknown):
        await trader.submit(trader_order("t1"))
    await until(lambda: "t1" in sandbox.engine.by_identifier)
    with pytest.raises(DuplicateClientOrderId):
        await trader.submit(trader_order("t1"))


async def test_a_refused_order_does_not_use_up_accept_faults(client: Client, faults: Faults) -> None:
    """There was nothing to accept: the refusal goes through and the fault waits for the next order."""
    faults.add([{"kind": "drop_response_after_accept"}, {"kind": "error_after_accept"}])
    refused = await raw_buy(client, "i1", price="1")
    assert (refused.status, refused.error) == (400, "under_min_total_bid")
    assert [row["fired"] for row in faults.rows()] == [0, 0]
    assert await raw_buy(client, "i2") is CUT
    assert (await raw_buy(client, "i3")).status == 500
    assert [row["active"] for row in faults.rows()] == [False, False]


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ("nested", '{"error": {"name": "too_many_requests", "message": "Too many API requests."}}'),
        ("flat", '{"name": "too_many_requests"}'),
        ("text", "Too many API requests."),
    ],
)
async def test_rate_limit_bodies(client: Client, faults: Faults, shape: str, text: str) -> None:
    """§11: the three shapes seen, with the header that says nothing is left."""
    faults.add([{"kind": "http_status", "status": 429, "body_shape": shape, "retry_after": 2}])
    answer = await client.get("/v1/accounts")
    assert (answer.status, answer.text) == (429, text)
    assert answer.headers["Remaining-Req"] == "group=default; min=1800; sec=0"
    assert answer.headers["Retry-After"] == "2"
    assert (await client.get("/v1/accounts")).status == 200


async def test_a_block_names_what_is_left_of_it(client: Client, faults: Faults) -> None:
    """§11: 418 for `seconds` from the first request it strikes, every request until then."""
    faults.add([{"kind": "http_status", "status": 418, "seconds": 0.4}])
    first = await client.get("/v1/accounts")
    assert first.body["error"]["message"] == "Too many API requests. This group is blocked for 1 seconds."
    assert (await client.get("/v1/orders/open")).status == 418
    await until(lambda: not faults.rows()[0]["active"])
    assert (await client.get("/v1/accounts")).status == 200
    assert faults.rows()[0]["fired"] == 2


async def test_gateway_pages_are_html(client: Client, faults: Faults) -> None:
    faults.add([{"kind": "http_status", "status": 502}])
    answer = await client.get("/v1/accounts")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "502 Bad Gateway" in answer.text


async def test_a_slow_body_drips(client: Client, faults: Faults) -> None:
    """Headers at once, the last byte after `seconds`; the content is whole."""
    loop = asyncio.get_running_loop()
    faults.add([{"kind": "slow_body", "seconds": 0.5}])
    began = loop.time()
    async with client.session.get(f"{client.sandbox.rest_url}/v1/ticker?markets=KRW-BTC") as response:
        headers_after = loop.time() - began
        rows = json.loads(await response.text())
    assert headers_after < 0.3 < 0.45 < loop.time() - began
    assert rows[0]["market"] == "KRW-BTC"


async def test_a_script_of_faults(client: Client, faults: Faults) -> None:
    """The first one set that is due takes a request; those behind it do not count it, so a list is a script."""
    orders = {"method": "POST", "path": "/v1/orders"}
    faults.add(
        [
            {"kind": "http_status", "status": 500, "match": orders, "after": 1, "times": 2},
            {"kind": "drop_response_after_accept"},
            {"kind": "http_status", "status": 403, "match": orders, "times": 1},
        ]
    )
    got = [await raw_buy(client, f"i{n}") for n in range(6)]
    said = [one if isinstance(one, type) else one.status for one in got]
    # The first fault spares one request, which the second takes; then 500 twice, then the third, then peace.
    assert said == [CUT, 500, 500, 403, 201, 201]
    assert [row["fired"] for row in faults.rows()] == [2, 1, 1]


async def test_matching(client: Client, faults: Faults) -> None:
    """By path prefix, market, side and identifier; what is not meant passes and does not count."""
    faults.add(
        [
            {"kind": "http_status", "status": 500, "match": {"path": "/v1/candles/*", "market": "KRW-ETH"}},
            {"kind": "http_status", "status": 400, "times": 0, "match": {"path": "/v1/orders", "side": "ask"}},
            {"kind": "drop_response_after_accept", "match": {"identifier": "marked"}},
        ]
    )
    url = "/v1/candles/minutes/1?market=KRW-{}&count=1"
    assert (await client.send("GET", url.format("BTC"))).status == 200
    assert (await client.send("GET", url.format("ETH"))).status == 500
    assert (await client.send("GET", url.format("ETH"))).status == 200
    assert (await raw_buy(client, "plain")).status == 201
    sold = await client.order(market="KRW-BTC", side="ask", ord_type="market", volume="0.01")
    assert sold.status == 400
    assert await raw_buy(client, "marked") is CUT
    assert [row["seen"] for row in faults.rows()] == [1, 1, 1]
    # Exact means exact: POST /v1/orders is not POST /v1/orders/test, and nothing strikes the controls.
    faults.clear()
    faults.add([{"kind": "http_status", "status": 500, "times": 0, "match": {"path": "/v1/orders"}}])
    tested = await client.post(
        "/v1/orders/test", {"market": "KRW-BTC", "side": "bid", "ord_type": "price", "price": "6000"}
    )
    assert tested.status == 201
    faults.add([{"kind": "http_status", "status": 500, "times": None}])
    assert (await client.send("GET", "/sandbox/state")).status == 200


async def test_chance_is_drawn_from_the_seed(client: Client, faults: Faults) -> None:
    """The same seed strikes the same requests; about every second one at 0.5."""
    runs = []
    for seed in (1, 1, 2):
        faults.clear()
        faults.add([{"kind": "http_status", "status": 500, "times": 0, "chance": 0.5, "seed": seed}])
        runs.append([(await client.get("/v1/accounts")).status for _ in range(40)])
    assert runs[0] == runs[1] != runs[2]
    assert 8 <= runs[0].count(500) <= 32


async def test_clearing_ends_what_is_under_way(client: Client, faults: Faults) -> None:
    """An order on its way arrives at once, an answer held back goes out, and no fault is listed any more."""
    faults.add([{"kind": "delay_accept", "seconds": 60}])
    assert await raw_buy(client, "i1") is CUT
    faults.add([{"kind": "timeout", "seconds": 60, "match": {"path": "/v1/accounts"}}])
    waiting = asyncio.create_task(client.get("/v1/accounts"))
    await until(lambda: faults.rows()[1]["fired"] == 1)
    await asyncio.sleep(0.05)
    assert (await client.send("DELETE", "/sandbox/faults")).body == {"cleared": 2}
    assert (await asyncio.wait_for(waiting, 1)).status == 200
    await until(lambda: "i1" in client.sandbox.engine.by_identifier, 1)
    assert faults.rows() == []


@pytest.mark.parametrize(
    ("fault", "status"),
    [({"kind": "http_status", "status": 429}, 429), ({"kind": "http_status", "status": 503, "seconds": 60}, 503)],
)
async def test_a_refused_handshake(client: Client, faults: Faults, fault: dict[str, Any], status: int) -> None:
    """§15: streams are refused with 401, 429 or a gateway's 503, when the match names their path."""
    faults.add([fault | {"match": {"path": "/websocket/v1"}}])
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await client.session.ws_connect(client.sandbox.ws_url)
    assert refused.value.status == status
    socket = await client.session.ws_connect(client.sandbox.ws_url + "/private", headers=client.sign())
    await socket.close()


@pytest.mark.parametrize("fault", [{"kind": "connection_reset"}, {"kind": "timeout", "seconds": 0.3, "when": "before"}])
async def test_a_handshake_that_fails_on_the_way(client: Client, faults: Faults, fault: dict[str, Any]) -> None:
    """Reset, or late: the late one is a stream all the same."""
    faults.add([fault | {"match": {"path": "/websocket/v1"}}])
    began = asyncio.get_running_loop().time()
    async with httpx.AsyncClient(trust_env=False) as http:
        headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        headers["Sec-WebSocket-Key"] = "MTIzNDU2Nzg5MDEyMzQ1Ng=="
        request = http.build_request("GET", f"{client.sandbox.rest_url}/websocket/v1", headers=headers)
        if fault["kind"] == "connection_reset":
            with pytest.raises(httpx.ReadError):
                await http.send(request, stream=True)
        else:
            response = await http.send(request, stream=True)
            assert response.status_code == 101
            assert asyncio.get_running_loop().time() - began >= 0.3
            await response.aclose()


async def test_what_the_counts_say(client: Client, faults: Faults) -> None:
    """A connection closed without an answer counts as 444 in the state, and the request counts as usual."""
    faults.add([{"kind": "drop_response_after_accept"}])
    await raw_buy(client, "i1")
    state = (await client.send("GET", "/sandbox/state")).body
    assert (state["answers"]["444"], state["requests"]["POST /v1/orders"]) == (1, 1)
    assert state["faults"]["set"][0]["fired"] == 1


async def test_stopping_with_everything_held(make_sandbox: Any) -> None:
    """A sandbox with faults under way stops at once."""
    sandbox: Sandbox = await make_sandbox()
    async with aiohttp.ClientSession() as session:
        client = Client(sandbox, session)
        sandbox.faults.add(
            [
                {"kind": "timeout", "seconds": 60, "match": {"path": "/v1/accounts"}},
                {"kind": "slow_body", "seconds": 60, "match": {"path": "/v1/orders/chance"}},
                {"kind": "delay_accept", "seconds": 60, "answer": "none"},
            ]
        )
        held = [
            asyncio.create_task(client.get("/v1/accounts")),
            asyncio.create_task(client.get("/v1/orders/chance", {"market": "KRW-BTC"})),
            asyncio.create_task(raw_buy(client, "i1", 30)),
        ]
        await until(lambda: all(row["fired"] for row in sandbox.faults.rows()))
        began = asyncio.get_running_loop().time()
        await sandbox.stop()
        assert asyncio.get_running_loop().time() - began < 1.5
        await asyncio.gather(*held, return_exceptions=True)
