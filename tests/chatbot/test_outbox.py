"""The outbox sender: every notice arrives, in order, at the service's pace, and nothing else waits for it (C3, R10)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

import pytest
from aiolimiter import AsyncLimiter

from chatbot.coins import Coins
from chatbot.delivery import ChatBusy, ChatRefused, ChatUnreachable
from chatbot.outbox import DIGEST_ABOVE, OutboxSender, pace_of, printing
from chatbot.reply import Reply
from chatbot.wording import Words
from storage.memory import MemoryStorage
from storage.memory.records import MemoryOutbox
from tests.examples import NOON
from trader.clock import ManualClock
from trader.errors import StorageFailed
from trader.model.events import Event, EventKind, OutboxMessage, Severity
from trader.ports import Records

WORDS = Words("en", Coins())


class Chat:
    """A chat service: remembers what it took, and fails on demand."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Reply, str]] = []
        self.failures: list[Exception] = []
        self.down: set[str] = set()
        self.calls = 0
        self._changed = asyncio.Event()

    async def send(self, target: str, reply: Reply, *, edit: str = "") -> str:
        self.calls += 1
        self._changed.set()
        if self.failures:
            raise self.failures.pop(0)
        if target in self.down:
            raise ChatUnreachable("down")
        self.taken.append((target, reply, edit))
        return f"m{len(self.taken)}"

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    def titles(self, target: str = "1") -> list[str]:
        return [reply.title for to, reply, _ in self.taken if to == target]


def event(number: int, kind: EventKind = EventKind.ERROR, at: datetime = NOON, **fields: object) -> Event:
    values: dict[str, object] = {"data": {"where": f"place {number}", "message": f"message {number}"}}
    return Event(f"e{number}", kind, at, **{**values, **fields})  # type: ignore[arg-type]


async def put(storage: MemoryStorage, *events: Event, target: str = "1") -> None:
    def add(records: Records) -> None:
        for one in events:
            if records.events.get(one.event_id) is None:
                records.events.add(one)
            records.outbox.add(OutboxMessage(f"{one.event_id}-{target}", one.event_id, "telegram", target, NOON))

    await storage.write(add)


async def pending(storage: MemoryStorage) -> list[OutboxMessage]:
    return [m for m, _ in await storage.read(lambda r: r.outbox.pending("telegram", 1000))]


@contextlib.asynccontextmanager
async def sending(storage: MemoryStorage, chat: Chat, clock: ManualClock) -> AsyncIterator[OutboxSender]:
    """Fast waits and no pacing, so that an example takes milliseconds."""
    sender = OutboxSender(
        storage,
        clock,
        "telegram",
        chat.send,
        WORDS,
        tick_seconds=0.02,
        backoff=(0.01, 0.04),
        pace=lambda channel, target: AsyncLimiter(1000, 0.01),
    )
    await sender.start()
    try:
        yield sender
    finally:
        await sender.stop()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def storage(clock: ManualClock) -> MemoryStorage:
    return MemoryStorage(clock)


