"""The outbox sender: every notice arrives, in order, at the service's pace, and nothing else waits for it (C3, R10)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest

from chatbot.delivery import ChatBusy, ChatRefused, ChatUnanswered, ChatUnreachable
from chatbot.outbox import OutboxSender, pace_of
from chatbot.outbox.parcels import DIGEST_ABOVE
from chatbot.reply import Reply
from chatbot.wording import Words
from storage.memory import MemoryStorage
from storage.memory.telling import MemoryOutbox
from tests.chatbot.outbox_bench import WORDS, Chat, drained, event, pending, put, sending
from tests.examples import NOON
from trader.clock import ManualClock
from trader.errors import StorageFailed
from trader.model.events import Event, EventKind, OutboxMessage, Severity
from trader.ports import Records

T = TypeVar("T")


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
        ("e1", "", None, 0),  # handed over: from now on it may have arrived
        ("e1", "m1", NOON, 1),
        ("e2", "", None, 0),
        ("e2", "m2", NOON, 1),
        ("e3", "", None, 0),
        ("e3", "m3", NOON, 1),
    ]
    assert [m.tried_at for m in saved] == [NOON, None] * 3


async def test_a_nudge_wakes_the_sender_at_once(storage: MemoryStorage, clock: ManualClock) -> None:
    chat = Chat()
    sender = OutboxSender(storage, clock, "telegram", chat.send, lambda target: WORDS, tick_seconds=3600)
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
    monkeypatch.setattr("chatbot.outbox.sender.PAGE", 5)
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
    """25 errors with a critical one in the middle: one digest of 24, then the critical one."""
    chat = Chat()
    rows = [event(n, severity=Severity.CRITICAL if n == 12 else Severity.WARNING) for n in range(25)]
    await put(storage, *rows)
    async with sending(storage, chat, clock):
        await chat.until(lambda: len(chat.taken) == 2)
        assert await drained(storage) == []
    digest, critical = (reply for _, reply, _ in chat.taken)
    assert digest.title == "📬 What you missed: 24 messages (12:00:00 to 12:00:00)"
    assert digest.lines[0] == "Errors and warnings: 24"
    assert digest.lines[1:3] == ("• 12:00:00 ❌ Error: place 0 (×unknown)", "• 12:00:00 ❌ Error: place 1 (×unknown)")
    assert len(digest.lines) == 25
    assert "place 12" in critical.title


async def test_up_to_twenty_are_sent_one_by_one(storage: MemoryStorage, clock: ManualClock) -> None:
    chat = Chat()
    await put(storage, *(event(n) for n in range(DIGEST_ABOVE)))
    async with sending(storage, chat, clock):
        await chat.until(lambda: len(chat.taken) == DIGEST_ABOVE)


async def test_what_stands_before_a_critical_message_is_told_in_one(storage: MemoryStorage, clock: ManualClock) -> None:
    """At a group's pace of one in three seconds the critical one would wait behind ten others for half a
    minute. The order stays: what was before it, it, what came after it."""
    chat = Chat()
    await put(storage, *(event(n) for n in range(10)), event(10, severity=Severity.CRITICAL), event(11))
    async with sending(storage, chat, clock):
        await chat.until(lambda: len(chat.taken) == 3)
        assert await drained(storage) == []
    before, critical, after = (reply.title for _, reply, _ in chat.taken)
    assert before.startswith("📬 What you missed: 10 messages")
    assert "place 10" in critical
    assert "place 11" in after


async def test_a_few_before_a_critical_message_are_said_one_by_one(storage: MemoryStorage, clock: ManualClock) -> None:
    chat = Chat()
    await put(storage, *(event(n) for n in range(3)), event(3, severity=Severity.CRITICAL))
    async with sending(storage, chat, clock):
        await chat.until(lambda: len(chat.taken) == 4)
    assert [t.partition("place ")[2][0] for t in chat.titles()] == ["0", "1", "2", "3"]


async def test_what_becomes_critical_while_others_go_out_waits_for_one_message(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    """Eight are on their way one by one; after the first a critical one is written: the other seven become one."""
    chat = Chat()
    await put(storage, *(event(n) for n in range(8)))
    held, go_on = asyncio.Event(), asyncio.Event()
    send = chat.send

    async def slowly(target: str, reply: Reply, *, edit: str = "", thread: str = "") -> str:
        if not chat.taken:
            held.set()
            await go_on.wait()
        return await send(target, reply, edit=edit, thread=thread)

    chat.send = slowly  # type: ignore[method-assign]
    async with sending(storage, chat, clock) as sender:
        await held.wait()
        await put(storage, event(8, severity=Severity.CRITICAL))
        sender.nudge()
        while not sender._chats["1"].overtaken:  # noqa: ASYNC110 (it is seen in the next round)
            await asyncio.sleep(0.001)
        go_on.set()
        await chat.until(lambda: len(chat.taken) == 3)
        assert await drained(storage) == []
    first, rest, critical = chat.titles()
    assert "place 0" in first
    assert rest.startswith("📬 What you missed: 7 messages")
    assert "place 8" in critical


async def test_the_same_thing_again_and_again_is_one_message_with_a_counter(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    """300 times the same error during an outage."""
    chat = Chat()
    same = {"where": "quotes", "message": "timeout"}
    await put(storage, *(event(n, data=same) for n in range(300)))
    async with sending(storage, chat, clock):
        await chat.until(lambda: len(chat.taken) == 1)
        assert await drained(storage) == []
    (_, told, _) = chat.taken[0]
    assert told.lines == ("timeout", "300 times · first 12:00:00 · last 12:00:00")


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

    monkeypatch.setattr("chatbot.outbox.parcels.notice", broken)
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


async def test_a_message_delivered_while_what_waits_is_read_is_not_repeated(clock: ManualClock) -> None:
    """The reading began before the message was marked as sent, and ends after the delivery is over."""
    snapshot_taken, sent, go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()

    class SlowStorage(MemoryStorage):
        armed = False

        async def read(self, fn: Callable[[Records], T]) -> T:
            found = await super().read(fn)
            if self.armed:
                self.armed = False
                snapshot_taken.set()
                await go_on.wait()
            return found

    storage, chat = SlowStorage(clock), Chat()

    async def send(target: str, reply: Reply, **more: str) -> str:
        await sent.wait()
        return await chat.send(target, reply, **more)

    await put(storage, event(1, EventKind.SETTING_CHANGED))
    sender = OutboxSender(storage, clock, "telegram", send, lambda target: WORDS, tick_seconds=3600)
    await sender.start()
    await asyncio.sleep(0.01)  # the delivery waits in `send`
    storage.armed = True
    sender.nudge()
    await snapshot_taken.wait()
    sent.set()
    await chat.until(lambda: len(chat.taken) == 1)
    await asyncio.sleep(0.01)  # marked as sent, the delivery is over
    go_on.set()
    await asyncio.sleep(0.05)
    await sender.stop()
    assert len(chat.taken) == 1


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

    async def hang(target: str, reply: Reply, *, edit: str = "", thread: str = "") -> str:
        await hanging.wait()
        raise ChatUnreachable("never")

    sender = OutboxSender(storage, clock, "telegram", hang, lambda target: WORDS, tick_seconds=0.01)
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
    (_, closed, edited), (_, told, _) = chat.taken[1:]
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
    _, closed, edited = chat.taken[1]
    assert (edited, closed.buttons) == ("m1", ())
    assert chat.threads == ["", "", "m1"]


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


# ---------------------------------------------------------------- what may have arrived already


async def test_a_message_whose_answer_was_lost_says_that_it_comes_again(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    """The first one's answer is lost, the second one never left: only the first may be there twice."""
    chat = Chat()
    chat.failures = [ChatUnanswered("502"), ChatBusy("429", retry_after=0.01)]
    await put(storage, event(1), event(2))
    async with sending(storage, chat, clock):
        await chat.until(lambda: len(chat.taken) == 2)
    assert chat.titles() == ["❌ Error: place 1 (×unknown) (again)", "❌ Error: place 2 (×unknown)"]


