"""A venue of a few lines that answers exactly what a test tells it to: also what no decent server would say."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from trader.clock import ManualClock
from trader.exchange.upbit.client import UpbitExchange

NOW = datetime(2026, 11, 20, 1, 0, 30, tzinfo=UTC)
REMAINING = {"Remaining-Req": "group=default; min=1800; sec=29"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Stub:
    """`answers` are given one after the other, the last one again and again; `requests` are what came in."""

    answers: list[Handler] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)
    authorisations: list[str] = field(default_factory=list)
    url: str = ""

    def json(self, body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Stub:
        return self.text(json.dumps(body), status, "application/json", headers)

    def text(self, body: str, status: int, kind: str = "text/html", headers: dict[str, str] | None = None) -> Stub:
        async def answer(request: web.Request) -> web.Response:
            return web.Response(text=body, status=status, content_type=kind, headers=headers or REMAINING)

        self.answers.append(answer)
        return self

    def error(self, name: str, status: int) -> Stub:
        return self.json({"error": {"name": name, "message": "says the venue"}}, status)

    def drop(self) -> Stub:
        """Reads the request, then closes the connection without a word."""

        async def answer(request: web.Request) -> web.StreamResponse:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()

        self.answers.append(answer)
        return self

    def truncate(self, body: str, status: int = 201) -> Stub:
        """Promises the whole body, sends half of it, and closes."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(status=status, headers={"Content-Length": str(len(body))})
            await response.prepare(request)
            await response.write(body[: len(body) // 2].encode())
            assert request.transport is not None
            request.transport.close()
            return response

        self.answers.append(answer)
        return self

    def hang(self) -> Stub:
        async def answer(request: web.Request) -> web.StreamResponse:
            await asyncio.sleep(60)
            return web.Response()

        self.answers.append(answer)
        return self

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        self.requests.append((request.method, request.path, dict(request.query), body))
        self.authorisations.append(request.headers.get("Authorization", ""))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return await answer(request)


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    stub = Stub()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", stub.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stub.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield stub
    await runner.cleanup()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def upbit(stub: Stub, clock: ManualClock) -> AsyncIterator[UpbitExchange]:
    """The client under test, pointed at the stub, in a hurry."""
    exchange = UpbitExchange(stub.url, "access", "s" * 40, clock, answer_seconds=0.3, deadline_seconds=1.0)
    yield exchange
    await exchange.close()
