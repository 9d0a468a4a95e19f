"""One service, its exchange and its phone in this process: the real composition root with SQLite on disk, the REST
client and both streams, a sandbox of its own, and a Telegram that writes down every word and when it was said."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from chatbot.drill.compare import Books, read_books
from chatbot.running.app import App
from sandbox.server import Sandbox
from tests.fakes.telegram_server import SentMessage, TelegramServer
from trader.model.events import EventKind
from trader.model.market import Timeframe
from trader.settings import Settings

OWNER = 42
CASH = Decimal(10_000_000)
BUSY_SECONDS = 60.0
"""How long a step may take while other programs have the machine."""

PRESSES = 6
"""So often a proposal that stays is approved."""

QUIET_SECONDS = 0.4
"""Nothing said for so long, and nothing waiting to be said: that was all."""

_tokens = itertools.count(7_100_000_001)


@dataclass(frozen=True, slots=True)
class Said:
    """What the person could read, `at` on the monotonic clock; of a message that grew, what was added."""

    at: float
    text: str
    message: SentMessage

    def answers(self, message: SentMessage) -> bool:
        """It is `message` itself, grown, or an answer to it."""
        return self.message is message or self.message.reply_to == message.message_id


class Phone(TelegramServer):
    """A Telegram that keeps every text, those of edited messages too."""

    def __init__(self) -> None:
        super().__init__(token=f"{next(_tokens)}:LOCAL-telegram-token-for-tests-0123456")
        self.said: list[Said] = []

    async def _on_sendmessage(self, params: dict[str, Any]) -> dict[str, Any]:
        result = await super()._on_sendmessage(params)
        self.said.append(Said(time.monotonic(), self.messages[-1].text, self.messages[-1]))
        return result

    async def _on_editmessagetext(self, params: dict[str, Any]) -> dict[str, Any]:
        before = self._find(params).text
        result = await super()._on_editmessagetext(params)
        message = self._find(params)
        self.said.append(Said(time.monotonic(), message.text.removeprefix(before).strip(), message))
        return result


class Room:
    """Made by `open_room`."""

    def __init__(self, app: App, sandbox: Sandbox, phone: Phone, http: httpx.AsyncClient, folder: Path) -> None:
        self.app = app
        self.sandbox = sandbox
        self.phone = phone
        self._http = http
        self._books = folder / "trader.sqlite3"
        self.lag = 0.0
        """Real seconds for which this process was kept from working, all in all."""

    async def watch_lag(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.05)
            self.lag += max(time.monotonic() - before - 0.1, 0.0)

    # ---- the person

    async def ask(self, line: str, action: str = "", seconds: float = BUSY_SECONDS) -> SentMessage:
        """Type a line; the first message that offers this action (any message where there is none)."""
        before = len(self.phone.messages)
        self.phone.say(OWNER, line)

        def offers() -> list[SentMessage]:
            return [m for m in self.phone.messages[before:] if not action or offered(m, action)]

        try:
            await self.phone.until(lambda: bool(offers()), seconds)
        except TimeoutError:
            said = [m.text for m in self.phone.messages[before:]]
            raise AssertionError(f"no {action or 'answer'} for {line} within {seconds:g} s: {said}") from None
        return offers()[0]

    def press(self, message: SentMessage, action: str) -> None:
        """Tap the button whose action begins so (`ok:`, `do:`, `run:/panic`)."""
        found = offered(message, action)
        if not found:
            raise AssertionError(f"no button {action} under: {message.text}")
        self.phone.press_data(OWNER, message, found[0])

    async def answer_to(self, message: SentMessage, action: str, seconds: float = 80.0) -> Said | None:
        """Tap, and read what came of it, below the message or in answer to it; None: nothing within `seconds`."""
        heard, said = len(self.phone.said), self.phone.said
        self.press(message, action)

        def answer() -> Said | None:
            return next((one for one in said[heard:] if one.answers(message)), None)

        await self.until(lambda: answer() is not None, seconds)
        return answer()

    async def reply_to(self, line: str, seconds: float = 80.0) -> bool:
        """Type a line and wait until the service has done with it, whatever else is being said."""
        update = self.phone.say(OWNER, line)
        if not await self.until(lambda: self.phone.unconfirmed == 0, seconds):
            return False
        deadline = time.monotonic() + seconds
        while await self._in_hand(update):
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.05)
        return True

    async def _in_hand(self, update: int) -> bool:
        note = await self.app.storage.read(lambda records: records.notes.get(f"telegram.{self.phone.bot_id}"))
        return any(row["update_id"] == update for row in note["open"])

    async def trade(self, line: str) -> None:
        """A proposal, approved; returns when its order is over or rests. On a busy machine a price may be too old, or
        the exchange late: the proposal then stays, and is approved again. AssertionError when no order comes of it."""
        before, card = len(self.books().orders), await self.ask(line, "ok:")
        answer = None
        for _ in range(PRESSES):
            if offered(card, "ok:"):
                answer = await self.answer_to(card, "ok:")
            if await self.until(lambda: len(self.books().orders) > before, BUSY_SECONDS / PRESSES):
                await self.until(self.settled, BUSY_SECONDS)
                return
        raise AssertionError(f"no order came of {line}: {answer.text if answer else 'no answer'}")

    async def hush(self, seconds: float = BUSY_SECONDS) -> None:
        """Until all has been said."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            waiting = await self.app.storage.read(lambda records: records.outbox.pending_count())
            last = self.phone.said[-1].at if self.phone.said else 0.0
            if not waiting and time.monotonic() - last > QUIET_SECONDS:
                return
            await asyncio.sleep(0.05)

    async def sleep(self, seconds: float = 0.05) -> None:
        await asyncio.sleep(seconds)

    async def until(self, true: Callable[[], bool], seconds: float) -> bool:
        """Looked at often in the beginning, then at every tenth of a second."""
        began = time.monotonic()
        while not true():
            waited = time.monotonic() - began
            if waited > seconds:
                return False
            await asyncio.sleep(0.02 if waited < 1 else 0.1)
        return True

    # ---- the exchange

    def fault(self, faults: Sequence[Mapping[str, Any]]) -> None:
        if faults:
            self.sandbox.faults.add([dict(fault) for fault in faults])

    async def jump(self, market: str, share: str) -> None:
        """The price becomes this share of what it is."""
        price = self.price(market) * Decimal(share)
        answer = await self._http.post("/sandbox/price", json={"market": market, "price": str(price)})
        answer.raise_for_status()

    def price(self, market: str) -> Decimal:
        return self.sandbox.data.last_price(market)

    async def state(self) -> dict[str, Any]:
        """What the sandbox itself knows of its account."""
        answer = await self._http.get("/sandbox/state")
        state: dict[str, Any] = json.loads(answer.raise_for_status().text)
        return state

    def waiting(self, name: str) -> bool:
        """The exchange shows the order of this client order id as open."""
        orders = self.sandbox.engine.orders.values()
        return any(o.request.identifier == name and o.state == "wait" for o in orders)

    def open_orders(self) -> int:
        """Of the bot, at the exchange."""
        return sum(o.state == "wait" and bool(o.request.identifier) for o in self.sandbox.engine.orders.values())

    def held(self, currency: str) -> Decimal:
        return self.sandbox.account.totals().get(currency, Decimal(0))

    # ---- the books

    def books(self) -> Books:
        return read_books(self._books)

    async def last_event(self, kind: EventKind) -> dict[str, str]:
        events = await self.app.storage.read(lambda records: records.events.latest(1, (kind,)))
        return dict(events[0].data)

    def settled(self) -> bool:
        """Every order is over, or rests at the exchange as the books say."""
        return all(
            order["state"] in ("accepted", "partial") and self.waiting(order["client_order_id"])
            for order in self.books().unfinished
        )


