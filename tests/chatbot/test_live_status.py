"""/status goes on showing how it is: edited in place on both platforms, for a while, giving way to everything else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest_asyncio

from chatbot.outbox.live import LIVE_FOR
from storage.memory import MemoryStorage
from tests.chatbot.chat_bench import TRADER, Bench
from tests.chatbot.fake_desk import NOW
from tests.chatbot.live_bench import ME, Phones, phones
from tests.chatbot.outbox_bench import event, put
from tests.fakes.slack_server import SlackServer
from tests.fakes.telegram_server import SentMessage, TelegramServer
from trader.model.events import KeptMessage
from trader.model.member import Member
from trader.model.portfolio import TradingState
from trader.model.views import StateNote

ENDS = "12:15:00"
LIVE = f"As of 12:00:00 · kept up to date until {ENDS}"


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        yield server


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        yield server


async def asked(at: Phones) -> SentMessage:
    """/status on Telegram, once the first edit has said that it is live."""
    at.telegram.say(ME, "/status")
    message = await at.telegram.next_message()
    await at.telegram.until(lambda: LIVE in message.text)
    return message


async def live(at: Phones, channel: str = "telegram") -> list[KeptMessage]:
    return await at.storage.read(lambda records: records.kept.live(channel))


def pause(bench: Bench) -> None:
    bench.desk.note = StateNote(TradingState.REDUCING, "telegram:1", NOW)


async def some_rounds() -> None:
    """Time for several looks; nothing is waited for, since nothing is to happen."""
    await asyncio.sleep(0.3)


async def test_telegram_shows_what_changed_in_the_same_message(telegram: TelegramServer, slack: SlackServer) -> None:
    async with phones(telegram, slack, MemoryStorage()) as at:
        message = await asked(at)
        assert "🟢 Trading" in message.text
        pause(at.bench)
        await telegram.until(lambda: "🟡 Paused" in message.text)
        assert len(telegram.messages) == 1
        assert "Resume" in message.labels  # the buttons follow as well


async def test_slack_posts_it_and_edits_it_in_place(telegram: TelegramServer, slack: SlackServer) -> None:
    """A slash command's response address cannot be edited: the answer is posted."""
    async with phones(telegram, slack, MemoryStorage()) as at:
        await slack.command(TRADER.user_id, "status")
        message = await slack.next_message()
        assert slack.responded == {}
        await slack.until(lambda: LIVE in message.shown)
        pause(at.bench)
        await slack.until(lambda: "🟡 Paused" in message.shown)
        assert len(slack.messages) == 1


async def test_where_the_bot_is_no_member_it_is_answered_and_stays_as_it_is(
    telegram: TelegramServer, slack: SlackServer
) -> None:
    slack.fail("chat.postMessage", error="not_in_channel")
    async with phones(telegram, slack, MemoryStorage()) as at:
        await slack.command(TRADER.user_id, "status")
        message = await slack.next_message()
        assert "As of 12:00:00" in message.shown
        assert await live(at, "slack") == []


async def test_a_sentence_and_the_button_show_it_as_well(telegram: TelegramServer, slack: SlackServer) -> None:
    async with phones(telegram, slack, MemoryStorage()) as at:
        telegram.say(ME, "상태")
        await telegram.until(lambda: bool(telegram.messages) and LIVE in telegram.messages[0].text)
        at.bench.clock.advance(300)
        telegram.press(ME, telegram.messages[0], "Refresh")  # from now on for a quarter of an hour
        await telegram.until(lambda: "until 12:20:00" in telegram.messages[-1].text)


