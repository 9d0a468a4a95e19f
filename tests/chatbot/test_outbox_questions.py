"""Questions in a chat: they count down, a chart follows, and they close wherever they were answered (C2, C3)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from chatbot.coins import Coins
from chatbot.delivery import ChatGone, ChatUnreachable
from chatbot.languages import Languages
from chatbot.reply import Reply
from storage.memory import MemoryStorage
from tests.chatbot.outbox_bench import Chat, drained, put, sending
from tests.examples import NOON, D, buy, cleared, quote
from trader.approval.tickets import open_ticket
from trader.clock import ManualClock
from trader.model.events import Event, EventKind, KeptMessage, TicketState
from trader.model.order import Intent, Origin
from trader.model.ticket import Ticket
from trader.ports import Records
from trader.questions import proposal

PNG = b"\x89PNG"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def storage(clock: ManualClock) -> MemoryStorage:
    return MemoryStorage(clock)


def ticket(intent: Intent | None = None) -> Ticket:
    return open_ticket(
        cleared(intent or buy()), quote(), ticket_id="T1", price_band=D("0.005"), ttl_seconds=120, now=NOON
    )


async def asked(storage: MemoryStorage, *, by_hand: bool = False) -> Ticket:
    """A strategy's question goes through the outbox; one by hand stands in the reply."""
    one = ticket(buy(origin=Origin.PERSON, owner="telegram:1") if by_hand else None)
    event = Event("p1", EventKind.PROPOSAL, NOON, market="KRW-BTC", thread="i1", data=proposal(one, "paper"))
    await storage.write(lambda records: records.tickets.add(one))
    if by_hand:
        await storage.write(lambda records: records.events.add(event))
    else:
        await put(storage, event)
    return one


async def ended(storage: MemoryStorage, kind: EventKind, state: TicketState, by: str, *, push: bool = True) -> None:
    data = {"ticket_id": "T1", "side": "buy", "answer": state.value, "by": by}
    event = Event("a1", kind, NOON + timedelta(seconds=40), market="KRW-BTC", thread="i1", data=data, push=push)

    def end(records: Records) -> None:
        records.tickets.answer(replace(ticket(), state=state, answered_by=by, answered_at=NOON))
        if not push:
            records.events.add(event)

    await storage.write(end)
    if push:
        await put(storage, event)


def countdown(reply: Reply) -> str:
    return next(line for line in reply.lines if line.startswith("⏳"))


def labels(reply: Reply) -> list[str]:
    return [button.label for row in reply.buttons for button in row]


# ---------------------------------------------------------------- counting down


async def test_a_question_counts_down_in_place(storage: MemoryStorage, clock: ManualClock) -> None:
    """120 seconds at first; 45 seconds later the same message says 75."""
    chat = Chat()
    await asked(storage)
    async with sending(storage, chat, clock, count_every=0.02):
        await chat.until(lambda: bool(chat.taken))
        assert countdown(chat.shown["m1"]) == "⏳ Until 12:02:00 (120s left)"
        clock.advance(45)
        await chat.until(lambda: countdown(chat.shown["m1"]).endswith("(75s left)"))
    assert set(chat.shown) == {"m1"}


