"""Both front ends over the loopback services, with the outbox behind them, as in the service."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

from aiolimiter import AsyncLimiter

from chatbot.home import Home
from chatbot.live_status import LiveStatus
from chatbot.outbox import OutboxSender
from chatbot.outbox.office import Asked
from chatbot.people.access import Role
from chatbot.slack.frontend import SlackFrontEnd
from chatbot.telegram.frontend import TelegramFrontEnd
from storage.memory import MemoryStorage
from tests.chatbot.chat_bench import OWNER, Bench
from tests.chatbot.fake_desk import NOW
from tests.fakes.slack_server import SlackServer
from tests.fakes.telegram_server import TelegramServer
from trader.model.member import Member

ME = int(OWNER.user_id)
ON_SLACK = {"U1": Role.OWNER, "U3": Role.VIEWER}
"""Beside the bench's trader, U2."""


def let_in(bench: Bench) -> None:
    for user_id, role in ON_SLACK.items():
        bench.access.put(Member("slack", user_id, role.name.lower(), "", "telegram:1", NOW))


def home_of(bench: Bench) -> Home:
    look = LiveStatus(bench.desk, bench.access, bench.languages, bench.clock)
    return Home(bench.desk, look, bench.access, bench.languages, bench.clock)


@dataclass
class Phones:
    bench: Bench
    storage: MemoryStorage
    telegram: TelegramServer
    slack: SlackServer
    fronts: tuple[TelegramFrontEnd, SlackFrontEnd]
    senders: list[OutboxSender]

    def happened(self) -> None:
        """As after an event was written."""
        for sender in self.senders:
            sender.nudge()
        self.fronts[1].happened()


@contextlib.asynccontextmanager
async def phones(
    telegram: TelegramServer,
    slack: SlackServer,
    storage: MemoryStorage,
    *,
    bench: Bench | None = None,
    live_every: float = 0.05,
    pace: float = 1000.0,
) -> AsyncIterator[Phones]:
    """A service beside them; looks at what stands there every 50 ms. `pace`: messages a chat takes at once."""
    bench = bench or Bench()
    let_in(bench)
    access = bench.access
    look = LiveStatus(bench.desk, access, bench.languages, bench.clock)
    senders: list[OutboxSender] = []
    async with contextlib.AsyncExitStack() as stack:
        shared = (bench.dispatcher, storage, access, bench.languages)
        telegram_front = TelegramFrontEnd(telegram.token, telegram.url, *shared, asked=Asked(senders, "telegram"))
        slack_front = SlackFrontEnd(
            slack.bot_token,
            slack.app_token,
            slack.url,
            *shared,
            asked=Asked(senders, "slack"),
            home=home_of(bench),
            home_every=(0.05, 0.1),
        )
        for front in (telegram_front, slack_front):
            sender = OutboxSender(
                storage,
                bench.clock,
                front.channel,
                front.send,
                partial(bench.languages.of_place, front.channel),
                tick_seconds=0.02,
                backoff=(0.01, 0.04),
                pace=lambda channel, target: AsyncLimiter(pace, 60 if pace < 1000 else 0.01),
                look=look.of,
                live_every=live_every,
            )
            senders.append(sender)
            await sender.start()
            stack.push_async_callback(sender.stop)
            await front.start()
            stack.push_async_callback(front.stop)
        await slack.linked()
        await telegram.until(lambda: telegram.polls > 0)
        yield Phones(bench, storage, telegram, slack, (telegram_front, slack_front), senders)
