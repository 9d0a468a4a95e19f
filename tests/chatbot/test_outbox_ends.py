"""Whatever fails, a card whose trade is over is put to its end, and its row says live only while that is still to do
(C3, promise 2). What is critical waits for no edit of a batch in hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from itertools import count

import pytest
import pytest_asyncio

from chatbot.delivery import ChatBusy
from chatbot.outbox import OutboxSender
from chatbot.outbox.parcels import no_price
from chatbot.people.access import Access
from chatbot.reply import Reply
from chatbot.slack.frontend import SlackFrontEnd
from storage.memory import MemoryStorage
from tests.chatbot.chat_bench import Bench
from tests.chatbot.outbox_bench import WORDS, Chat, drained, event, put, sending
from tests.chatbot.test_outbox_trades import Story
from tests.examples import NOON
from tests.fakes.slack_server import SlackServer
from trader.clock import ManualClock
from trader.model.events import Event, EventKind, Severity
from trader.model.order import Side

OVER = "🏁 Trade over · KRW-BTC"
SELLING = "🟠 Selling · KRW-BTC"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def storage(clock: ManualClock) -> MemoryStorage:
    return MemoryStorage(clock)


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        yield server


async def nothing_live(storage: MemoryStorage, channel: str = "telegram") -> None:
    """No row says any more that its message will change."""
    async with asyncio.timeout(5):
        while await storage.read(lambda r: r.kept.live(channel)):  # noqa: ASYNC110 (the store has no signal to wait for)
            await asyncio.sleep(0.005)


class Fussy(Chat):
    """New messages pass; edits only while `edits` says so."""

    edits = False

    async def send(self, target: str, reply: Reply, *, edit: str = "", thread: str = "") -> str:
        if edit and not self.edits:
            raise ChatBusy("429", retry_after=0.01)
        return await super().send(target, reply, edit=edit, thread=thread)


async def missed(storage: MemoryStorage, story: Story) -> None:
    """The trade ends, and so much else happens that its end is told in a digest."""
    await story.left()
    await put(storage, *(event(n) for n in range(25)))


async def test_a_card_whose_edit_slack_refused_after_the_digest_shows_the_end(slack: SlackServer) -> None:
    """The digest arrives, and settles the row of the end; then 429 for the edit of the card."""
    bench = Bench()
    storage = MemoryStorage(bench.clock)
    story = Story(storage, channel="slack", target="C1")
    front = SlackFrontEnd(
        slack.bot_token, slack.app_token, slack.url, bench.dispatcher, storage, Access({}), bench.languages
    )
    sender = OutboxSender(
        storage,
        bench.clock,
        "slack",
        front.send,
        lambda target: WORDS,
        no_price,
        tick_seconds=3600,
        backoff=(0.01, 0.04),
        edit_every=0.0,
    )
    await front.start()
    await slack.linked()
    await story.ordered()
    await story.entered()
    await story.ordered(Side.SELL)
    await sender.start()
    try:
        await slack.until(lambda: len(slack.messages) == 2)
        slack.fail("chat.update", 429, retry_after=0)
        await story.left()
        await put(storage, *(event(n) for n in range(25)), target="C1", channel="slack")
        sender.nudge()
        await slack.until(lambda: slack.messages[0].shown.startswith(OVER))
        await nothing_live(storage, "slack")
    finally:
        await sender.stop()
        await front.stop()
    assert slack.messages[2].shown.startswith("📬 What you missed: 26 messages")


async def test_a_process_that_dies_between_the_digest_and_the_card_leaves_it_to_the_next(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    chat, story = Fussy(), Story(storage)
    await story.ordered()
    await story.entered()
    await story.ordered(Side.SELL)
    async with sending(storage, chat, clock) as sender:
        await chat.until(lambda: len(chat.taken) == 2)
        await missed(storage, story)
        sender.nudge()
        assert await drained(storage) == []
    assert chat.shown["m1"].title == SELLING
    chat.edits = True
    async with sending(storage, chat, clock):
        await nothing_live(storage)
    assert chat.shown["m1"].title == OVER


async def test_a_chat_with_always_more_to_say_ends_its_cards_too(storage: MemoryStorage, clock: ManualClock) -> None:
    """Each message that arrives is followed by the next: the chat is never idle."""
    chat, story, numbers = Chat(), Story(storage), count(100)
    refused: list[str] = []

    async def send(target: str, reply: Reply, *, edit: str = "", thread: str = "") -> str:
        if edit and not refused:
            refused.append(edit)
            raise ChatBusy("429", retry_after=0.01)
        await put(storage, event(next(numbers)))
        return await chat.send(target, reply, edit=edit, thread=thread)

    await story.ordered()
    await story.entered()
    await story.ordered(Side.SELL)
    async with sending(storage, chat, clock) as sender:
        await chat.until(lambda: len(chat.taken) == 2)
        await missed(storage, story)
        sender.send = send
        sender.nudge()
        await chat.until(lambda: chat.shown["m1"].title == OVER)
    assert refused == ["m1"]


async def test_the_last_word_on_a_card_that_had_ended_is_not_lost_either(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    """The card says that the trade is over; a lesson of it is told in a digest, and the edit fails."""
    chat, story = Fussy(), Story(storage)
    chat.edits = True
    await story.ordered()
    await story.entered()
    await story.ordered(Side.SELL)
    await story.left()
    async with sending(storage, chat, clock) as sender:
        await nothing_live(storage)
        assert await drained(storage) == []
        chat.edits = False
        await story.step(EventKind.REFLECTION, position_id="p1", pnl="1900", text="Sold at the top.")
        await put(storage, *(event(n) for n in range(25)))
        sender.nudge()
        assert await drained(storage) == []
        assert [kept.topic for kept in await storage.read(lambda r: r.kept.live("telegram"))] == ["trade:i1"]
        chat.edits = True
        await nothing_live(storage)
    assert "📒" in chat.shown["m1"].lines[-1]


async def test_a_question_loses_its_buttons_before_the_digest_that_tells_of_the_answer(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    """The chat goes away behind the digest: nothing is left to be edited."""
    found = {"difference_id": "d1", "kind": "cash", "currency": "KRW", "cause": "deposit", "change": "1000"}
    chat = Chat()
    await put(storage, event(1, EventKind.MISMATCH, data=found))
    async with sending(storage, chat, clock) as sender:
        await chat.until(lambda: len(chat.taken) == 1)
        answer = found | {"answer": "ignored", "by": "slack:U1"}
        await put(storage, event(2, EventKind.DIFFERENCE_ANSWERED, data=answer), *(event(n) for n in range(10, 35)))
        sender.nudge()
        assert await drained(storage) == []
    assert [(edit, reply.title[:1], reply.buttons) for _, reply, edit in chat.taken[1:]] == [
        ("m1", chat.taken[0][1].title[:1], ()),
        ("", "📬", ()),
    ]


async def test_what_is_critical_overtakes_the_edits_of_a_batch_in_hand(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    """Three cards are being edited; during the first edit a panic comes to its end."""
    chat, stories = Chat(), [Story(storage, thread) for thread in ("i1", "i2", "i3")]
    hold, held = asyncio.Event(), asyncio.Event()

    async def send(target: str, reply: Reply, *, edit: str = "", thread: str = "") -> str:
        if edit and not held.is_set():
            held.set()
            await hold.wait()
        return await chat.send(target, reply, edit=edit, thread=thread)

    for story in stories:
        await story.step(EventKind.ORDER, client_order_id="o", side="buy", owner="sma_cross", reason="crossed_up")
    async with sending(storage, chat, clock) as sender:
        await chat.until(lambda: len(chat.taken) == 3)
        sender.send = send
        for story in stories:
            await story.filled()
        sender.nudge()
        await held.wait()
        await put(storage, Event("p", EventKind.PANIC, NOON, Severity.CRITICAL, data={"flat": "yes", "by": "slack:U1"}))
        sender.nudge()
        for _ in range(100):  # it has looked
            await asyncio.sleep(0)
        hold.set()
        assert await drained(storage) == []
    assert [edit for _, _, edit in chat.taken[3:7]] == ["m1", "", "m2", "m3"]
    assert chat.taken[4][1].title.startswith("Panic")


async def test_a_card_that_was_deleted_is_not_to_be_changed_any_more(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    """It shows the price of now, until somebody deletes it."""
    chat, story, prices = Chat(), Story(storage), {"KRW-BTC": Decimal(101_000_000)}
    await story.ordered()
    await story.entered()
    async with sending(storage, chat, clock, bids=prices, card_every=0.02):
        await chat.until(lambda: len(chat.taken) == 2)
        chat.gone = {"m1"}
        prices["KRW-BTC"] = Decimal(102_000_000)
        await nothing_live(storage)
    assert len(chat.taken) == 2


async def test_the_card_of_a_trade_that_goes_on_is_put_right_too(storage: MemoryStorage, clock: ManualClock) -> None:
    """The entry and a panic's end are told first, and then the edit of the card is refused."""
    chat, story, refused = Chat(), Story(storage), asyncio.Event()

    async def send(target: str, reply: Reply, *, edit: str = "", thread: str = "") -> str:
        if edit and not refused.is_set():
            refused.set()
            raise ChatBusy("429", retry_after=0.01)
        return await chat.send(target, reply, edit=edit, thread=thread)

    await story.ordered()
    async with sending(storage, chat, clock) as sender:
        await chat.until(lambda: len(chat.taken) == 1)
        sender.send = send
        await story.entered()
        await put(storage, Event("p", EventKind.PANIC, NOON, Severity.CRITICAL, data={"flat": "yes", "by": "slack:U1"}))
        sender.nudge()
        await chat.until(lambda: len(chat.taken) == 4)
    assert [edit for _, _, edit in chat.taken] == ["", "", "", "m1"]
    assert chat.shown["m1"].title == "🟢 Holding · KRW-BTC"
