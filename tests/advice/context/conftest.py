from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.advice.context.outside import Outside, outside
from trader.advice.context.web import Web
from trader.background import Background

TRUSTED = httpx.create_ssl_context()
"""Reading every root certificate takes a tenth of a second: once is enough."""


@pytest.fixture
async def world() -> AsyncIterator[Outside]:
    async with outside() as made:
        yield made


@pytest.fixture
async def web(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Web]:
    monkeypatch.setattr(httpx, "create_ssl_context", lambda: TRUSTED)
    made = Web()
    yield made
    await made.close()


@pytest.fixture
async def flights() -> AsyncIterator[Background]:
    made = Background()
    yield made
    await made.close()
