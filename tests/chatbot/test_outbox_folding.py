"""What comes again and again is one message with a counter, edited in place (C3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chatbot.outbox import folding
from storage.memory import MemoryStorage
from tests.chatbot.outbox_bench import Chat, drained, event, put, sending
from tests.examples import NOON
from trader.clock import ManualClock
from trader.model.events import Event, EventKind, Severity


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def storage(clock: ManualClock) -> MemoryStorage:
    return MemoryStorage(clock)


def lost(number: int, minutes: float) -> Event:
    data = {"stream": "public", "cause": "closed"}
    at = NOON + timedelta(minutes=minutes)
    return event(number, EventKind.STREAM_LOST, at, severity=Severity.WARNING, data=data)


def back(number: int, minutes: float) -> Event:
    at = NOON + timedelta(minutes=minutes)
    return event(number, EventKind.STREAM_BACK, at, data={"stream": "public", "seconds": "12"})


def failed(number: int, minutes: float, severity: Severity = Severity.WARNING, message: str = "timeout") -> Event:
    data = {"where": "exchange", "message": message, "count": "1"}
    return event(number, at=NOON + timedelta(minutes=minutes), severity=severity, data=data)


async def test_the_same_error_within_ten_minutes_is_counted_in_its_message(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    """At 12:00, 12:04 and 12:13: one message. At 12:24, more than ten minutes after the last: a new one."""
    chat = Chat()
    async with sending(storage, chat, clock) as sender:
        for number, minutes in enumerate((0, 4, 13, 24)):
            await put(storage, failed(number, minutes))
            sender.nudge()
            assert await drained(storage) == []
    assert [edit for _, _, edit in chat.taken] == ["", "m1", "m1", ""]
    assert chat.shown["m1"].lines == ("timeout", "3 times · first 12:00:00 · last 12:13:00")
    assert chat.shown["m4"].lines == ("timeout",)


async def test_an_error_of_another_cause_is_another_message(storage: MemoryStorage, clock: ManualClock) -> None:
    chat = Chat()
    await put(storage, failed(1, 0), failed(2, 1, message="refused"), failed(3, 2))
    async with sending(storage, chat, clock):
        assert await drained(storage) == []
    assert [reply.lines[0] for reply in chat.shown.values()] == ["timeout", "refused"]


async def test_a_message_does_not_scroll_away_while_it_counts(storage: MemoryStorage, clock: ManualClock) -> None:
    """Every five minutes for two hours: after an hour it is said anew, so that somebody sees it."""
    chat = Chat()
    async with sending(storage, chat, clock) as sender:
        for number in range(25):
            await put(storage, failed(number, 5 * number))
            sender.nudge()
            assert await drained(storage) == []
    assert [number for number, (_, _, edit) in enumerate(chat.taken) if not edit] == [0, 13]


async def test_a_critical_one_is_said_at_once_and_its_like_counted(storage: MemoryStorage, clock: ManualClock) -> None:
    chat = Chat()
    async with sending(storage, chat, clock) as sender:
        await put(storage, failed(1, 0, Severity.CRITICAL))
        sender.nudge()
        await chat.until(lambda: len(chat.taken) == 1)
        assert not chat.shown["m1"].quiet
        await put(storage, failed(2, 1, Severity.CRITICAL))
        sender.nudge()
        assert await drained(storage) == []
    assert list(chat.shown) == ["m1"]


async def test_a_stream_that_comes_and_goes_is_one_message(storage: MemoryStorage, clock: ManualClock) -> None:
    """Lost twice and back twice within five minutes, over a restart: the newest word is the title."""
    chat = Chat()
    await put(storage, lost(1, 0))
    async with sending(storage, chat, clock):
        await chat.until(lambda: len(chat.taken) == 1)
    async with sending(storage, chat, clock) as sender:
        for one in (back(2, 1), lost(3, 4), back(4, 5)):
            await put(storage, one)
            sender.nudge()
            assert await drained(storage) == []
    assert list(chat.shown) == ["m1"]
    assert [reply.title for _, reply, _ in chat.taken] == [
        "⚠️ Lost: price stream",
        "✅ Back: price stream (after 12s)",
        "⚠️ Lost: price stream",
        "✅ Back: price stream (after 12s)",
    ]
    assert chat.shown["m1"].lines[-1] == "⚠️ Lost: price stream (×2, last 12:04:00)"


async def test_the_end_of_a_long_trouble_is_said(storage: MemoryStorage, clock: ManualClock) -> None:
    """Half an hour later the first message is far up: that it is over must be seen."""
    chat = Chat()
    async with sending(storage, chat, clock) as sender:
        for one in (lost(1, 0), back(2, 30)):
            await put(storage, one)
            sender.nudge()
            assert await drained(storage) == []
    assert [edit for _, _, edit in chat.taken] == ["", ""]


async def test_a_deleted_message_is_said_anew(storage: MemoryStorage, clock: ManualClock) -> None:
    chat = Chat()
    async with sending(storage, chat, clock) as sender:
        await put(storage, failed(1, 0))
        sender.nudge()
        await chat.until(lambda: len(chat.taken) == 1)
        chat.gone = {"m1"}
        await put(storage, failed(2, 1))
        sender.nudge()
        assert await drained(storage) == []
    assert chat.taken[1][2] == ""
    assert chat.shown["m2"].lines[-1] == "2 times · first 12:00:00 · last 12:01:00"


def test_what_counts_as_the_same() -> None:
    """An order refused for the same reason, of the same market; what happens once is never counted."""

    def refused(name: str, market: str = "KRW-BTC") -> str:
        one = Event("e", EventKind.ORDER_REJECTED, NOON, market=market, data={"name": name, "client_order_id": name})
        return folding.topic_of(one)

    assert refused("under_min_total_bid") == refused("under_min_total_bid") != refused("insufficient_funds_bid")
    assert refused("under_min_total_bid") != refused("under_min_total_bid", "KRW-ETH")
    assert folding.topic_of(Event("e", EventKind.FILL, NOON)) == ""
    assert folding.topic_of(lost(1, 0)) == folding.topic_of(back(2, 0))
