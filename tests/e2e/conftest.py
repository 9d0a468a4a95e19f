"""Real processes on loopback: the sandbox, the service and both local chat services, each with ports of its own."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.house import House
from tests.fakes.slack_server import SlackServer
from tests.fakes.telegram_server import TelegramServer


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short, because a unix socket's path may have 107 bytes at most."""
    path = Path(tempfile.mkdtemp(prefix="e2e-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest_asyncio.fixture
async def house(folder: Path) -> AsyncIterator[House]:
    async with contextlib.AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramServer())
        slack = await stack.enter_async_context(SlackServer())
        house = House(folder, telegram, slack)
        stack.push_async_callback(house.close)
        yield house
