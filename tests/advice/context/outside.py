"""The world outside on a loopback port: every page answers as a test tells it to, or not at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.examples import BTC
from trader.model.advice import ContextItem, Dossier, Question
from trader.model.market import Market, Timeframe
from trader.model.order import Side

RECORDED = Path(__file__).parents[4] / "shared" / "data"
"""Recorded samples beside the project; tests that need them skip when they are absent."""
NOW = datetime(2026, 11, 20, 3, 0, 2, tzinfo=UTC)
"""A Friday, 12:00:02 in Seoul."""
DEADLINE = 0.3
"""For sources that hang."""
PATIENT = 10.0
"""For all others, however busy the machine is."""


@dataclass(frozen=True)
class Reply:
    """`seconds` pass before it is given; `hang`: for ever."""

    body: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    seconds: float = 0.0
    hang: bool = False


HTML = Reply("<!doctype html><html><body>Just a moment…</body></html>", kind="text/html")
HANGS = Reply(hang=True)


def jsonly(value: Any, status: int = 200, **headers: str) -> Reply:
    return Reply(json.dumps(value), status, {name.replace("_", "-"): text for name, text in headers.items()})


@dataclass
class Outside:
    """`pages` by path; `requests` are the (path, query, headers) that came in."""

    pages: dict[str, Reply] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def asked(self, path: str) -> int:
        return sum(1 for asked, _, _ in self.requests if asked == path)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request.path, dict(request.query), dict(request.headers)))
        page = self.pages.get(request.path, Reply("", 404))
        if page.hang:
            await asyncio.sleep(3600)
        await asyncio.sleep(page.seconds)
        body = page.body.encode() if isinstance(page.body, str) else page.body
        return web.Response(body=body, status=page.status, headers={"Content-Type": page.kind, **page.headers})


@asynccontextmanager
async def outside() -> AsyncIterator[Outside]:
    world = Outside()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", world.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    world.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield world
    finally:
        await runner.cleanup()


def question(market: Market = BTC, timeframe: Timeframe = Timeframe.M15, **changes: object) -> Question:
    values: dict[str, object] = {
        "market": market,
        "strategy": "rsi_zones",
        "timeframe": timeframe,
        "candle": timeframe.floor(NOW) - timeframe.span,
        "side": Side.BUY,
        "price": Decimal(100_000_000),
        "notional": Decimal(500_000),
        "quantity": Decimal(0),
        "stop": None,
        "take": None,
        "cash_free": Decimal(7_000_000),
        "equity": Decimal(10_000_000),
        "reason": "left_oversold",
    }
    return Question(**{**values, **changes})  # type: ignore[arg-type]


def item(dossier: Dossier, name: str) -> ContextItem:
    (found,) = (one for one in dossier.items if one.name == name)
    return found
