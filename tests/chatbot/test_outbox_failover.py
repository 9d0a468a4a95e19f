"""What is critical and not delivered within 30 seconds goes to the other channel; who is told that one is down (C3)."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio

from chatbot.delivery import ChatForbidden
from chatbot.notices import notice
from chatbot.outbox import OutboxSender
from chatbot.outbox.failover import Failover
from chatbot.wording import Words
from storage.memory import MemoryStorage
from tests.chatbot.outbox_bench import Chat, drained, event, pending, put, sending
from tests.examples import NOON
from trader.clock import ManualClock
from trader.model.events import Event, EventKind, Severity


@dataclass
class Two:
    """Telegram, where everything goes, and Slack, where nothing goes by itself."""

    storage: MemoryStorage
    clock: ManualClock
    telegram: Chat
    slack: Chat
    senders: list[OutboxSender]
    failover: Failover

    async def tell(self, *events: Event) -> None:
        await put(self.storage, *events, at=self.clock.now())
        self.nudge()

    async def pass_seconds(self, seconds: float) -> bool:
        self.clock.advance(seconds)
        added = await self.failover.look(self.senders)
        self.nudge()
        return added

    def nudge(self) -> None:
        for sender in self.senders:
            sender.nudge()


def failover(storage: MemoryStorage, clock: ManualClock) -> Failover:
    return Failover(storage, clock, lambda: {"telegram": ["1"], "slack": ["C1"]})


@pytest_asyncio.fixture
async def two() -> AsyncIterator[Two]:
    clock = ManualClock(NOON)
    storage, telegram, slack = MemoryStorage(clock), Chat(), Chat()
    async with contextlib.AsyncExitStack() as stack:
        one = await stack.enter_async_context(sending(storage, telegram, clock))
        other = await stack.enter_async_context(sending(storage, slack, clock, channel="slack"))
        yield Two(storage, clock, telegram, slack, [one, other], failover(storage, clock))


def alarm(number: int, at: timedelta = timedelta()) -> Event:
    return event(number, at=NOON + at, severity=Severity.CRITICAL)


async def test_a_critical_event_reaches_the_second_channel_after_thirty_seconds(two: Two) -> None:
    """At 29 s nothing, at 30 s and a bit the alarm, once; lesser ones stay where they are."""
    two.telegram.down = {"1"}
    await two.tell(alarm(1), event(2, severity=Severity.WARNING))
    await two.telegram.until(lambda: two.telegram.calls >= 1)
    assert not await two.pass_seconds(29)
    assert two.slack.taken == []
    assert await two.pass_seconds(2)
    await two.slack.until(lambda: len(two.slack.taken) == 2)
    assert two.slack.titles("C1") == ["❌ Error: place 1 (×unknown)", "⚠️ Telegram does not take messages."]
    assert two.slack.taken[1][1].lines == (
        "Since 12:00:00; messages waiting: 2",
        "Telegram cannot be reached. Trading goes on; messages are kept and sent later.",
        "Until it is back, what is critical comes here.",
    )
    assert not await two.pass_seconds(60)
    assert len(two.slack.taken) == 2


async def test_why_a_channel_is_down_is_said_in_the_readers_language_with_what_to_do(two: Two) -> None:
    """What the service said in English stays in the log."""
    two.telegram.failures = [ChatForbidden("Unauthorized")] * 1000
    await two.tell(alarm(1))
    await two.telegram.until(lambda: two.telegram.calls >= 1)
    await two.pass_seconds(31)
    [down] = await two.storage.read(lambda r: r.events.latest(9, (EventKind.CHAT_DOWN,)))
    shown = {language: notice(down, Words(language)) for language in ("ko", "en")}
    assert shown["en"] is not None
    assert shown["ko"] is not None
    assert shown["en"].lines[1] == (
        "Telegram rejects the token. Put the right one into .env and restart; until then it is tried again."
    )
    assert shown["ko"].lines[1].startswith("텔레그램: 토큰이 거부되었습니다. .env에")
    assert not any("Unauthorized" in reply.text() for reply in shown.values() if reply)


async def test_when_the_first_is_back_it_gets_everything_in_order(two: Two) -> None:
    """Each event once per channel; on the second one people hear that the first works again."""
    two.telegram.down = {"1"}
    await two.tell(alarm(1), event(2), alarm(3))
    await two.telegram.until(lambda: two.telegram.calls >= 1)
    await two.pass_seconds(31)
    await two.slack.until(lambda: len(two.slack.taken) == 3)
    two.telegram.down = set()
    await two.telegram.until(lambda: len(two.telegram.taken) == 3)
    assert await drained(two.storage) == []
    assert [t.partition("place ")[2][0] for t in two.telegram.titles()] == ["1", "2", "3"]
    assert await two.pass_seconds(60)
    await two.slack.until(lambda: len(two.slack.taken) == 4)
    assert list(two.slack.shown) == ["m1", "m2", "m3"]  # told in the message that said it was down
    assert two.slack.shown["m3"].title == "✅ Telegram takes messages again (after 1m)"
    assert not await two.pass_seconds(60)


async def test_an_event_that_both_channels_have_is_not_doubled(two: Two) -> None:
    two.telegram.down = {"1"}
    await two.tell(alarm(1))
    await put(two.storage, alarm(1), target="C1", channel="slack")
    two.nudge()
    await two.slack.until(lambda: len(two.slack.taken) == 1)
    await two.pass_seconds(31)
    await two.slack.until(lambda: len(two.slack.taken) == 2)
    assert [title for title in two.slack.titles("C1") if "place 1" in title] == ["❌ Error: place 1 (×unknown)"]


async def test_that_a_channel_is_down_is_told_once_also_over_a_restart(two: Two) -> None:
    two.telegram.down = {"1"}
    await two.tell(event(1))
    await two.telegram.until(lambda: two.telegram.calls >= 1)
    assert await two.pass_seconds(31)
    again = failover(two.storage, two.clock)
    assert not await again.look(two.senders)
    told = await two.storage.read(lambda r: r.events.latest(9, (EventKind.CHAT_DOWN,)))
    assert [one.data["channel"] for one in told] == ["telegram"]


async def test_a_channel_alone_has_nobody_to_pass_to(two: Two) -> None:
    two.telegram.down = {"1"}
    await two.tell(alarm(1))
    await two.telegram.until(lambda: two.telegram.calls >= 1)
    alone = Failover(two.storage, two.clock, lambda: {"telegram": ["1"]})
    two.clock.advance(60)
    assert not await alone.look(two.senders[:1])
    assert await pending(two.storage, "slack") == []


async def test_a_delivered_event_is_not_passed_on(two: Two) -> None:
    await two.tell(alarm(1))
    await two.telegram.until(lambda: len(two.telegram.taken) == 1)
    assert await drained(two.storage) == []
    assert not await two.pass_seconds(60)


@pytest.mark.parametrize("speed", [1.0, 60.0])
async def test_thirty_seconds_are_those_of_the_wall(speed: float) -> None:
    """A market that runs sixty times as fast: thirty of its seconds are half a second of ours."""
    clock = ManualClock(NOON)
    clock.speed = speed
    storage = MemoryStorage(clock)
    await put(storage, alarm(1))
    clock.advance(31 * speed - speed * 2)
    assert not await failover(storage, clock).look([])
    clock.advance(speed * 2)
    assert await failover(storage, clock).look([])