async def test_rows_are_sent_in_order_and_marked_with_time_and_remote_id(
    storage: MemoryStorage, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[OutboxMessage] = []
    save = MemoryOutbox.save
    monkeypatch.setattr(MemoryOutbox, "save", lambda self, message: (saved.append(message), save(self, message)))
    chat = Chat()
    await put(storage, event(1), event(2), event(3))
    async with sending(storage, chat, clock):
        assert await drained(storage) == []
    assert [t.partition("place ")[2][0] for t in chat.titles()] == ["1", "2", "3"]
    assert [(m.event_id, m.remote_id, m.sent_at, m.attempts) for m in saved] == [
        ("e1", "m1", NOON, 1),
        ("e2", "m2", NOON, 1),
        ("e3", "m3", NOON, 1),
    ]


async def drained(storage: MemoryStorage) -> list[OutboxMessage]:
    """What is left once nothing is left, or after a second."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1):
            while await pending(storage):  # noqa: ASYNC110 (the store has no signal to wait for)
                await asyncio.sleep(0.005)
    return await pending(storage)


async def test_a_nudge_wakes_the_sender_at_once(storage: MemoryStorage, clock: ManualClock) -> None:
    chat = Chat()
    sender = OutboxSender(storage, clock, "telegram", chat.send, WORDS, tick_seconds=3600)
    await sender.start()
    await asyncio.sleep(0)
    await put(storage, event(1))
    sender.nudge()
    await chat.until(lambda: len(chat.taken) == 1)
    await sender.stop()


async def test_an_outage_loses_nothing_and_keeps_the_order(storage: MemoryStorage, clock: ManualClock) -> None:
    """Five failed attempts, a message added meanwhile: all three arrive, oldest first, each once."""
    chat = Chat()
    chat.down = {"1"}
    await put(storage, event(1), event(2))
    async with sending(storage, chat, clock):
        await chat.until(lambda: chat.calls >= 5)
        assert chat.taken == []
        first = (await pending(storage))[0]
        assert first.attempts >= 4
        assert first.last_error == "down"
        await put(storage, event(3))
        chat.down = set()
        await chat.until(lambda: len(chat.taken) == 3)
    assert [t.partition("place ")[2][0] for t in chat.titles()] == ["1", "2", "3"]


async def test_a_chat_out_of_reach_does_not_hold_up_another(storage: MemoryStorage, clock: ManualClock) -> None:
    chat = Chat()
    chat.down = {"1"}
    await put(storage, event(1), target="1")
    await put(storage, event(1), event(2), target="2")
    async with sending(storage, chat, clock):
        await chat.until(lambda: len(chat.titles("2")) == 2)
    assert chat.titles("1") == []


async def test_a_full_page_of_waiting_rows_does_not_starve_another_chat(
    storage: MemoryStorage, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page of 5; eight rows wait for a chat that is down, one behind them for a chat that works."""
    monkeypatch.setattr("chatbot.outbox.PAGE", 5)
    chat = Chat()
    chat.down = {"1"}
    await put(storage, *(event(n) for n in range(8)), target="1")
    await put(storage, event(99), target="2")
    async with sending(storage, chat, clock):
        await chat.until(lambda: len(chat.titles("2")) == 1)


async def test_the_wait_the_service_asks_for_is_kept(storage: MemoryStorage, clock: ManualClock) -> None:
    """429 with retry_after 0.2 s although our own first wait would be 0.01 s."""
    chat = Chat()
    chat.failures = [ChatBusy("429", retry_after=0.2)]
    await put(storage, event(1))
    async with sending(storage, chat, clock):
        await chat.until(lambda: chat.calls == 1)
        refused = asyncio.get_running_loop().time()
        await chat.until(lambda: len(chat.taken) == 1)
        assert asyncio.get_running_loop().time() - refused >= 0.19


async def test_pending_rows_survive_a_restart(storage: MemoryStorage, clock: ManualClock) -> None:
    chat = Chat()
    chat.down = {"1"}
    await put(storage, event(1), event(2))
    async with sending(storage, chat, clock):
        await chat.until(lambda: chat.calls >= 1)
    chat.down = set()
    async with sending(storage, chat, clock):
        await chat.until(lambda: len(chat.taken) == 2)
    assert [t.partition("place ")[2][0] for t in chat.titles()] == ["1", "2"]


async def test_more_than_twenty_become_one_digest_with_critical_ones_in_full(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    """25 errors with a critical one in the middle: digest of 12, the critical one, digest of 12."""
    chat = Chat()
    rows = [event(n, severity=Severity.CRITICAL if n == 12 else Severity.WARNING) for n in range(25)]
    await put(storage, *rows)
    async with sending(storage, chat, clock):
        await chat.until(lambda: len(chat.taken) == 3)
        assert await drained(storage) == []
    before, critical, after = (reply for _, reply, _ in chat.taken)
    assert before.title.startswith("12 messages")
    assert len(before.lines) == 12
    assert "place 12" in critical.title
    assert after.title.startswith("12 messages")


async def test_up_to_twenty_are_sent_one_by_one(storage: MemoryStorage, clock: ManualClock) -> None:
    chat = Chat()
    await put(storage, *(event(n) for n in range(DIGEST_ABOVE)))
    async with sending(storage, chat, clock):
        await chat.until(lambda: len(chat.taken) == DIGEST_ABOVE)


async def test_the_same_thing_again_and_again_is_counted_in_a_digest(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    """300 times the same error during an outage: one message with one line."""
    chat = Chat()
    same = {"where": "quotes", "message": "timeout"}
    await put(storage, *(event(n, data=same) for n in range(300)))
    async with sending(storage, chat, clock):
        await chat.until(lambda: len(chat.taken) == 1)
        assert await drained(storage) == []
    (_, digest, _) = chat.taken[0]
    assert len(digest.lines) == 1
    assert "×300" in digest.lines[0]


async def test_an_event_nobody_is_told_of_is_settled_not_stuck(storage: MemoryStorage, clock: ManualClock) -> None:
    chat = Chat()
    await put(storage, event(1, EventKind.COMMAND, data={}), event(2))
    async with sending(storage, chat, clock):
        await chat.until(lambda: len(chat.taken) == 1)
        assert await drained(storage) == []
    assert "place 2" in chat.titles()[0]


async def test_an_event_whose_wording_breaks_still_arrives(
    storage: MemoryStorage, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(event: Event, words: Words) -> Reply:
        raise KeyError("no such wording")

    monkeypatch.setattr("chatbot.outbox.notice", broken)
    chat = Chat()
    await put(storage, event(1, EventKind.FILL, market="KRW-BTC", data={"quantity": "0.01"}))
    async with sending(storage, chat, clock):
        await chat.until(lambda: len(chat.taken) == 1)
    (_, reply, _) = chat.taken[0]
    assert reply.title == "fill KRW-BTC"
    assert reply.lines == ("quantity: 0.01",)


async def test_a_late_message_says_how_late_and_when_it_happened(storage: MemoryStorage, clock: ManualClock) -> None:
    """Happened at 12:00 in Seoul, delivered ten minutes later."""
    chat = Chat()
    await put(storage, event(1))
    clock.advance(600)
    async with sending(storage, chat, clock):
        await chat.until(lambda: len(chat.taken) == 1)
    (_, reply, _) = chat.taken[0]
    assert "10m" in reply.lines[-1]
    assert "12:00" in reply.lines[-1]


class Forgetful(MemoryStorage):
    """Cannot write while `broken`."""

    broken = False

    async def write(self, fn):  # type: ignore[no-untyped-def]
        if self.broken:
            raise StorageFailed("disk full")
        return await super().write(fn)


async def test_a_full_disk_does_not_repeat_a_delivered_message(clock: ManualClock) -> None:
    """Sent, but not markable: it is remembered and marked when the disk has room again, not sent a hundred times."""
    storage, chat = Forgetful(clock), Chat()
    await put(storage, event(1))
    storage.broken = True
    async with sending(storage, chat, clock) as sender:
        await chat.until(lambda: len(chat.taken) == 1)
        for _ in range(5):
            sender.nudge()
            await asyncio.sleep(0.005)
        storage.broken = False
        assert await drained(storage) == []
    assert len(chat.taken) == 1


async def test_a_refusing_chat_is_tried_again_and_said_once(
    storage: MemoryStorage, clock: ManualClock, capsys: pytest.CaptureFixture[str]
) -> None:
    chat = Chat()
    chat.failures = [ChatRefused("bot was blocked")] * 6
    await put(storage, event(1))
    async with sending(storage, chat, clock):
        await chat.until(lambda: len(chat.taken) == 1)
    assert capsys.readouterr().out.count("outbox_waits") == 1


async def test_a_chat_that_is_down_costs_trading_nothing(storage: MemoryStorage, clock: ManualClock) -> None:
    """Chat down ≠ trading down: while every send hangs, a thousand commits with their notices go through unhindered."""
    hanging = asyncio.Event()

    async def hang(target: str, reply: Reply, *, edit: str = "") -> str:
        await hanging.wait()
        raise ChatUnreachable("never")

    sender = OutboxSender(storage, clock, "telegram", hang, WORDS, tick_seconds=0.01)
    await sender.start()
    loop = asyncio.get_running_loop()
    worst = 0.0
    for number in range(1000):
        begun = loop.time()
        await put(storage, event(number))
        sender.nudge()
        if number % 50 == 0:
            await asyncio.sleep(0)
        worst = max(worst, loop.time() - begun)
    assert len(await pending(storage)) == 1000
    assert worst < 0.5
    await sender.stop()


async def test_the_console_is_a_chat_that_prints(storage: MemoryStorage, clock: ManualClock) -> None:
    printed: list[str] = []
    assert await printing(printed.append)("console", Reply("Filled", ("0.01 BTC",))) == ""
    assert printed == ["Filled\n0.01 BTC"]


async def test_pace_is_one_a_second_with_a_small_burst_and_slower_in_telegram_groups() -> None:
    """Telegram: 1/s per chat, 20 a minute in a group (negative id); Slack: 1/s per channel."""
    private, group, slack = pace_of("telegram", "42"), pace_of("telegram", "-100"), pace_of("slack", "C1")
    assert private.max_rate / private.time_period == 1.0
    assert group.max_rate / group.time_period * 60 == 20
    assert slack.max_rate / slack.time_period == 1.0
    assert max(private.max_rate, group.max_rate, slack.max_rate) <= 5


async def test_an_answered_question_loses_its_buttons_on_every_channel(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    """The proposal was delivered as m1; when the ticket is answered elsewhere, m1 is edited: terms stay, buttons go."""
    terms = {"ticket_id": "t1", "side": "buy", "notional": "100000", "price": "1000", "mode": "sandbox"}
    terms |= {"expires_at": (NOON + timedelta(minutes=2)).isoformat()}
    chat = Chat()
    await put(storage, event(1, EventKind.PROPOSAL, market="KRW-BTC", data=terms))
    async with sending(storage, chat, clock) as sender:
        await chat.until(lambda: len(chat.taken) == 1)
        (_, asked, _) = chat.taken[0]
        assert asked.buttons
        answer = {"ticket_id": "t1", "side": "buy", "answer": "approved", "by": "slack:U1"}
        await put(storage, event(2, EventKind.TICKET_ANSWERED, market="KRW-BTC", data=answer))
        sender.nudge()
        await chat.until(lambda: len(chat.taken) == 3)
    (_, told, _), (_, closed, edited) = chat.taken[1:]
    assert edited == "m1"
    assert closed.title == asked.title
    assert closed.buttons == ()
    assert told.title in closed.lines


async def test_an_answered_difference_loses_its_buttons_too(storage: MemoryStorage, clock: ManualClock) -> None:
    found = {"difference_id": "d1", "kind": "cash", "currency": "KRW", "cause": "deposit", "change": "1000"}
    chat = Chat()
    await put(storage, event(1, EventKind.MISMATCH, data=found))
    async with sending(storage, chat, clock) as sender:
        await chat.until(lambda: len(chat.taken) == 1)
        assert chat.taken[0][1].buttons
        answer = found | {"answer": "ignored", "by": "slack:U1"}
        await put(storage, event(2, EventKind.DIFFERENCE_ANSWERED, data=answer))
        sender.nudge()
        await chat.until(lambda: len(chat.taken) == 3)
    _, closed, edited = chat.taken[2]
    assert (edited, closed.buttons) == ("m1", ())


async def test_before_a_stop_what_waits_gets_a_moment(storage: MemoryStorage, clock: ManualClock) -> None:
    """The farewell goes out in time; a chat that is down does not hold up the stop."""
    chat = Chat()
    async with sending(storage, chat, clock) as sender:
        await put(storage, event(1))
        assert await sender.flush(2.0)
        assert len(chat.taken) == 1
        chat.down = {"1"}
        await put(storage, event(2))
        assert not await sender.flush(0.1)