async def test_nothing_is_edited_while_nothing_changes(telegram: TelegramServer, slack: SlackServer) -> None:
    """Time goes on, and with it the age of the data; that alone is no news."""
    async with phones(telegram, slack, MemoryStorage()) as at:
        status = at.bench.desk.status

        async def later() -> object:
            now = await status()
            return replace(now, now=at.bench.clock.now(), data_age_seconds=7.0)

        message = await asked(at)
        edits = message.edits
        at.bench.desk.status = later  # type: ignore[method-assign, assignment]
        at.bench.clock.advance(180)
        await some_rounds()
        assert message.edits == edits
        pause(at.bench)
        await telegram.until(lambda: "🟡 Paused" in message.text)
        assert "As of 12:03:00" in message.text


async def test_only_the_newest_of_a_conversation_is_live(telegram: TelegramServer, slack: SlackServer) -> None:
    async with phones(telegram, slack, MemoryStorage()) as at:
        first, second = await asked(at), await asked(at)
        pause(at.bench)
        await telegram.until(lambda: "🟡 Paused" in second.text)
        assert "🟢 Trading" in first.text
        assert [kept.remote_id for kept in await live(at)] == [str(second.message_id)]


async def test_each_conversation_has_one_in_the_language_of_who_asked(
    telegram: TelegramServer, slack: SlackServer
) -> None:
    async with phones(telegram, slack, MemoryStorage()) as at:
        await at.bench.languages.choose(TRADER.key, "ko")
        await asked(at)
        await slack.command(TRADER.user_id, "status")
        await slack.until(lambda: bool(slack.messages) and "12:00:00 기준 · 12:15:00까지" in slack.messages[0].shown)


async def test_a_topic_of_a_group_is_a_conversation_of_its_own(telegram: TelegramServer, slack: SlackServer) -> None:
    async with phones(telegram, slack, MemoryStorage()) as at:
        for topic in (7, 8):
            telegram.say(
                ME, f"/status@{telegram.username}", chat_id=-100, message_thread_id=topic, is_topic_message=True
            )
        await telegram.until(lambda: [LIVE in m.text for m in telegram.messages] == [True, True])
        assert sorted(kept.target for kept in await live(at)) == ["-100/7", "-100/8"]
        assert sorted(m.topic or 0 for m in telegram.messages) == [7, 8]


async def test_after_a_while_it_says_as_of_when_it_stands(telegram: TelegramServer, slack: SlackServer) -> None:
    async with phones(telegram, slack, MemoryStorage()) as at:
        message = await asked(at)
        at.bench.clock.advance(LIVE_FOR.total_seconds())
        await telegram.until(lambda: message.text.endswith("As of 12:00:00"))  # as the desk says
        await until_over(at)
        pause(at.bench)
        await some_rounds()
        assert "🟢 Trading" in message.text


async def until_over(at: Phones) -> None:
    async with asyncio.timeout(5):
        while await live(at):  # noqa: ASYNC110 (rows have no signal to wait for)
            await asyncio.sleep(0.01)


async def test_a_restart_goes_on_with_it(telegram: TelegramServer, slack: SlackServer) -> None:
    storage = MemoryStorage()
    async with phones(telegram, slack, storage) as at:
        message = await asked(at)
    bench = Bench()
    pause(bench)
    async with phones(telegram, slack, storage, bench=bench) as at:
        await telegram.until(lambda: "🟡 Paused" in message.text)
        assert LIVE in message.text


async def test_after_a_long_night_it_is_left_as_it_stands(telegram: TelegramServer, slack: SlackServer) -> None:
    storage = MemoryStorage()
    async with phones(telegram, slack, storage) as at:
        message = await asked(at)
    bench, edits = Bench(), message.edits
    bench.clock.advance(8 * 3600)
    async with phones(telegram, slack, storage, bench=bench) as at:
        await until_over(at)
        assert message.edits == edits


async def test_a_deleted_one_is_let_go(telegram: TelegramServer, slack: SlackServer) -> None:
    async with phones(telegram, slack, MemoryStorage()) as at:
        message = await asked(at)
        telegram.delete(message)
        pause(at.bench)
        await until_over(at)
        assert telegram.messages == []