async def test_what_was_under_way_when_the_process_died_says_that_it_comes_again(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    """Killed between the hand-over and the answer: nobody knows whether it arrived."""
    reached, never = asyncio.Event(), asyncio.Event()

    async def hang(target: str, reply: Reply, *, edit: str = "", thread: str = "") -> str:
        reached.set()
        await never.wait()
        return "m1"

    await put(storage, event(1), event(2))
    dying = OutboxSender(storage, clock, "telegram", hang, lambda target: WORDS)
    await dying.start()
    await asyncio.wait_for(reached.wait(), 5)
    await dying.stop()
    chat = Chat()
    async with sending(storage, chat, clock):
        await chat.until(lambda: len(chat.taken) == 2)
    assert [title.endswith("(again)") for title in chat.titles()] == [True, False]


async def test_a_message_that_waited_out_an_outage_does_not_come_again(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    """A refused connection means that it has not arrived."""
    chat = Chat()
    chat.down = {"1"}
    await put(storage, event(1))
    async with sending(storage, chat, clock):
        await chat.until(lambda: chat.calls >= 3)
        chat.down = set()
        await chat.until(lambda: len(chat.taken) == 1)
    assert chat.titles() == ["❌ Error: place 1 (×unknown)"]


async def test_429s_keep_the_order_of_a_conversation(storage: MemoryStorage, clock: ManualClock) -> None:
    """Ten messages, every other call is refused for a moment: each arrives once, in order."""
    chat = Chat()
    chat.failures = []
    taken = chat.send

    async def busy(target: str, reply: Reply, *, edit: str = "", thread: str = "") -> str:
        if chat.calls % 2 == 0:
            chat.failures = [ChatBusy("429", retry_after=0.01)]
        return await taken(target, reply, edit=edit, thread=thread)

    chat.send = busy  # type: ignore[method-assign]
    await put(storage, *(event(n) for n in range(10)))
    async with sending(storage, chat, clock):
        await chat.until(lambda: len(chat.taken) == 10)
    assert [t.partition("place ")[2][0] for t in chat.titles()] == [str(n) for n in range(10)]