def offered(message: SentMessage, action: str) -> list[str]:
    """Of the buttons under it, those that begin so."""
    return [b["callback_data"] for row in message.keyboard for b in row if b["callback_data"].startswith(action)]


@contextlib.asynccontextmanager
async def open_room(markets: Sequence[str], language: str = "ko", **changes: Any) -> AsyncIterator[Room]:
    """Ready to trade, the greeting read. `changes` are settings by field name."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="room-")))
        phone = await stack.enter_async_context(Phone())
        app = await App.start(_settings(folder, phone, markets, language, changes), on_trouble=lambda text: None)
        stack.push_async_callback(app.stop)
        sandbox = app.venue.sandbox
        assert sandbox is not None
        await asyncio.wait_for(app.trader.ready.wait(), BUSY_SECONDS)
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=sandbox.rest_url, timeout=30.0))
        room = Room(app, sandbox, phone, http, folder)
        await phone.until(lambda: bool(phone.said) and phone.polls > 0, BUSY_SECONDS)
        watching = asyncio.create_task(room.watch_lag())
        stack.callback(watching.cancel)
        yield room
        sandbox.faults.clear()


def _settings(
    folder: Path, phone: Phone, markets: Sequence[str], language: str, changes: Mapping[str, Any]
) -> Settings:
    """Nobody but the test decides anything, nothing but the exchange stands in an entry's way."""
    fields: dict[str, Any] = {
        "data_dir": folder,
        "database_url": "",
        "upbit_rest_url": "",
        "upbit_ws_url": "",
        "language": language,
        "telegram_bot_token": phone.token,
        "telegram_api_url": phone.url,
        "telegram_owners": (str(OWNER),),
        "slack_bot_token": "",
        "slack_app_token": "",
        "markets": tuple(markets),
        "strategy": "buy_and_hold",
        "timeframe": Timeframe.D1,
        "order_style": "market",
        "cooldown_seconds": 0,
        "buy_on_warning": True,
        "max_positions": 50,
        "max_market_krw": CASH,
        "max_daily_loss_krw": CASH,
        "max_stops_in_a_row": 0,
        "max_spread_bps": Decimal(1000),
        "max_slippage_bps": Decimal(1000),
        "volatility_block_fraction": 0,
        "stop_fraction": Decimal("0.02"),
        "take_fraction": Decimal("0.5"),
        "sandbox_cash_krw": CASH,
    }
    return Settings(_env_file=None, **(fields | dict(changes)))
