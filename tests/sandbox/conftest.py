"""A sandbox on a free loopback port, a signing client for it, and the trader's own client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from sandbox.server import Sandbox
from tests.sandbox.signing import Client
from trader.clock import SystemClock
from trader.exchange.upbit.client import UpbitExchange


@pytest.fixture
async def make_sandbox() -> AsyncIterator[Callable[..., Any]]:
    """Start sandboxes with chosen arguments; they stop with the test."""
    running: list[Sandbox] = []

    async def start(**arguments: Any) -> Sandbox:
        arguments.setdefault("rate_limit_factor", 1000.0)
        sandbox = Sandbox(**arguments)
        running.append(sandbox)
        await sandbox.start()
        return sandbox

    yield start
    for sandbox in running:
        await sandbox.stop()


@pytest.fixture
async def sandbox(make_sandbox: Callable[..., Any]) -> Sandbox:
    """A synthetic sandbox with 10,000,000 KRW and 1 BTC, rate limits wide open."""
    started: Sandbox = await make_sandbox(coins={"BTC": Decimal(1)})
    return started


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(sandbox, session)


@pytest.fixture
async def trader(sandbox: Sandbox) -> AsyncIterator[UpbitExchange]:
    """The trader's own REST client, in a hurry: 0.4 s for an answer, 1 s for a read with its repetitions."""
    key = sandbox.auth.key
    exchange = UpbitExchange(
        sandbox.rest_url, key.access_key, key.secret_key, SystemClock(), answer_seconds=0.4, deadline_seconds=1.0
    )
    yield exchange
    await exchange.close()
