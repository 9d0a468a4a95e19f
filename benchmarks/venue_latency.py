"""How long from a price on the stream to our order at the exchange, and what the client weighs.

    python benchmarks/venue_latency.py [--ticks 400] [--transport sdk|httpx]

A bare venue in a process of its own sends a tick and writes down when it sent it and when the order it provoked had
arrived; both times are its own. In between lies all of ours: receiving, decoding, handing over, building and signing
the order, sending it. Budget of the whole guard path: median 3 ms, p99 15 ms. `--transport httpx` posts the same order
by a bare httpx client, to show what the official SDK adds. Prints one line of JSON."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import multiprocessing
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from multiprocessing.connection import Connection
from typing import Any
from unittest.mock import sentinel

WARM_UP = 20
PAUSE_SECONDS = 0.09  # 12 orders a second are the venue's limit: 400 ticks take 36 seconds
ORDER = {
    "uuid": "u1", "side": "ask", "ord_type": "market", "price": None, "state": "wait", "market": "KRW-BTC",
    "created_at": "2026-11-20T10:00:00+09:00", "volume": "0.001", "paid_fee": "0", "executed_volume": "0",
}  # fmt: skip


def venue(pipe: Connection, ticks: int) -> None:
    """The exchange's side: one tick at a time, the next once its order has come."""
    from aiohttp import WSMsgType, web

    arrived = asyncio.Event()
    times: list[float] = []

    async def orders(request: web.Request) -> web.Response:
        times.append(time.perf_counter())
        await request.read()
        arrived.set()
        return web.json_response(ORDER, status=201, headers={"Remaining-Req": "group=order; min=1800; sec=11"})

    async def stream(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        assert (await ws.receive()).type is WSMsgType.TEXT
        delays = []
        for number in range(ticks + WARM_UP):
            await asyncio.sleep(PAUSE_SECONDS)
            arrived.clear()
            tick = f'{{"type":"ticker","code":"KRW-BTC","trade_price":{number}.5,"trade_timestamp":1763600000000}}'
            sent = time.perf_counter()
            await ws.send_bytes(tick.encode())
            await arrived.wait()
            delays.append(times[-1] - sent)
        pipe.send(delays[WARM_UP:])
        await ws.close()
        return ws

    async def run() -> None:
        app = web.Application()
        app.router.add_post("/v1/orders", orders)
        app.router.add_get("/websocket/v1", stream)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        pipe.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())


async def trade(port: int, send: Callable[[int], Awaitable[object]]) -> None:
    """Our side: every tick provokes a sale, until the venue closes the stream."""
    from trader.exchange.upbit.streams import UpbitStreams
    from trader.model.market import Market
    from trader.ports import StreamDown, TradeTick

    streams = UpbitStreams(f"ws://127.0.0.1:{port}/websocket/v1")
    await streams.watch([Market("KRW", "BTC")])
    number = 0
    async for event in streams.events():
        if isinstance(event, TradeTick):
            number += 1
            await send(number)
        elif isinstance(event, StreamDown):
            break
    await streams.close()


async def by_sdk(port: int) -> None:
    from trader.clock import ManualClock
    from trader.exchange.upbit.client import UpbitExchange
    from trader.exchange.upbit.limits import Limits
    from trader.model.market import Market
    from trader.model.order import OrderRequest, OrderType, Side, TimeInForce

    clock = ManualClock(datetime(2026, 11, 20, tzinfo=UTC))
    limits = Limits(window_seconds=0.1)
    exchange = UpbitExchange(f"http://127.0.0.1:{port}", "access", "s" * 40, clock, limits=limits)

    async def send(number: int) -> object:
        market, market_order, gtc = Market("KRW", "BTC"), OrderType.MARKET, TimeInForce.GTC
        quantity = Decimal("0.001")
        name = f"bench-{number}"
        return await exchange.submit(
            OrderRequest(name, market, Side.SELL, market_order, gtc, None, quantity, None, sentinel.authorised)
        )

    await trade(port, send)
    await exchange.close()


async def by_httpx(port: int) -> None:
    import httpx
    import jwt

    client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False)

    async def send(number: int) -> object:
        body = {
            "market": "KRW-BTC",
            "side": "ask",
            "ord_type": "market",
            "volume": "0.001",
            "identifier": f"b-{number}",
        }
        query = "&".join(f"{k}={v}" for k, v in body.items())
        claims = {
            "access_key": "access",
            "nonce": str(uuid.uuid4()),
            "query_hash": hashlib.sha512(query.encode()).hexdigest(),
            "query_hash_alg": "SHA512",
        }
        token = jwt.encode(claims, "s" * 40, algorithm="HS256")
        return await client.post("/v1/orders", json=body, headers={"Authorization": f"Bearer {token}"})

    await trade(port, send)
    await client.aclose()


def resident_mb() -> float:
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096 / 1e6


def quantiles(delays: list[float]) -> dict[str, Any]:
    ordered = sorted(delays)
    return {
        "ticks": len(ordered),
        "median_ms": round(ordered[len(ordered) // 2] * 1e3, 2),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)] * 1e3, 2),
        "max_ms": round(ordered[-1] * 1e3, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--ticks", type=int, default=400)
    parser.add_argument("--transport", choices=("sdk", "httpx"), default="sdk")
    wanted = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=venue, args=(theirs, wanted.ticks), daemon=True)
    process.start()
    port = ours.recv()
    before, began = resident_mb(), time.perf_counter()
    import trader.exchange.upbit.client
    import trader.exchange.upbit.streams  # noqa: F401

    imported = time.perf_counter() - began
    asyncio.run({"sdk": by_sdk, "httpx": by_httpx}[wanted.transport](port))
    figures = quantiles(ours.recv())
    process.terminate()
    weight = {"import_seconds": round(imported, 2), "client_mb": round(resident_mb() - before, 1)}
    print(json.dumps({"transport": wanted.transport, **figures, **weight, "resident_mb": round(resident_mb(), 1)}))


if __name__ == "__main__":
    main()
