"""Replies that ask, on both platforms: they are handed to the outbox, and taken back before they are written into."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest_asyncio

from chatbot.people.access import Access, Role
from chatbot.slack.frontend import SlackFrontEnd
from chatbot.telegram.frontend import TelegramFrontEnd
from storage.memory import MemoryStorage
from tests.chatbot.chat_bench import OWNER, TRADER, Bench
from tests.chatbot.fake_desk import TICKET_ID
from tests.fakes.slack_server import SlackServer
from tests.fakes.telegram_server import TelegramServer

ACCESS = Access({OWNER.key: Role.OWNER, TRADER.key: Role.TRADER})
ME, MARKET = int(OWNER.user_id), "KRW-BTC"
FIRST = ["✅ Approve", "½ Half", "❌ Reject"]


@dataclass
class Asked:
    """What the outbox is told."""

    calls: list[tuple[object, ...]] = field(default_factory=list)
    kept: set[tuple[str, str]] = field(default_factory=set)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def adopt(self, target: str, remote_id: str, ticket_id: str, market: str, *, again: bool = False) -> None:
        self.calls.append(("adopt", target, remote_id, ticket_id, market, again))
        self.kept.add((target, remote_id))
        self.changed.set()

    async def release(self, target: str, remote_id: str, ticket_id: str) -> bool:
        known = (target, remote_id) in self.kept
        self.kept.discard((target, remote_id))
        self.calls.append(("release", target, remote_id, known))
        self.changed.set()
        return known

    async def keep_live(self, target: str, remote_id: str, person: str) -> None:
        self.calls.append(("keep_live", target, remote_id, person))
        self.changed.set()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.calls) < count:
                self.changed.clear()
                await self.changed.wait()


@dataclass
class House:
    bench: Bench
    telegram: TelegramServer
    slack: SlackServer
    asked: Asked


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    bench, storage, asked = Bench(), MemoryStorage(), Asked()
    async with contextlib.AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramServer())
        slack = await stack.enter_async_context(SlackServer())
        shared = (bench.dispatcher, storage, ACCESS, bench.languages)
        fronts = (
            TelegramFrontEnd(telegram.token, telegram.url, *shared, asked=asked),
            SlackFrontEnd(slack.bot_token, slack.app_token, slack.url, *shared, asked=asked),
        )
        for front in fronts:
            await front.start()
            stack.push_async_callback(front.stop)
        await slack.linked()
        await telegram.until(lambda: telegram.polls > 0)
        yield House(bench, telegram, slack, asked)


async def test_telegram_hands_over_the_card_and_takes_it_back_for_the_answer(house: House) -> None:
    """A price that moved leaves the buttons: it is handed over again, without another chart; the next tap counts."""
    house.telegram.say(ME, "/buy BTC 50000")
    card = await house.telegram.next_message()
    place, card_id = str(ME), str(card.message_id)
    await house.asked.until(1)
    house.bench.desk.refuse = "price_moved"
    house.telegram.press(ME, card, "✅ Approve")
    assert (await house.telegram.next_message()).labels == ["🔁 Ask again"]
    await house.asked.until(3)
    house.bench.desk.refuse = ""
    house.telegram.press(ME, card, "✅ Approve")
    await house.telegram.until(lambda: not card.labels)
    await house.asked.until(5)  # the order is a message of its own: the card is put to its end, without its countdown
    assert house.asked.calls == [
        ("adopt", place, card_id, TICKET_ID, MARKET, False),
        ("release", place, card_id, True),
        ("adopt", place, card_id, TICKET_ID, "", True),
        ("release", place, card_id, True),
        ("adopt", place, card_id, TICKET_ID, "", True),
    ]


async def test_asked_anew_the_fresh_card_is_handed_over(house: House) -> None:
    house.telegram.say(ME, "/buy BTC 50000")
    card = await house.telegram.next_message()
    house.bench.desk.refuse = "expired"
    house.telegram.press(ME, card, "✅ Approve")
    refusal = await house.telegram.next_message()
    await house.telegram.until(lambda: not card.labels)  # it is over for everybody
    house.bench.desk.refuse = ""
    house.telegram.press(ME, refusal, "🔁 Ask again")
    fresh = await house.telegram.next_message()
    assert fresh.labels == FIRST
    await house.asked.until(4)
    assert house.asked.calls[-1] == ("adopt", str(ME), str(fresh.message_id), f"{TICKET_ID}2", MARKET, False)


async def test_slack_posts_the_card_so_that_it_can_be_edited_later(house: House) -> None:
    """A slash command is answered at its response address, whose messages cannot be edited; a question is posted."""
    await house.slack.command(TRADER.user_id, "/buy BTC 50000")
    card = await house.slack.next_message()
    await house.asked.until(1)
    assert house.asked.calls == [("adopt", card.channel, card.ts, TICKET_ID, MARKET, False)]
    assert house.slack.called("response_url") == []
    await house.slack.press(TRADER.user_id, card, "❌ Reject")
    await house.slack.until(lambda: not card.labels)
    assert house.asked.calls[1:] == [("release", card.channel, card.ts, True)]


async def test_slacks_conversation_with_a_person_is_named_by_the_person(house: House) -> None:
    """As the outbox names it, so that both know of the same message."""
    await house.slack.direct_message(TRADER.user_id, "/buy BTC 50000")
    card = await house.slack.next_message()
    await house.asked.until(1)
    await house.slack.press(TRADER.user_id, card, "❌ Reject")
    await house.slack.until(lambda: not card.labels)
    assert house.asked.calls == [
        ("adopt", TRADER.user_id, card.ts, TICKET_ID, MARKET, False),
        ("release", TRADER.user_id, card.ts, True),
    ]


async def test_what_is_approved_in_slack_is_put_to_its_end_too(house: House) -> None:
    await house.slack.direct_message(TRADER.user_id, "/buy BTC 50000")
    card = await house.slack.next_message()
    await house.asked.until(1)
    await house.slack.press(TRADER.user_id, card, "✅ Approve")
    await house.asked.until(3)
    assert house.asked.calls[1:] == [
        ("release", TRADER.user_id, card.ts, True),
        ("adopt", TRADER.user_id, card.ts, TICKET_ID, "", True),
    ]
    assert not card.labels


async def test_where_slack_lets_the_bot_not_post_the_question_is_answered_all_the_same(house: House) -> None:
    house.slack.fail("chat.postMessage", error="not_in_channel")
    await house.slack.command(TRADER.user_id, "/buy BTC 50000")
    card = await house.slack.next_message()
    assert card.labels == FIRST
    assert house.asked.calls == []