async def test_a_blocked_bot_lets_go(telegram: TelegramServer, slack: SlackServer) -> None:
    async with phones(telegram, slack, MemoryStorage()) as at:
        await asked(at)
        telegram.fail("editMessageText", 403, "Forbidden: bot was blocked by the user")
        pause(at.bench)
        await until_over(at)


async def test_who_was_shut_out_sees_nothing_more(telegram: TelegramServer, slack: SlackServer) -> None:
    async with phones(telegram, slack, MemoryStorage()) as at:
        message = await asked(at)
        at.bench.access.put(Member("telegram", str(ME), "owner", "", "environment", NOW, "telegram:9", NOW))
        pause(at.bench)
        await until_over(at)
        assert "🟢 Trading" in message.text


async def test_without_one_nobody_looks(telegram: TelegramServer, slack: SlackServer) -> None:
    async with phones(telegram, slack, MemoryStorage()) as at:
        looks: list[object] = []
        status = at.bench.desk.status

        async def counted() -> object:
            looks.append(1)
            return await status()

        at.bench.desk.status = counted  # type: ignore[method-assign, assignment]
        await some_rounds()
        assert looks == []


# ---------------------------------------------------------------- it gives way


async def test_asked_to_wait_it_waits_and_messages_do_not(telegram: TelegramServer, slack: SlackServer) -> None:
    """429 for the edit: the status pauses for as long as asked; what happens is tried all the same, and arrives."""
    async with phones(telegram, slack, MemoryStorage()) as at:
        message = await asked(at)
        telegram.fail("editMessageText", 429, retry_after=60, times=1000)
        edits = len(telegram.called("editMessageText"))
        pause(at.bench)
        await telegram.until(lambda: len(telegram.called("editMessageText")) > edits)
        await some_rounds()
        await put(at.storage, event(1), target=str(ME))
        at.happened()
        assert "message 1" in (await telegram.next_message(timeout=2)).text
        await some_rounds()
        assert len(telegram.called("editMessageText")) == edits + 1
        assert "🟢 Trading" in message.text


async def test_an_edit_in_hand_is_broken_off_for_a_message(telegram: TelegramServer, slack: SlackServer) -> None:
    """The edit hangs: the message does not wait for it."""
    async with phones(telegram, slack, MemoryStorage()) as at:
        message = await asked(at)
        telegram.stall("editMessageText")
        pause(at.bench)
        await telegram.until(lambda: telegram.stalled > 0)
        await put(at.storage, event(1), target=str(ME))
        at.happened()
        assert "message 1" in (await telegram.next_message(timeout=2)).text
        telegram.mend()
        await telegram.until(lambda: "🟡 Paused" in message.text)


async def test_room_for_messages_is_never_used_up_by_it(telegram: TelegramServer, slack: SlackServer) -> None:
    """A chat that takes three messages a minute: with one taken there is no room for three more, so that the status
    is not edited, and two messages leave at once."""
    storage = MemoryStorage()
    async with phones(telegram, slack, storage, pace=3) as at:
        telegram.say(ME, "/status")
        message = await telegram.next_message()
        await telegram.until(lambda: LIVE in message.text)  # the first edit had an empty minute before it
        pause(at.bench)
        await some_rounds()
        assert "🟢 Trading" in message.text
        await put(storage, event(1), event(2, at=NOW), target=str(ME))
        at.happened()
        await telegram.until(lambda: len(telegram.messages) == 3, timeout=2)


async def test_old_prices_are_news_every_ten_seconds(telegram: TelegramServer, slack: SlackServer) -> None:
    async with phones(telegram, slack, MemoryStorage()) as at:
        message = await asked(at)
        status = at.bench.desk.status

        async def stale() -> object:
            return replace(await status(), data_age_seconds=34.0, equity=Decimal(10_012_345))

        at.bench.desk.status = stale  # type: ignore[method-assign, assignment]
        await telegram.until(lambda: "Last price 34s ago" in message.text)
