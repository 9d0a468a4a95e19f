"""A day in the life of the service: trading at speed, people on both platforms, and everything between them and the
service going wrong, by a plan that a seed decides.

The service and the exchange are real processes; the chat services are those of tests/fakes."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import httpx

from tests.day.lines import COINS, line
from tests.day.phones import GROUP, ON_SLACK, ON_TELEGRAM, Phones
from tests.e2e.house import READY, House
from tests.e2e.processes import until
from tests.e2e.venue_controls import fault
from tests.fakes.slack_server import SlackServer
from tests.fakes.telegram_server import TelegramServer

SPEED = 20
SETTINGS = {
    "TELEGRAM_TRADERS": str(ON_TELEGRAM["trader"]),
    "TELEGRAM_VIEWERS": str(ON_TELEGRAM["viewer"]),
    "SLACK_TRADERS": ON_SLACK["trader"],
    "SLACK_VIEWERS": ON_SLACK["viewer"],
    "MARKETS": " ".join(f"KRW-{coin}" for coin in COINS),
    "LANGUAGE": "en",
    "ORDER_STYLE": "market",
    "STOP_FRACTION": "0.03",
    "TAKE_FRACTION": "0",
    "COOLDOWN_SECONDS": "0",
    "MAX_ORDER_KRW": "1000000",
    "MAX_MARKET_KRW": "10000000",
    "MAX_ENTRIES_PER_DAY": "100000",
    "MAX_DAILY_LOSS_KRW": "100000000",
    "MAX_DAILY_SPEND_KRW": "1000000000",
    "MAX_STOPS_IN_A_ROW": "0",
    "MAX_EXPOSURE": "1",
    "MAX_SPREAD_BPS": "1000",
    "MAX_SLIPPAGE_BPS": "1000",
    "VOLATILITY_BLOCK_FRACTION": "0",
}
PUSHED = "SELECT count(*) FROM events WHERE event_id IN (SELECT event_id FROM outbox)"
OVER = """topic LIKE 'trade:%' AND substr(topic, 7) NOT IN (
    SELECT thread FROM positions WHERE closed_at IS NULL
    UNION SELECT CASE thread WHEN '' THEN intent_id ELSE thread END FROM orders
        WHERE state NOT IN ('done', 'cancelled', 'rejected', 'expired')
    UNION SELECT json_extract(cleared, '$.intent.intent_id') FROM tickets WHERE state = 'pending')"""
"""Of the messages that are kept: the card of a trade that is over."""
OPEN = f"""SELECT (SELECT count(*) FROM outbox WHERE sent_at IS NULL)
    + (SELECT count(*) FROM kept_messages WHERE live AND {OVER})
    + (SELECT count(*) FROM tickets WHERE state = 'pending')"""
"""What waits to be told, cards still to be ended, and questions that may run out and be told of at any moment."""
READY_WITHIN = 60.0
"""Seconds; how long each start took is among the figures. A machine that does much else is no fault of the service."""
ROLES = ("owner", "trader", "viewer")


@dataclass
class Day:
    """`troubles` are named in the order in which they came; `starts` are the seconds from each start of the service
    until it traded; `venue` are the exchange's own orders at the end."""

    house: House
    seed: int
    commands: int
    events: int
    brief: bool = False
    """Three troubles only; what is told of the trading comes while both chat services are away."""
    phones: Phones = field(init=False)
    troubles: list[str] = field(init=False, default_factory=list)
    starts: list[float] = field(init=False, default_factory=list)
    venue: list[dict[str, Any]] = field(init=False, default_factory=list)
    _dice: Random = field(init=False)
    _over: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self._dice = Random(self.seed)
        self.phones = Phones(self.house, self._dice)

    async def live(self) -> None:
        """Until all was asked, told and answered. AssertionError when something is still open after a long while."""
        self.house.more = SETTINGS
        await self.house.open_sandbox("--speed", str(SPEED), "--cash", "100000000", "--rate-limit-factor", "100")
        await self._open_service()
        await self.house.slack.linked(15)
        trading = asyncio.create_task(self._trade())
        try:
            await self._people()
            await until(lambda: self.pushed >= self.events, 300, lambda: f"{self.pushed} events")
        finally:
            self._over = True
            await trading
        await self._settle()

    @property
    def pushed(self) -> int:
        return int(self.house.rows(PUSHED)[0][0])

    # ---- trading

    async def _trade(self) -> None:
        """Bought by hand, sold by the stop, one market after another, as fast as it goes."""
        number = 0
        while not (self._over and self.pushed >= self.events):
            coin = COINS[number % len(COINS)]
            number += 1
            try:
                await self.house.say(f"/buy {coin} 100000 confirm")
                await asyncio.sleep(0.15)
                await self.house.jump(f"KRW-{coin}", "0.9")
                await asyncio.sleep(0.15)
                await self.house.jump(f"KRW-{coin}", "1.111")
            except (OSError, httpx.HTTPError, ValueError, EOFError):
                await asyncio.sleep(0.3)  # the service is away for the moment
            if number % 15 == 0 and not self.brief:
                await fault(self.house, "ws_disconnect", seconds=1)
            if number % 20 == 0 and not self.brief:  # it takes fifteen seconds until nothing is in doubt
                await fault(self.house, "http_status", status=500, times=2, match={"path": "/v1/orders"})
            if number % 7 == 0:
                self.house.telegram.say(6660 + number, "/status")  # a stranger

    # ---- people and trouble

    async def _people(self) -> None:
        """Commands in bursts; after each part of them something goes wrong."""
        plan = self._plan()
        every = max(self.commands // (len(plan) + 1), 1)
        while len(self.phones.asked) < self.commands:
            await self._burst()
            while plan and len(self.phones.asked) >= every * (len(self.troubles) + 1):
                await self._trouble(*plan.pop(0))
            await asyncio.sleep(self._dice.uniform(0.05, 0.3))
        for trouble in plan:
            await self._trouble(*trouble)

    async def _trouble(self, name: str, happen: Callable[[], Awaitable[None]]) -> None:
        self.troubles.append(name)
        self.phones.trouble = name
        await happen()

    async def _burst(self) -> None:
        phones, dice = self.phones, self._dice
        for _ in range(dice.randint(1, 4)):
            role = dice.choice(ROLES)
            if dice.random() < 0.5:
                phones.telegram(role, line(role, dice))
            else:
                await phones.slack(role, line(role, dice))
        if dice.random() < 0.3:
            role = dice.choice(ROLES)
            phones.swap_telegram(role, (line(role, dice), line(role, dice)))
        if dice.random() < 0.3:
            phones.repeat_telegram()
        if dice.random() < 0.3:
            await phones.repeat_slack(event=dice.random() < 0.5)
        if dice.random() < 0.6:
            await self._press()

    async def _press(self) -> None:
        """Somebody answers a proposal; sometimes two people do."""
        label = self._dice.choice(("✅ Approve", "✅ Approve", "½ Half", "❌ Reject"))
        open_there = [m for m in self.house.telegram.messages if m.chat_id == GROUP and label in m.labels]
        if open_there and self._dice.random() < 0.6:
            self.phones.press_telegram(self._dice.choice(("owner", "trader")), open_there[-1], label)
        open_here = [m for m in self.house.slack.messages if label in m.labels]
        if open_here and self._dice.random() < 0.6:
            await self.phones.press_slack(self._dice.choice(("owner", "trader")), open_here[-1], label)

    def _plan(self) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        telegram, slack = self.house.telegram, self.house.slack

        async def too_fast() -> None:
            for method in ("sendMessage", "editMessageText"):
                telegram.fail(method, 429, retry_after=2, times=2)
            for method in ("chat.postMessage", "chat.update", "response_url"):
                slack.fail(method, 429, retry_after=1, times=2)

        async def broken() -> None:
            telegram.fail("*", 502, times=4)
            slack.fail("*", 503, times=4)

        async def telegram_down() -> None:
            await telegram.go_down()
            await self._busy(1 if self.brief else 4)
            await telegram.come_back()

        async def slack_down() -> None:
            await slack.go_down()
            await self._busy(1 if self.brief else 4)
            await slack.come_back()
            await self._linked()

        async def hanging() -> None:
            telegram.hang = slack.hang = True
            await self._busy(2)
            telegram.hang = slack.hang = False

        async def links() -> None:
            await slack.drop_links()
            await self._linked()

        async def both_down(*, kill: bool = False) -> None:
            await telegram.go_down()
            await slack.go_down()
            await self._restart(kill=kill)
            if self.brief:
                await until(lambda: self.pushed >= self.events, 60, lambda: f"{self.pushed} events")
            await telegram.come_back()
            await slack.come_back()
            await self._linked()

        async def restart() -> None:
            await self._restart(kill=False)
            await self._linked()

        async def kill() -> None:
            await self._restart(kill=True)
            await self._linked()

        plan: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("429 from both", too_fast),
            ("Telegram away", telegram_down),
            ("killed by force", kill),
            ("Slack away", slack_down),
            ("5xx from both", broken),
            ("restarted", restart),
            ("both hanging", hanging),
            ("links cut", links),
            ("restarted while both are away", both_down),
            ("429 from both again", too_fast),
        ]
        if self.brief:
            return [*plan[:2], ("killed by force while both are away", partial(both_down, kill=True))]
        self._dice.shuffle(plan)
        return plan

    async def _busy(self, seconds: float) -> None:
        until_then = time.monotonic() + seconds
        while time.monotonic() < until_then:
            self.phones.telegram("owner", line("owner", self._dice))
            await self.phones.slack("trader", line("trader", self._dice))
            await asyncio.sleep(seconds / 3)

    async def _restart(self, *, kill: bool) -> None:
        """With commands in hand, and more of them, some old, while it is away."""
        service = self.house.service
        assert service is not None
        for role in ROLES:
            self.phones.telegram(role, line(role, self._dice))
            await self.phones.slack(role, line(role, self._dice))
        await asyncio.sleep(self._dice.uniform(0.0, 0.05))
        if kill:
            await service.kill()
        else:
            assert (await service.terminate(20)).code == 0
        for role in ROLES:
            self.phones.telegram(role, line(role, self._dice), age=self._dice.choice((0.0, 90.0)))
        self.phones.repeat_telegram()
        await self._open_service()

    async def _open_service(self) -> None:
        service = await self.house.open_service(ready=False)
        await service.said(READY, READY_WITHIN)
        found = re.search(rf"{READY}.* seconds=([\d.]+)", service.err)
        assert found is not None
        self.starts.append(float(found[1]))

    async def _linked(self) -> None:
        await self.house.slack.linked(40)
        await self.phones.catch_up()

    # ---- the end

    async def _settle(self) -> None:
        """Everything is well again: what waits leaves, what was asked is answered."""
        self.house.telegram.mend()
        self.house.slack.mend()
        await self._linked()
        with contextlib.suppress(AssertionError):  # the judge says what is open
            await until(lambda: self._quiet, 60)
            for seconds in (2, 3):  # the last two messages, each by itself
                await self.house.say(f"/set cooldown_seconds {seconds}")
            await until(lambda: self._quiet, 60)
        await asyncio.sleep(1.5)  # the audit trail's last looks

    @property
    def _quiet(self) -> bool:
        return not self.phones.open[1] and self.house.rows(OPEN) == [(0,)]


async def lived(folder: Path, seed: int, commands: int, events: int, *, brief: bool = False) -> Day:
    """A day with a house of its own in `folder`, which is closed afterwards; its books can still be read."""
    async with TelegramServer() as telegram, SlackServer() as slack:
        house = House(folder, telegram, slack)
        day = Day(house, seed, commands, events, brief)
        try:
            await day.live()
            day.venue = (await house.state())["orders"]
            return day
        finally:
            await house.close()
