"""Telegram and Slack with the real dispatcher, the outbox and SQLite: one question, two channels, one truth (C1–C4)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest_asyncio

from chatbot.outbox import OutboxSender
from chatbot.outbox.failover import Failover
from chatbot.people.access import Access, Role
from chatbot.slack.frontend import SlackFrontEnd
from chatbot.telegram.frontend import TelegramFrontEnd
from storage.sql import SqlStorage, Synchronous, open_storage
from tests.chatbot.chat_bench import OWNER, STRANGER, TRADER, VIEWER, Bench
from tests.chatbot.fake_desk import NOW
from tests.fakes.slack_server import SlackServer
from tests.fakes.telegram_server import TelegramServer
from trader.model.events import Event, EventKind, OutboxMessage, Severity
from trader.model.market import Market
from trader.model.order import Side
from trader.model.ticket import Ticket
from trader.ports import Records

ACCESS = Access({OWNER.key: Role.OWNER, TRADER.key: Role.TRADER, VIEWER.key: Role.VIEWER})
ME, OTHER = int(OWNER.user_id), int(VIEWER.user_id)


@dataclass
class House:
    bench: Bench
    storage: SqlStorage
    telegram: TelegramServer
    slack: SlackServer
    senders: tuple[OutboxSender, OutboxSender]

    async def tell(self, event: Event) -> None:
        """As a stage does it: the event and a row for each channel in one transaction, then a nudge."""

        def add(records: Records) -> None:
            records.events.add(event)
            for channel, target in (("telegram", OWNER.user_id), ("slack", "C1")):
                records.outbox.add(OutboxMessage(f"{event.event_id}-{channel}", event.event_id, channel, target, NOW))

        await self.storage.write(add)
        for sender in self.senders:
            sender.nudge()


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    bench = Bench()
    async with contextlib.AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramServer())
        slack = await stack.enter_async_context(SlackServer())
        storage = await open_storage(f"sqlite:///{tmp_path / 'books.sqlite3'}", synchronous=Synchronous.NORMAL)
        stack.push_async_callback(storage.close)
        fronts = (
            TelegramFrontEnd(telegram.token, telegram.url, bench.dispatcher, storage, ACCESS, bench.languages),
            SlackFrontEnd(
                slack.bot_token, slack.app_token, slack.url, bench.dispatcher, storage, ACCESS, bench.languages
            ),
        )
        senders = [
            OutboxSender(
                storage,
                bench.clock,
                f.channel,
                f.send,
                partial(bench.languages.of_place, f.channel),
                backoff=(0.02, 0.1),
            )
            for f in fronts
        ]
        for part in (*senders, *fronts):
            await part.start()
            stack.push_async_callback(part.stop)
        await slack.linked()
        await telegram.until(lambda: telegram.polls > 0)
        yield House(bench, storage, telegram, slack, (senders[0], senders[1]))


def proposal(ticket_id: str) -> Event:
    terms = {
        "ticket_id": ticket_id,
        "side": "buy",
        "notional": "100000",
        "price": "100000000",
        "price_band": "0.005",
        "expires_at": (NOW + timedelta(minutes=2)).isoformat(),
        "mode": "sandbox",
    }
    return Event(f"p-{ticket_id}", EventKind.PROPOSAL, NOW, market="KRW-BTC", data=terms)


async def test_status_reads_the_same_in_both(house: House) -> None:
    house.telegram.say(ME, "/status")
    await house.slack.command(TRADER.user_id, "status")
    one, other = await house.telegram.next_message(), await house.slack.next_message()
    assert one.text.splitlines()[0] == other.shown.splitlines()[0]


async def test_a_strangers_command_changes_nothing_and_is_answered_once(house: House) -> None:
    for _ in range(3):
        house.telegram.say(int(STRANGER.user_id), "/stop")
    house.telegram.say(ME, "/status")
    await house.telegram.until(lambda: any(m.chat_id == ME for m in house.telegram.messages))
    assert len([m for m in house.telegram.messages if m.chat_id == int(STRANGER.user_id)]) == 1
    assert "set_state" not in house.bench.called


async def test_a_viewers_press_is_refused_and_the_owners_counts(house: House) -> None:
    """/panic asks once more; the viewer may not answer, and the question stays for its owner."""
    house.telegram.say(ME, "/panic", chat_id=-100)
    question = await house.telegram.next_message()
    confirm = question.labels[0]
    house.telegram.press(OTHER, question, confirm)
    refusal = await house.telegram.next_message()
    assert refusal.text.startswith("❌")
    assert question.labels
    assert "panic" not in house.bench.called
    house.telegram.press(ME, question, confirm)
    await house.telegram.until(lambda: not question.labels)
    assert "panic" in house.bench.called


async def test_a_question_answered_in_slack_is_closed_in_telegram(house: House) -> None:
    ticket = await house.bench.desk.propose(Side.BUY, Market("KRW", "BTC"), "strategy", notional=Decimal(100_000))
    assert isinstance(ticket, Ticket)
    await house.tell(proposal(ticket.ticket_id))
    card, twin = await house.telegram.next_message(), await house.slack.next_message()
    assert len(card.labels) == len(twin.labels) == 3
    await house.slack.press(TRADER.user_id, twin, twin.labels[-1])
    await house.slack.until(lambda: not twin.labels)
    assert ("answer", ticket.ticket_id, False, TRADER.key) in [call[:4] for call in house.bench.desk.calls]
    answer = {"ticket_id": ticket.ticket_id, "side": "buy", "answer": "rejected", "by": TRADER.key}
    await house.tell(Event("a-t1", EventKind.TICKET_ANSWERED, NOW, market="KRW-BTC", data=answer))
    await house.telegram.until(lambda: not card.labels)
    assert "100,000" in card.text  # the terms are still there


async def test_an_outage_of_one_service_does_not_touch_the_other(house: House) -> None:
    """Telegram is down for three messages: Slack has them at once, Telegram later, in order, none twice."""
    await house.telegram.go_down()
    for number in range(3):
        data = {"where": f"place {number}", "message": "x"}
        await house.tell(Event(f"e{number}", EventKind.ERROR, NOW, Severity.CRITICAL, data=data))
    await house.slack.until(lambda: len(house.slack.messages) == 3)
    assert house.telegram.messages == []
    await house.telegram.come_back()
    await house.telegram.until(lambda: len(house.telegram.messages) == 3)
    assert [m.text.partition("place ")[2][0] for m in house.telegram.messages] == ["0", "1", "2"]
    house.telegram.say(ME, "/status")
    await house.telegram.until(lambda: len(house.telegram.messages) == 4, timeout=10)


async def test_busy_services_keep_the_order(house: House) -> None:
    """Both answer the first message with 429 and ask for a second: three messages, each once, in order."""
    house.telegram.fail("sendMessage", 429, retry_after=1)
    house.slack.fail("chat.postMessage", 429, retry_after=1)
    for number in range(3):
        data = {"where": f"place {number}", "message": "x"}
        await house.tell(Event(f"e{number}", EventKind.ERROR, NOW, data=data))
    await house.telegram.until(lambda: len(house.telegram.messages) == 3)
    await house.slack.until(lambda: len(house.slack.messages) == 3)
    assert [m.text.partition("place ")[2][0] for m in house.telegram.messages] == ["0", "1", "2"]
    assert [m.shown.partition("place ")[2][0] for m in house.slack.messages] == ["0", "1", "2"]
    for calls in (house.telegram.called("sendMessage"), house.slack.called("chat.postMessage")):
        assert calls[1].at - calls[0].at >= 0.95


async def test_what_is_critical_is_told_to_the_owner_on_slack_when_telegram_is_down(house: House) -> None:
    """Slack has no channel of its own: the owner's direct messages, 31 s after the event. When Telegram is back it is
    told there as well, and on Slack the message about the outage says that it is over."""
    failover = Failover(
        house.storage, house.bench.clock, lambda: {"telegram": [OWNER.user_id], "slack": [TRADER.user_id]}
    )
    await house.telegram.go_down()
    event = Event("e1", EventKind.ERROR, NOW, Severity.CRITICAL, data={"where": "guard", "message": "x"})

    def add(records: Records) -> None:
        records.events.add(event)
        records.outbox.add(OutboxMessage("m1", "e1", "telegram", OWNER.user_id, NOW))

    await house.storage.write(add)
    house.senders[0].nudge()
    async with asyncio.timeout(5):
        while not house.senders[0].failing:  # noqa: ASYNC110 (a refused connection wakes nobody)
            await asyncio.sleep(0.01)
    house.bench.clock.advance(31)
    assert await failover.look(house.senders)
    house.senders[1].nudge()
    await house.slack.until(lambda: len(house.slack.messages) == 2)
    alarm, outage = house.slack.messages
    assert alarm.channel == f"D{TRADER.user_id}"
    assert alarm.shown.startswith("❌ Error: guard")
    assert outage.shown.startswith("⚠️ Telegram does not take messages.")
    await house.telegram.come_back()
    assert (await house.telegram.next_message()).text.startswith("❌ Error: guard")
    async with asyncio.timeout(5):
        while not await failover.look(house.senders):  # noqa: ASYNC110 (nor does an accepted one)
            await asyncio.sleep(0.01)
    house.senders[1].nudge()
    await house.slack.until(lambda: "takes messages again" in outage.shown, timeout=10)
    assert len(house.slack.messages) == 2
