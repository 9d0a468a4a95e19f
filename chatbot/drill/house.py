"""The house of a drill: a local exchange in this process, and the service as a process beside it.

The exchange is asked and spoiled by its own controls (docs/sandbox-faults.md), the service is told by its control
socket, and what it knows is read from its books, beside it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp

from chatbot.drill.compare import Books, Row, read_books
from chatbot.running.control import ask
from chatbot.running.data_dir import SOCKET
from sandbox.server import Sandbox

ROOT = Path(__file__).resolve().parents[2]
CASH = Decimal(10_000_000)
READY = "event='ready'"
LOOK_SECONDS = 0.02
SAY_SECONDS = 30.0
FATE_SECONDS = 1.0

_SETTINGS: Mapping[str, str] = {
    "MODE": "sandbox",
    "LANGUAGE": "en",
    "MARKETS": "KRW-BTC KRW-ETH KRW-XRP KRW-SOL KRW-ADA",
    # Daily candles: nothing but the drill decides anything within its minute.
    "STRATEGY": "buy_and_hold",
    "TIMEFRAME": "1d",
    "STOP_FRACTION": "0.02",
    "MAX_POSITIONS": "20",
    "MAX_SPREAD_BPS": "1000",
    "MAX_SLIPPAGE_BPS": "1000",
    "VOLATILITY_BLOCK_FRACTION": "0",
    "COOLDOWN_SECONDS": "0",
}


class ServiceGone(Exception):
    """The rehearsed service does not run (any more)."""


async def within(true: Callable[[], object], seconds: float) -> float | None:
    """Seconds until `true()` held; None: not within so many."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            return None
        await asyncio.sleep(LOOK_SECONDS)
    return time.monotonic() - began


class House:
    """`folder` is made and removed by whoever opens the house; nothing is written elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.exchange = Sandbox(cash=CASH)
        self._service: asyncio.subprocess.Process | None = None
        self._starts = 0
        self._log = folder

    async def open(self) -> None:
        await self.exchange.start()

    async def close(self) -> None:
        await self.kill()
        await self.exchange.stop()

    # ---- the service

    async def start(self, seconds: float) -> float | None:
        """From nothing to ready; None: not within so many seconds. ServiceGone: it ended instead."""
        began = time.monotonic()
        self._starts += 1
        self._log = self.folder / f"service-{self._starts}.log"
        with self._log.open("wb") as log:
            self._service = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "chatbot.drill.service"),
                cwd=self.folder,
                env=self._environment(),
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        if await within(lambda: READY in self._said() or not self.alive, seconds) is None:
            return None
        self.must_run()
        return time.monotonic() - began

    def _environment(self) -> dict[str, str]:
        """Nothing of what is set here: no key, no token, no database."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        venue = {"UPBIT_REST_URL": self.exchange.rest_url, "UPBIT_WS_URL": self.exchange.ws_url}
        return {**kept, "PYTHONPATH": str(ROOT), "DATA_DIR": str(self.folder), **_SETTINGS, **venue}

    def note(self, lines: Iterable[str]) -> None:
        """What the drill itself has said, heard and found, beside the logs of the service."""
        with (self.folder / "drill.log").open("a", encoding="utf-8") as log:
            log.writelines(f"{line}\n" for line in lines)

    def _said(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def alive(self) -> bool:
        return self._service is not None and self._service.returncode is None

    def must_run(self) -> None:
        if not self.alive:
            raise ServiceGone

    async def fate(self) -> str:
        """`exit -9`, or `timeout` when it lives and does not answer; its log says more."""
        assert self._service is not None
        gone = await within(lambda: not self.alive, FATE_SECONDS) is not None
        return f"exit {self._service.returncode}" if gone else "timeout"

    async def kill(self) -> None:
        """SIGKILL, and gone."""
        if self._service is not None and self._service.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._service.kill()
            await self._service.wait()

    async def end(self, seconds: float) -> float | None:
        """SIGTERM, as systemd does it. None: it took longer, and was killed, or its end was no success."""
        assert self._service is not None
        self.must_run()
        began = time.monotonic()
        self._service.terminate()
        try:
            code = await asyncio.wait_for(self._service.wait(), seconds)
        except TimeoutError:
            await self.kill()
            return None
        return time.monotonic() - began if code == 0 else None

    async def say(self, line: str) -> dict[str, Any]:
        """The reply. ConnectionError: no answer."""
        reply = await ask(self.folder / SOCKET, line, seconds=SAY_SECONDS)
        self.note([f"> {line}", reply["text"]])
        return reply

    # ---- its books

    @property
    def file(self) -> Path:
        return self.folder / "trader.sqlite3"

    def books(self) -> Books:
        return read_books(self.file)

    def held(self) -> set[str]:
        """Markets with an open position."""
        return {row["market"] for row in self.books().positions if row["closed_at"] is None}

    def lost_streams(self) -> set[str]:
        """Those people were told are lost, and not yet back."""
        told = "SELECT kind, json_extract(data, '$.stream') FROM events WHERE kind LIKE 'stream_%' ORDER BY id"
        with contextlib.closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=5)) as books:
            latest = {stream: kind for kind, stream in books.execute(told)}
        return {stream for stream, kind in latest.items() if kind == "stream_lost"}

    # ---- the exchange

    def spoil(self, *faults: Mapping[str, Any]) -> None:
        self.exchange.faults.add(faults)

    def mend(self) -> None:
        self.exchange.faults.clear()

    def drop(self, market: str, fraction: float) -> None:
        """The price falls by this share, now."""
        self.spoil({"kind": "price_jump", "market": market, "fraction": -fraction})

    def price(self, market: str) -> Decimal:
        return self.exchange.data.last_price(market)

    async def state(self) -> dict[str, Any]:
        """What the exchange itself knows of the account."""
        async with aiohttp.ClientSession(self.exchange.rest_url) as session:
            answer = await session.get("/sandbox/state")
            state: dict[str, Any] = await answer.json()
        return state

    async def resting(self) -> list[Row]:
        """Open orders at the exchange."""
        return [order for order in (await self.state())["orders"] if order["state"] == "wait"]
