"""How much the sandbox carries on one core: signed requests at a fixed pace plus stream subscribers, for a few seconds.

The sandbox runs as its own process; latency counts from the moment a request was due, so a late one is a slow one.
Run: `python benchmarks/sandbox_load.py [--seconds 10] [--requests 300] [--streams 8] [--speed 20]`."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import itertools
import json
import os
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import aiohttp
import jwt

TARGET_REQUESTS = 300.0
TARGET_MESSAGES = 2000.0
_WORKERS = 64
_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class Load:
    """Counts what the clients see."""

    def __init__(self, rest: str, stream: str, access_key: str, secret_key: str) -> None:
        self.rest, self.stream = rest, stream
        self._access_key, self._secret_key = access_key, secret_key
        self.latencies: list[float] = []
        self.failures: dict[int, int] = {}
        self.messages = 0
        self._uuids: asyncio.Queue[str] = asyncio.Queue()
        self._kinds = itertools.cycle(("order", "accounts", "lookup", "cancel"))
        self.price = ""

    def headers(self, text: str = "") -> dict[str, str]:
        claims = {"access_key": self._access_key, "nonce": str(uuid.uuid4())}
        if text:
            claims |= {"query_hash": hashlib.sha512(text.encode()).hexdigest(), "query_hash_alg": "SHA512"}
        return {"Authorization": "Bearer " + jwt.encode(claims, self._secret_key, algorithm="HS256")}

    async def one(self, session: aiohttp.ClientSession, due: float) -> None:
        """The next call of the cycle: place a limit order, read balances, look an order up, cancel it."""
        kind = next(self._kinds)
        if kind in ("lookup", "cancel") and self._uuids.empty():
            kind = "accounts"
        if kind == "order":
            fields = {"market": "KRW-BTC", "side": "bid", "ord_type": "limit", "price": self.price, "volume": "0.0002"}
            text = "&".join(f"{name}={value}" for name, value in fields.items())
            status, body = await self._call(session, "POST", "/v1/orders", text, fields)
            if status == 201:
                self._uuids.put_nowait(json.loads(body)["uuid"])
        elif kind == "accounts":
            status, _ = await self._call(session, "GET", "/v1/accounts", "")
        else:
            name = self._uuids.get_nowait()
            method = "GET" if kind == "lookup" else "DELETE"
            status, _ = await self._call(session, method, f"/v1/order?uuid={name}", f"uuid={name}")
            if kind == "lookup":
                self._uuids.put_nowait(name)
        self.latencies.append(time.perf_counter() - due)
        if status >= 400:
            self.failures[status] = self.failures.get(status, 0) + 1

    async def _call(
        self, session: aiohttp.ClientSession, method: str, path: str, text: str, body: Any = None
    ) -> tuple[int, str]:
        async with session.request(method, self.rest + path, json=body, headers=self.headers(text)) as response:
            return response.status, await response.text()

    async def pace(self, session: aiohttp.ClientSession, rate: float, seconds: float) -> float:
        """Send `rate` calls a second; returns the seconds it took until the last answer."""
        began = time.perf_counter()
        due = iter([began + index / rate for index in range(int(rate * seconds))])

        async def worker() -> None:
            for moment in due:
                await asyncio.sleep(max(0.0, moment - time.perf_counter()))
                await self.one(session, moment)

        await asyncio.gather(*(worker() for _ in range(_WORKERS)))
        return time.perf_counter() - began

    async def listen(self, session: aiohttp.ClientSession, codes: list[str]) -> None:
        types = [{"type": name, "codes": codes} for name in ("ticker", "trade", "orderbook")]
        async with session.ws_connect(self.stream, max_msg_size=0) as socket:
            await socket.send_json([{"ticket": str(uuid.uuid4())}, *types])
            async for _ in socket:
                self.messages += 1

    async def listen_private(self, session: aiohttp.ClientSession) -> None:
        async with session.ws_connect(self.stream + "/private", headers=self.headers()) as socket:
            await socket.send_json([{"ticket": "own"}, {"type": "myOrder"}, {"type": "myAsset"}])
            async for _ in socket:
                self.messages += 1


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _CLOCK_TICKS


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def measure(load: Load, pid: int, options: argparse.Namespace) -> dict[str, Any]:
    """Warm up, run, and say what was reached."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        async with session.get(load.rest + "/v1/market/all") as response:
            codes = [row["market"] for row in await response.json()]
        async with session.get(load.rest + "/v1/ticker?markets=KRW-BTC") as response:
            load.price = str(int((await response.json())[0]["trade_price"]) // 2_000_000 * 1_000_000)
        listeners = [asyncio.create_task(load.listen(session, codes)) for _ in range(options.streams)]
        listeners.append(asyncio.create_task(load.listen_private(session)))
        await load.pace(session, options.requests, 1.0)
        load.latencies.clear()
        messages, used = load.messages, cpu_seconds(pid)
        took = await load.pace(session, options.requests, options.seconds)
        used, messages = cpu_seconds(pid) - used, load.messages - messages
        broken = [task for task in listeners if task.done()]
        for task in listeners:
            task.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)
    return {
        "requests_per_second": round(len(load.latencies) / took, 1),
        "p50_ms": round(percentile(load.latencies, 0.5) * 1000, 2),
        "p99_ms": round(percentile(load.latencies, 0.99) * 1000, 2),
        "failed_requests": load.failures,
        "messages_per_second": round(messages / took, 1),
        "streams_lost": len(broken),
        "sandbox_cpu_share": round(used / took, 3),
    }


async def run(options: argparse.Namespace) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", "--port", "0", "--speed", str(options.speed)),
        *("--rate-limit-factor", "1000", "--cash", "1000000000"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
        words = dict(word.split("=", 1) for word in line.split() if "=" in word)
        load = Load(words["rest"], words["ws"], words["access_key"], words["secret_key"])
        return await measure(load, process.pid, options)
    finally:
        process.terminate()
        await process.wait()


def main() -> int:
    """Exit status 0 when the sandbox kept up with both targets."""
    parser = argparse.ArgumentParser(description="Load the sandbox and print what it carried.")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--requests", type=float, default=TARGET_REQUESTS, help="signed calls a second")
    parser.add_argument("--streams", type=int, default=8, help="subscribers of ticker, trade and orderbook")
    parser.add_argument("--speed", type=float, default=5.0, help="of the sandbox: more trades, more messages")
    figures = asyncio.run(run(parser.parse_args()))
    for name, value in figures.items():
        print(f"{name:>22}  {value}")
    reached = figures["requests_per_second"] >= 0.97 * TARGET_REQUESTS
    reached = reached and figures["messages_per_second"] >= TARGET_MESSAGES and not figures["failed_requests"]
    print("kept up" if reached else "fell behind")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
