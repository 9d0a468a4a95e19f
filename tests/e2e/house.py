"""The whole house of a test: a sandbox, the service, a phone with Telegram and Slack, and the shell beside it."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from chatbot.running.control import ask
from chatbot.running.data_dir import SOCKET
from tests.e2e.processes import STALLED, Child, Done, run, until
from tests.fakes.slack_server import PostedMessage, SlackServer
from tests.fakes.telegram_server import SentMessage, TelegramServer

OWNER = 42
STRANGER = 666
CHANNEL = "C1"
READY = "event='ready'"


@dataclass
class House:
    folder: Path
    telegram: TelegramServer
    slack: SlackServer
    sandbox: Child | None = None
    service: Child | None = None
    rest_url: str = ""
    ws_url: str = ""
    more: dict[str, str] = field(default_factory=dict)
    _starts: int = 0

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    @property
    def settings(self) -> dict[str, str]:
        """Nobody but the test decides anything: the strategy sits on daily candles."""
        chat = {
            "TELEGRAM_BOT_TOKEN": self.telegram.token,
            "TELEGRAM_API_URL": self.telegram.url,
            "TELEGRAM_OWNERS": str(OWNER),
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.url,
            "SLACK_OWNERS": "U1",
            "SLACK_CHANNEL": CHANNEL,
        }
        trading = {"DATA_DIR": str(self.data_dir), "STRATEGY": "buy_and_hold", "TIMEFRAME": "1d"}
        venue = {"UPBIT_REST_URL": self.rest_url, "UPBIT_WS_URL": self.ws_url}
        return chat | trading | venue | self.more

    # ---- life

    async def open_sandbox(self, *arguments: str) -> None:
        """On a free port the first time, on the same one afterwards."""
        port = self.rest_url.rpartition(":")[2] or "0"
        self.sandbox = await Child.start(self.folder, "sandbox", ("sandbox", "--port", port, *arguments), {})
        await self.sandbox.said("sandbox ready")
        found = re.search(r"rest=(\S+) ws=(\S+)", self.sandbox.out)
        assert found is not None
        self.rest_url, self.ws_url = found.groups()

    async def open_service(self, *, ready: bool = True) -> Child:
        self._starts += 1
        self.service = await Child.start(self.folder, f"run{self._starts}", ("chatbot", "run"), self.settings)
        if ready:
            await self.service.said(READY)
        return self.service

    async def open(self) -> None:
        """Sandbox and service, both chats connected, and the greeting read."""
        await self.open_sandbox()
        await self.open_service()
        await self.told("Started")

    async def close(self) -> None:
        for child in (self.service, self.sandbox):
            if child is not None:
                await child.kill()

    # ---- the shell

    async def shell(self, *arguments: str, seconds: float = 40.0) -> Done:
        return await run(self.folder, *arguments, settings=self.settings, seconds=seconds)

    async def say(self, line: str) -> dict[str, Any]:
        """The structured reply to one command through the control socket, as `say` asks for it."""
        return await ask(self.data_dir / SOCKET, line)

    # ---- the venue's side

    async def state(self) -> dict[str, Any]:
        """What the sandbox itself knows of its account."""
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{self.rest_url}/sandbox/state")
        state: dict[str, Any] = answer.raise_for_status().json()
        return state

    async def jump(self, market: str, share: str) -> None:
        """The market's price becomes this share of what it is."""
        async with httpx.AsyncClient() as client:
            [ticker] = (await client.get(f"{self.rest_url}/v1/ticker", params={"markets": market})).json()
            body = {"market": market, "price": str(Decimal(str(ticker["trade_price"])) * Decimal(share))}
            (await client.post(f"{self.rest_url}/sandbox/price", json=body)).raise_for_status()

    async def holding(self, currency: str) -> str:
        rows = {row["currency"]: row["balance"] for row in (await self.state())["balances"]}
        return str(rows.get(currency, "0"))

    async def until_holding(self, currency: str, true: Callable[[Decimal], bool], seconds: float = 10.0) -> None:
        """Until the account's balance of the currency is such."""
        deadline = time.monotonic() + seconds * STALLED
        while time.monotonic() < deadline:
            if true(Decimal(await self.holding(currency))):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{currency} is {await self.holding(currency)} after {seconds * STALLED:g} s")

    async def until_sold(self, currency: str) -> None:
        await self.until_holding(currency, lambda quantity: quantity == 0)

    # ---- the books' side

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read beside the running service."""
        with sqlite3.connect(f"file:{self.data_dir / 'trader.sqlite3'}?mode=ro", uri=True, timeout=5) as books:
            return books.execute(query).fetchall()

    # ---- the phone's side

    def telegrams(self, words: str) -> list[SentMessage]:
        return [m for m in self.telegram.messages if words in m.text]

    def slacks(self, words: str) -> list[PostedMessage]:
        return [m for m in self.slack.messages if words in m.shown + m.text]

    async def told(self, words: str, seconds: float = 15.0) -> tuple[SentMessage, PostedMessage]:
        """The first message with these words on each of the two phones."""
        await until(lambda: self.telegrams(words), seconds, lambda: [words, *(m.text for m in self.telegram.messages)])
        await until(lambda: self.slacks(words), seconds, lambda: [words, *(m.shown for m in self.slack.messages)])
        return self.telegrams(words)[0], self.slacks(words)[0]