async def test_it_goes_on_counting_after_a_restart_and_its_buttons_stay(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    chat = Chat()
    await asked(storage)
    async with sending(storage, chat, clock):
        await chat.until(lambda: bool(chat.taken))
    before = labels(chat.shown["m1"])
    clock.advance(30)
    async with sending(storage, chat, clock, count_every=0.02, bids={"KRW-BTC": D(1)}):
        await chat.until(lambda: countdown(chat.shown["m1"]).endswith("(90s left)"))
    assert labels(chat.shown["m1"]) == before


async def test_a_question_that_ran_out_may_be_asked_anew(storage: MemoryStorage, clock: ManualClock) -> None:
    chat = Chat()
    await asked(storage)
    async with sending(storage, chat, clock) as sender:
        await chat.until(lambda: bool(chat.taken))
        await ended(storage, EventKind.TICKET_EXPIRED, TicketState.EXPIRED, "clock")
        sender.nudge()
        await chat.until(lambda: labels(chat.shown["m1"]) == ["🔁 Ask again"])
    [button] = chat.shown["m1"].buttons[0]
    assert button.action == "anew:T1"


async def test_silence_is_said_aloud_under_the_card(storage: MemoryStorage, clock: ManualClock) -> None:
    """The card is edited quietly; that it went on by rule calls people."""
    chat = Chat()
    await asked(storage)
    async with sending(storage, chat, clock) as sender:
        await chat.until(lambda: bool(chat.taken))
        await ended(storage, EventKind.TICKET_SILENCE, TicketState.APPROVED, "silence")
        sender.nudge()
        await chat.until(lambda: len(chat.shown) == 2)
        assert await drained(storage) == []
    said = next(reply for message_id, reply in chat.shown.items() if message_id != "m1")
    assert said.title.startswith("⏰ No answer")
    assert not said.quiet
    assert "m1" in chat.threads
    assert labels(chat.shown["m1"]) == []


async def test_what_models_say_of_it_stands_under_the_question(storage: MemoryStorage, clock: ManualClock) -> None:
    """Said before, it stands by itself and the question is still asked once; said after, it is a reply to the card."""
    chat = Chat()
    data = {"consultation_id": "c1", "ai_role": "adviser", "verdict": "rejected", "side": "buy", "votes": "a SELL 70"}
    before = Event("v1", EventKind.ADVICE, NOON, market="KRW-BTC", thread="i1", data=data)
    await put(storage, before)
    await asked(storage)
    async with sending(storage, chat, clock) as sender:
        await chat.until(lambda: len(chat.taken) == 2)
        card = next(message_id for message_id, reply in chat.shown.items() if labels(reply)[:1] == ["✅ Approve"])
        await put(storage, replace(before, event_id="v2", at=NOON + timedelta(seconds=9)))
        sender.nudge()
        assert await drained(storage) == []
    assert len(chat.shown) == 3
    assert chat.threads[-1] == card


# ---------------------------------------------------------------- the chart


async def test_the_question_goes_out_at_once_and_its_chart_follows(storage: MemoryStorage, clock: ManualClock) -> None:
    """The painter takes its time: the question is there already, the picture comes under it and calls nobody."""
    chat, drawn = Chat(), asyncio.Event()

    async def draw(ticket_id: str) -> bytes:
        await drawn.wait()
        return PNG

    await asked(storage)
    async with sending(storage, chat, clock, draw=draw):
        await chat.until(lambda: bool(chat.taken))
        assert labels(chat.shown["m1"])
        drawn.set()
        await chat.until(lambda: len(chat.taken) == 2)
    reply = chat.shown["m2"]
    assert reply.picture is not None
    assert (reply.picture.png, reply.quiet, chat.threads[1]) == (PNG, True, "m1")


@pytest.mark.parametrize("failure", [RuntimeError("no font"), ChatUnreachable("x"), ChatGone("x")])
async def test_a_picture_that_fails_costs_nothing(
    storage: MemoryStorage, clock: ManualClock, failure: Exception
) -> None:
    """Neither the question nor what comes after it waits for it."""
    chat, tried = Chat(), asyncio.Event()

    async def draw(ticket_id: str) -> bytes:
        tried.set()
        raise failure

    await asked(storage)
    async with sending(storage, chat, clock, draw=draw) as sender:
        await tried.wait()
        await put(storage, Event("e9", EventKind.STARTED, NOON))
        sender.nudge()
        assert await drained(storage) == []
    assert [bool(reply.picture) for _, reply, _ in chat.taken] == [False, False]


async def test_no_picture_after_the_answer(storage: MemoryStorage, clock: ManualClock) -> None:
    chat, drawn = Chat(), asyncio.Event()

    async def draw(ticket_id: str) -> bytes:
        await drawn.wait()
        return PNG

    await asked(storage)
    async with sending(storage, chat, clock, draw=draw) as sender:
        await chat.until(lambda: bool(chat.taken))
        await ended(storage, EventKind.TICKET_ANSWERED, TicketState.REJECTED, "slack:U1")
        drawn.set()
        sender.nudge()
        assert await drained(storage) == []
        await chat.until(lambda: labels(chat.shown["m1"]) == [])
    assert all(reply.picture is None for _, reply, _ in chat.taken)


# ---------------------------------------------------------------- replies that ask


async def test_a_reply_that_asks_counts_down_gets_its_chart_and_closes(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    """Proposed by hand here, approved elsewhere: nobody is told by the outbox, and yet the reply loses its buttons."""
    chat = Chat()
    chat.shown["m7"] = Reply("as the front end said it")

    async def draw(ticket_id: str) -> bytes:
        return PNG

    await asked(storage, by_hand=True)
    async with sending(storage, chat, clock, draw=draw, count_every=0.02) as sender:
        await sender.adopt("1", "m7", "T1", "KRW-BTC", again=False)
        await chat.until(lambda: any(reply.picture for _, reply, _ in chat.taken))
        clock.advance(20)
        await chat.until(lambda: any("(100s left)" in line for line in chat.shown["m7"].lines))
        await ended(storage, EventKind.TICKET_ANSWERED, TicketState.APPROVED, "slack:U1", push=False)
        sender.nudge()
        await chat.until(lambda: not chat.shown["m7"].buttons)
        assert chat.shown["m7"].lines[-1] == "Proposal approved: buy KRW-BTC (Slack U1)"
        assert not any(line.startswith("⏳") for line in chat.shown["m7"].lines)
        async with asyncio.timeout(2):
            while await storage.read(lambda r: r.kept.live("telegram")):  # noqa: ASYNC110 (a row wakes nobody)
                await asyncio.sleep(0.005)


async def test_a_reply_answered_while_the_service_was_down_is_closed_at_the_start(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    chat = Chat()
    await asked(storage, by_hand=True)
    kept = KeptMessage("telegram", "1", "ask:T1", "m7", NOON, NOON, live=True)
    await storage.write(lambda records: records.kept.put(kept))
    await ended(storage, EventKind.TICKET_EXPIRED, TicketState.EXPIRED, "clock", push=False)
    async with sending(storage, chat, clock):
        await chat.until(lambda: "m7" in chat.shown)
    assert labels(chat.shown["m7"]) == ["🔁 Ask again"]


async def test_what_was_let_go_is_not_written_into(storage: MemoryStorage, clock: ManualClock) -> None:
    """The front end writes the outcome of a press into the message itself."""
    chat = Chat()
    await asked(storage, by_hand=True)
    async with sending(storage, chat, clock) as sender:
        await sender.adopt("1", "m7", "T1", "KRW-BTC", again=False)
        assert not await sender.release("1", "m8", "T1"), "another message"
        assert await sender.release("1", "m7", "T1")
        assert not await sender.release("1", "m7", "T1")
        await ended(storage, EventKind.TICKET_ANSWERED, TicketState.APPROVED, "telegram:1", push=False)
        await put(storage, Event("e9", EventKind.STARTED, NOON))
        sender.nudge()
        assert await drained(storage) == []
    assert "m7" not in chat.shown


# ---------------------------------------------------------------- in whose language


async def test_each_conversation_is_told_in_the_language_of_the_one_who_reads_it(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    """Two owners, one speaks English; the question, its countdown and its chart come to each in their own words."""
    chat, languages = Chat(), Languages("ko", Coins(), chosen={"telegram:1": "en"})
    one = ticket()
    event = Event("p1", EventKind.PROPOSAL, NOON, market="KRW-BTC", thread="i1", data=proposal(one, "paper"))
    await storage.write(lambda records: records.tickets.add(one))
    for target in ("1", "2"):
        await put(storage, event, target=target)

    async def drawn(ticket_id: str) -> bytes:
        return PNG

    words = partial(languages.of_place, "telegram")
    async with sending(storage, chat, clock, count_every=0.02, draw=drawn, words=words):
        await chat.until(lambda: len(chat.taken) >= 4)
        clock.advance(45)
        await chat.until(lambda: len([edit for _, _, edit in chat.taken if edit]) >= 2)
    english = [reply for target, reply, _ in chat.taken if target == "1"]
    korean = [reply for target, reply, _ in chat.taken if target == "2"]
    assert {reply.title for reply in english if reply.title} == {"Proposal: buy KRW-BTC · paper"}
    assert {reply.title for reply in korean if reply.title} == {"KRW-BTC 매수 제안 · 모의(실시간 시세)"}
    assert [reply.picture.alt for reply in english if reply.picture] != [r.picture.alt for r in korean if r.picture]
