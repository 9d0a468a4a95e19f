"""The local exchange in this process allows as many requests per candle as Upbit, however fast its candles follow."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from chatbot.running.venue import open_venue
from storage.memory import MemoryStorage
from trader.exchange.upbit.client import UpbitExchange
from trader.model.market import Market
from trader.settings import Settings


@pytest.mark.parametrize(("speed", "factor"), [("0.5", 1), ("1", 1), ("120", 120)])
async def test_limits_follow_the_speed(tmp_path: Path, speed: str, factor: int) -> None:
    """Forty requests of a group that allows ten a second: at once where its second is an eighth of one."""
    settings = Settings(_env_file=None, data_dir=tmp_path, sandbox_speed=Decimal(speed))
    venue = await open_venue(settings, MemoryStorage())
    exchange = UpbitExchange(venue.rest_url, venue.access_key, venue.secret_key, venue.clock, limits=venue.limits)
    try:
        assert venue.sandbox is not None
        assert venue.sandbox.limits.factor == venue.pace == factor
        for _ in range(40 if factor > 1 else 1):
            assert await exchange.quotes([Market("KRW", "BTC")])
    finally:
        await exchange.close()
        await venue.close()
