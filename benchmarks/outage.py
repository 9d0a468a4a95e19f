"""What a person waits for while the exchange does not answer, and how a panic pressed then comes to its end.

The sandbox runs in a process of its own; the service, with SQLite on disk, in this one, asked as from a terminal. For
each trouble – the exchange's process killed, requests that hang, connections that are cut – two positions are held.
Aim: views and refusals ≤ 2.5 s (and the drawing of a picture), the answer to /panic ≤ 2.5 s, flat ≤ 5 s after the
exchange is back, also when the service was started anew in between; where a connection was cut in the middle of a
sale, that order is looked for first (15 s) before another one may be sent.

    python benchmarks/outage.py [--troubles killed timeout connection_reset]"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import re
import sys
import tempfile
import time
import urllib.request
from asyncio.subprocess import DEVNULL, PIPE, Process
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatbot.reply import Reply
    from chatbot.running.app import App
    from trader.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

VIEWS = (
    *("/status", "/balance", "/positions", "/orders", "/limits", "/why BTC", "/pnl", "/trades", "/health"),
    *("/chart BTC", "/screener", "/buy ETH 50000", "/sell BTC 50%", "/sell all confirm", "/reconcile"),
)


async def exchange() -> tuple[Process, str, str]:
    """(process, REST address, stream address)"""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", "--port", "0"), cwd=ROOT, stdout=PIPE, stderr=DEVNULL
    )
    assert process.stdout is not None
    found = re.search(r"rest=(\S+) ws=(\S+)", (await process.stdout.readline()).decode())
    assert found is not None
    return process, *found.groups()


def setting(folder: str, rest_url: str, ws_url: str) -> Settings:
    from trader.settings import Settings

    return Settings(
        _env_file=None, data_dir=Path(folder), upbit_rest_url=rest_url, upbit_ws_url=ws_url, language="ko",
        markets=("KRW-BTC", "KRW-ETH", "KRW-XRP"), strategy="buy_and_hold", timeframe="1d",
        stop_fraction=Decimal(0), take_fraction=Decimal(0),
    )  # fmt: skip


async def say(app: App, line: str) -> tuple[Reply, float]:
    from chatbot.people.access import CONSOLE, Person

    began = time.monotonic()
    reply = await app.dispatcher.line(Person(CONSOLE, "owner", ""), line, conversation=CONSOLE)
    assert reply is not None
    return reply, time.monotonic() - began


def faults(rest_url: str, kind: str | None) -> None:
    """Unlimited ones on every request, with streams that are cut; None: all are over."""
    lasting = {"seconds": 600} if kind == "timeout" else {}
    body = [{"kind": kind, "times": 0, **lasting}, {"kind": "ws_disconnect", "seconds": 600}]
    method, data = ("DELETE", None) if kind is None else ("POST", json.dumps(body).encode())
    headers = {"Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(f"{rest_url}/sandbox/faults", data, headers, method=method)).close()


async def ready(app: App, seconds: float = 30.0) -> None:
    await asyncio.wait_for(app.trader.ready.wait(), seconds)


async def until_held(app: App, count: int) -> float:
    """Seconds until the books hold so many positions."""
    began = time.monotonic()
    while len(await app.storage.read(lambda records: records.positions.open())) != count:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return time.monotonic() - began


async def measure(trouble: str, folder: str) -> None:
    from chatbot.running.app import App

    process, rest_url, ws_url = await exchange()
    app = await App.start(setting(folder, rest_url, ws_url))
    try:
        await ready(app)
        for coin in ("BTC", "XRP"):
            await say(app, f"/buy {coin} 100000 confirm")
        await until_held(app, 2)
        if trouble == "killed":
            process.kill()
            await process.wait()
        else:
            await asyncio.to_thread(faults, rest_url, trouble)
        await asyncio.sleep(1)
        print(f"\n{trouble}")
        worst = 0.0
        for line in VIEWS:
            reply, seconds = await say(app, line)
            worst = max(worst, seconds)
            print(f"  {line:18} {seconds:5.2f} s   {' / '.join((reply.title, *reply.lines[:1]))[:90]}")
        reply, seconds = await say(app, "/panic confirm")
        print(f"  {'/panic':18} {seconds:5.2f} s   {' / '.join((reply.title, *reply.lines[:1]))[:90]}")
        print(f"  slowest answer {max(worst, seconds):.2f} s (aim 2.5 s)")
        if trouble == "killed":
            return
        await app.stop()
        began = time.monotonic()
        app = await App.start(setting(folder, rest_url, ws_url))
        print(f"  the service started anew in {time.monotonic() - began:.2f} s, the exchange still away", end="")
        await asyncio.sleep(3)
        reply, seconds = await say(app, "/status")
        print(f"; /status {seconds:.2f} s: {reply.lines[0]}")
        await asyncio.to_thread(faults, rest_url, None)
        print(f"  flat {await until_held(app, 0):.2f} s after the exchange was back (aim 5 s)")
        await ready(app)
        reply, seconds = await say(app, "/status")
        print(f"  {'/status':18} {seconds:5.2f} s   {reply.title}")
    finally:
        await app.stop()
        if process.returncode is None:
            process.kill()
            await process.wait()


async def main(troubles: list[str]) -> None:
    from chatbot.running.logs import configure

    configure(level=logging.CRITICAL)
    for trouble in troubles:
        with tempfile.TemporaryDirectory(prefix="outage-") as folder:
            await measure(trouble, folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--troubles", nargs="+", default=["killed", "timeout", "connection_reset"])
    asyncio.run(main(parser.parse_args().troubles))
