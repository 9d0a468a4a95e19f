"""One trade, one thread: a card edited in place, and under it what a person is called for (C3, R10)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

import pytest

from chatbot.outbox.card import card
from chatbot.outbox.trades import Stage, Trade
from storage.memory import MemoryStorage
from tests.chatbot.outbox_bench import WORDS, Chat, drained, put, sending
from tests.examples import BTC, NOON, D
from trader.clock import ManualClock
from trader.model.events import Event, EventKind, Severity
from trader.model.order import ExitPlan, Order, OrderState, OrderType, Origin, Side, TimeInForce
from trader.model.portfolio import GuardLevels, Position
from trader.ports import Records

MARKET = "KRW-BTC"


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


POSITION = Position(
    "p1", BTC, "sma_cross", NOON, D("0.001"), D("100050"), bought_quantity=D("0.001"), bought_cost=D("100050")
)
GUARD = GuardLevels("p1", BTC, ExitPlan(stop=D("97000000"), take=D("103000000")), D("100000000"), NOON, D("100050000"))


def order(side: Side = Side.BUY, state: OrderState = OrderState.ACCEPTED, thread: str = "i1") -> Order:
    return Order(
        f"o-{side.value}", "i1", BTC, side, OrderType.MARKET, TimeInForce.GTC, Origin.STRATEGY, "sma_cross",
        "crossed_up", state, NOON, NOON, D("100000000"), quantity=D("0.001"), thread=thread,
    )  # fmt: skip


@dataclass
class Story:
    """A trade as the trader writes it: rows and events, step by step, into the outbox of one chat."""

    storage: MemoryStorage
    thread: str = "i1"
    seconds: float = 0.0
    count: int = field(default=0)
    channel: str = "telegram"
    target: str = "1"

    async def step(self, kind: EventKind, severity: Severity = Severity.INFO, **data: str) -> Event:
        self.count += 1
        self.seconds += 1
        at = NOON + after(self.seconds)
        event = Event(f"{self.thread}-{self.count}", kind, at, severity, MARKET, self.thread, data)
        await put(self.storage, event, target=self.target, channel=self.channel)
        return event

    async def asked(self, ticket_id: str = "t1", side: str = "buy") -> None:
        expires = (NOON + after(120)).isoformat()
        terms = {"side": side, "notional": "100000", "price": "100000000", "mode": "sandbox", "expires_at": expires}
        await self.step(EventKind.PROPOSAL, ticket_id=ticket_id, owner="sma_cross", reason="crossed_up", **terms)

    async def answered(self, answer: str = "approved", ticket_id: str = "t1") -> None:
        await self.step(EventKind.TICKET_ANSWERED, ticket_id=ticket_id, side="buy", answer=answer, by="slack:U1")

    async def ordered(self, side: Side = Side.BUY) -> None:
        await self.storage.write(lambda r: r.orders.add(order(side, thread=self.thread)))
        data = {"side": side.value, "quantity": "0.001", "owner": "sma_cross", "reason": "crossed_up"}
        await self.step(EventKind.ORDER, client_order_id=f"o-{side.value}", **data)

    async def filled(self, side: Side = Side.BUY) -> None:
        data = {"price": "100000000", "quantity": "0.001", "funds": "100000", "fee": "50"}
        await self.step(EventKind.FILL, client_order_id=f"o-{side.value}", side=side.value, **data)

    async def entered(self) -> None:
        def enter(records: Records) -> None:
            records.positions.save(replace(POSITION, thread=self.thread))
            records.guards.save(GUARD)
            records.orders.save(order(state=OrderState.DONE, thread=self.thread))

        await self.storage.write(enter)
        data = {"quantity": "0.001", "average_cost": "100050000", "cost": "100050"}
        await self.step(EventKind.ENTRY, position_id="p1", **data)

    async def left(self) -> None:
        closed = replace(
            POSITION, quantity=D(0), cost=D(0), realised_pnl=D(1900), fees=D(101), sold_quantity=D("0.001"),
            sold_proceeds=D(101950), closed_at=NOON + after(self.seconds + 1), exit_reason="take", thread=self.thread,
        )  # fmt: skip

        def leave(records: Records) -> None:
            records.positions.save(closed)
            records.guards.remove("p1")
            records.orders.save(order(Side.SELL, OrderState.DONE, thread=self.thread))

        await self.storage.write(leave)
        await self.step(EventKind.EXIT, position_id="p1", reason="take", pnl="1900", pnl_share="0.019")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def storage(clock: ManualClock) -> MemoryStorage:
    return MemoryStorage(clock)


# ---------------------------------------------------------------- the card


def a_trade(*kinds: EventKind, **parts: object) -> Trade:
    events = tuple(Event(f"e{n}", kind, NOON + after(n), market=MARKET, thread="i1") for n, kind in enumerate(kinds))
    return Trade("i1", events, **parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("trade", "stage"),
    [
        (a_trade(EventKind.PROPOSAL), Stage.PROPOSED),
        (a_trade(EventKind.PROPOSAL, EventKind.TICKET_EXPIRED), Stage.ENDED),
        (a_trade(EventKind.ORDER, orders=(order(),)), Stage.ORDERED),
        (a_trade(EventKind.ORDER_UNKNOWN, orders=(order(state=OrderState.UNKNOWN),)), Stage.CHECKING),
        (a_trade(EventKind.ORDER, EventKind.ORDER_CANCELLED), Stage.ENDED),
        (a_trade(EventKind.ENTRY, position=POSITION, orders=(order(),)), Stage.HOLDING),
        (a_trade(EventKind.ORDER, position=POSITION, orders=(order(Side.SELL),)), Stage.SELLING),
        (a_trade(EventKind.EXIT, position=replace(POSITION, closed_at=NOON)), Stage.CLOSED),
        (a_trade(EventKind.ORDER, position=replace(POSITION, closed_at=NOON), orders=(order(),)), Stage.ORDERED),
    ],
)
def test_how_far_a_trade_has_come(trade: Trade, stage: Stage) -> None:
    assert trade.stage is stage


def test_the_card_of_an_open_position_values_it_at_the_bid() -> None:
    """0.001 BTC for 100,050 won at a bid of 101,000,000: +950 won (+0.95%); the stop 97,000,000 is 3.96% below."""
    said = card(a_trade(EventKind.ENTRY, position=POSITION, guard=GUARD), D(101_000_000), WORDS, NOON).lines
    assert said[:3] == (
        "0.001 BTC · mean 100,050,000 KRW",
        "now 101,000,000 KRW · unrealised +950 KRW (+0.95%)",
        "stop 97,000,000 KRW (-3.96%) · take 103,000,000 KRW (+1.98%)",
    )


def test_an_unknown_price_is_not_shown_as_a_loss() -> None:
    said = card(a_trade(EventKind.ENTRY, position=POSITION), None, WORDS, NOON).lines
    assert said[1:3] == ("The price is not known now.", "⚠️ no stop, no take profit")


def test_the_same_step_again_and_again_is_told_once_with_its_last_time() -> None:
    """Five fills of one size at one price: the last came at 12:00:04."""
    said = card(a_trade(*[EventKind.FILL] * 5, position=POSITION), None, WORDS, NOON).lines
    assert said[-1] == "12:00:04 Filled: unknown unknown @ unknown ×5"


# ---------------------------------------------------------------- the thread


async def test_a_trade_is_one_card_with_two_replies(storage: MemoryStorage, clock: ManualClock) -> None:
    """Order, fill, entry, stop, order, fill, exit: seven events are three messages, the first one edited."""
    chat, story = Chat(), Story(storage)
    async with sending(storage, chat, clock, bids={MARKET: D(101_000_000)}) as sender:
        await story.ordered()
        sender.nudge()
        await chat.until(lambda: len(chat.taken) == 1)
        assert chat.shown["m1"].title == "🕒 Order to buy · KRW-BTC"
        assert [b.action for row in chat.shown["m1"].buttons for b in row] == ["run:/cancel o-buy"]
        await story.filled()
        await story.entered()
        await story.step(EventKind.GUARD_MOVED, stop="99000000", before="97000000", cause="trail")
        await story.ordered(Side.SELL)
        await story.filled(Side.SELL)
        await story.left()
        sender.nudge()
        assert await drained(storage) == []
    replies = [
        (reply.title, thread) for (_, reply, edit), thread in zip(chat.taken, chat.threads, strict=True) if not edit
    ]
    assert replies == [
        ("🕒 Order to buy · KRW-BTC", ""),
        ("In: KRW-BTC 0.001 BTC", "m1"),
        ("Out: KRW-BTC +1,900 KRW (+1.9%)", "m1"),
    ]
    final = chat.shown["m1"]
    assert final.title == "🏁 Trade over · KRW-BTC"
    assert final.lines[:3] == (
        "▲ net +1,900 KRW (+1.9%)",
        "Bought 100,050 KRW → sold 101,950 KRW",
        "held 7s · fees 101 KRW",
    )
    assert final.buttons == ()
    assert not await storage.read(lambda r: r.kept.live("telegram"))


async def test_what_is_critical_does_not_wait_for_edits_of_cards(storage: MemoryStorage, clock: ManualClock) -> None:
    """The card stands, then a fill, the entry and a receipt come at once. Messages keep their order."""
    chat, story = Chat(), Story(storage)
    async with sending(storage, chat, clock) as sender:
        await story.ordered()
        sender.nudge()
        await chat.until(lambda: len(chat.taken) == 1)
        await story.filled()
        await story.entered()
        await put(storage, Event("p", EventKind.PANIC, NOON, Severity.CRITICAL, data={"flat": "yes", "by": "slack:U1"}))
        sender.nudge()
        assert await drained(storage) == []
    assert [(reply.title.partition(":")[0], bool(edit)) for _, reply, edit in chat.taken] == [
        ("🕒 Order to buy · KRW-BTC", False),
        ("In", False),
        ("Panic", False),
        ("🟢 Holding · KRW-BTC", True),
    ]


async def test_a_cancel_that_was_promised_is_said_under_the_card(storage: MemoryStorage, clock: ManualClock) -> None:
    """Others only change the card."""
    chat, story = Chat(), Story(storage)
    async with sending(storage, chat, clock) as sender:
        await story.ordered()
        await story.step(EventKind.ORDER_CANCELLED, client_order_id="o-buy", executed="0", promised="yes")
        sender.nudge()
        assert await drained(storage) == []
    assert [(reply.title, thread) for (_, reply, _), thread in zip(chat.taken, chat.threads, strict=True)][1:] == [
        ("KRW-BTC order cancelled.", "m1")
    ]


async def test_the_thread_survives_a_restart(storage: MemoryStorage, clock: ManualClock) -> None:
    chat, story = Chat(), Story(storage)
    await story.ordered()
    async with sending(storage, chat, clock):
        await chat.until(lambda: len(chat.taken) == 1)
    await story.entered()
    async with sending(storage, chat, clock):
        assert await drained(storage) == []
    assert set(chat.shown) == {"m1", "m3"}
    assert chat.shown["m1"].title == "🟢 Holding · KRW-BTC"
    assert chat.threads[2] == "m1"


async def test_after_an_outage_the_card_shows_how_it_ended(storage: MemoryStorage, clock: ManualClock) -> None:
    """Down from the entry to the exit: one edit to the final state, entry and result are said under it."""
    chat, story = Chat(), Story(storage)
    await story.ordered()
    async with sending(storage, chat, clock) as sender:
        await chat.until(lambda: len(chat.taken) == 1)
        chat.down = {"1"}
        await story.entered()
        await story.ordered(Side.SELL)
        await story.left()
        sender.nudge()
        await chat.until(lambda: chat.calls >= 3)
        chat.down = set()
        assert await drained(storage) == []
    assert [edit for _, _, edit in chat.taken] == ["", "m1", "", ""]
    assert chat.shown["m1"].title == "🏁 Trade over · KRW-BTC"


async def test_a_proposal_becomes_the_card_when_it_is_answered(storage: MemoryStorage, clock: ManualClock) -> None:
    """Answered in Slack: on Telegram the question loses its buttons and tells what became of it; nobody is called."""
    chat, story = Chat(), Story(storage)
    await story.asked()
    async with sending(storage, chat, clock) as sender:
        await chat.until(lambda: len(chat.taken) == 1)
        assert chat.shown["m1"].buttons
        assert not chat.shown["m1"].quiet
        await story.answered("rejected")
        sender.nudge()
        assert await drained(storage) == []
    assert list(chat.shown) == ["m1"]
    assert chat.shown["m1"].title == "⚪ Over without a fill · KRW-BTC"
    assert chat.shown["m1"].lines[-1] == "12:00:02 Proposal rejected (Slack U1)"
    assert chat.shown["m1"].buttons == ()


async def test_a_later_proposal_of_the_trade_is_asked_under_its_card(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    """Shall the position be sold? The question loses its buttons when it is answered, the card stays."""
    chat, story = Chat(), Story(storage)
    await story.ordered()
    await story.entered()
    await story.asked("t2", "sell")
    async with sending(storage, chat, clock) as sender:
        await chat.until(lambda: len(chat.taken) == 3)
        assert chat.threads == ["", "m1", "m1"]
        assert chat.shown["m3"].buttons
        await story.answered("rejected", "t2")
        sender.nudge()
        assert await drained(storage) == []
    assert chat.shown["m3"].buttons == ()
    assert chat.shown["m3"].lines[-1].startswith("Proposal rejected: ")
    assert chat.shown["m1"].title == "🟢 Holding · KRW-BTC"


@pytest.mark.parametrize("ran_out", [False, True])
async def test_asked_anew_only_the_fresh_question_can_be_answered(
    storage: MemoryStorage, clock: ManualClock, ran_out: bool
) -> None:
    """The price ran away, or nobody answered in time: the first card closes at once and says why, the question of now
    stands under it; with the order the card goes on telling the trade."""
    chat, story = Chat(), Story(storage)
    await story.asked("t1")
    async with sending(storage, chat, clock) as sender:
        await chat.until(lambda: len(chat.taken) == 1)
        if ran_out:
            await story.step(EventKind.TICKET_EXPIRED, ticket_id="t1", side="buy")
        else:
            await story.answered("replaced", "t1")
        await story.asked("t2")
        sender.nudge()
        assert await drained(storage) == []
        [fresh] = [number for number, reply in chat.shown.items() if reply.data.get("ticket_id") == "t2"]
        assert [number for number, reply in chat.shown.items() if reply.buttons] == [fresh]
        assert chat.shown["m1"].title == chat.shown[fresh].title == "Proposal: buy KRW-BTC · sandbox"
        ended = "Proposal expired" if ran_out else "Proposal asked anew at the price of now: "
        assert chat.shown["m1"].lines[-1].startswith(ended)
        await story.answered("approved", "t2")
        await story.ordered()
        sender.nudge()
        assert await drained(storage) == []
    assert chat.shown[fresh].buttons == ()
    assert chat.shown["m1"].title == "🕒 Order to buy · KRW-BTC"


async def test_an_answer_given_on_the_card_is_put_right_afterwards(
    storage: MemoryStorage, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The front end writes what came of a tap into the message that was tapped, which is the card: a moment later the
    card is edited once more."""
    monkeypatch.setattr("chatbot.outbox.sender.RECHECK_SECONDS", 0.02)
    chat, story = Chat(), Story(storage)
    await story.asked()
    await story.answered("rejected")
    async with sending(storage, chat, clock):
        await chat.until(lambda: [edit for _, _, edit in chat.taken] == ["", "m1"])


async def test_many_steps_are_few_edits(storage: MemoryStorage, clock: ManualClock) -> None:
    """Thirty partial fills within a moment: one edit shows the newest state when the time for it has come."""
    chat, story = Chat(), Story(storage)
    await story.ordered()
    async with sending(storage, chat, clock, edit_every=0.2) as sender:
        await chat.until(lambda: len(chat.taken) == 1)
        for _ in range(30):
            await story.filled()
            sender.nudge()
            await asyncio.sleep(0.001)
        assert await drained(storage) == []
    assert 1 <= len(chat.taken) - 1 <= 3
    assert chat.shown["m1"].lines[-1].endswith("×30")


async def test_a_deleted_card_is_sent_again_with_the_next_step(storage: MemoryStorage, clock: ManualClock) -> None:
    chat, story = Chat(), Story(storage)
    await story.ordered()
    async with sending(storage, chat, clock) as sender:
        await chat.until(lambda: len(chat.taken) == 1)
        chat.gone = {"m1"}
        await story.entered()
        sender.nudge()
        assert await drained(storage) == []
    assert [(reply.title, thread) for (_, reply, _), thread in zip(chat.taken[1:], chat.threads[1:], strict=True)] == [
        ("🟢 Holding · KRW-BTC", ""),
        ("In: KRW-BTC 0.001 BTC", "m2"),
    ]


async def test_the_card_of_an_open_trade_follows_the_price(storage: MemoryStorage, clock: ManualClock) -> None:
    """A new bid is an edit, the same one none; a deleted card is not forced on the person by a mere price."""
    bids: dict[str, Decimal] = {MARKET: D(100_000_000)}
    chat, story = Chat(), Story(storage)
    await story.ordered()
    await story.entered()
    async with sending(storage, chat, clock, bids=bids, card_every=0.02):
        await chat.until(lambda: len(chat.taken) == 2)
        await asyncio.sleep(0.1)
        assert len(chat.taken) == 2
        bids[MARKET] = D(102_000_000)
        await chat.until(lambda: len(chat.taken) == 3)
        assert chat.taken[2][2] == "m1"
        assert "now 102,000,000 KRW" in chat.shown["m1"].lines[1]
        chat.gone = {"m1"}
        bids[MARKET] = D(103_000_000)
        await asyncio.sleep(0.1)
        assert len(chat.taken) == 3
        await story.step(EventKind.GUARD_MOVED, stop="101000000", before="97000000", cause="trail")
        await chat.until(lambda: len(chat.taken) == 4)
    assert chat.taken[3][2] == ""


async def test_after_a_restart_the_card_waits_until_the_price_is_known(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    """The old price on the card says more than none; then it is put right."""
    bids: dict[str, Decimal] = {MARKET: D(100_000_000)}
    chat, story = Chat(), Story(storage)
    await story.ordered()
    await story.entered()
    async with sending(storage, chat, clock, bids=bids):
        assert await drained(storage) == []
    bids.clear()
    async with sending(storage, chat, clock, bids=bids, card_every=0.02):
        await asyncio.sleep(0.1)
        assert len(chat.taken) == 2
        bids[MARKET] = D(102_000_000)
        await chat.until(lambda: len(chat.taken) == 3)
    assert "now 102,000,000 KRW" in chat.shown["m1"].lines[1]


async def test_an_order_that_was_refused_at_once_is_one_message(storage: MemoryStorage, clock: ManualClock) -> None:
    chat, story = Chat(), Story(storage)
    await story.step(EventKind.ORDER_REJECTED, Severity.WARNING, client_order_id="o1", name="insufficient_funds_bid")
    async with sending(storage, chat, clock):
        assert await drained(storage) == []
    assert len(chat.taken) == 1
    assert chat.titles() == ["❌ KRW-BTC order rejected by the exchange: not enough KRW"]


async def test_after_a_long_outage_trades_are_told_with_their_results(
    storage: MemoryStorage, clock: ManualClock
) -> None:
    """Eleven trades came and went, one is still open: a digest with their sum (11 × 1,900 won), then the open one's
    card."""
    chat = Chat()
    for number in range(11):
        story = Story(storage, f"i{number}", seconds=number * 60)
        await story.step(EventKind.ORDER, client_order_id="o", side="buy", owner="sma_cross", reason="crossed_up")
        closed = replace(
            POSITION,
            position_id=f"x{number}",
            quantity=D(0),
            realised_pnl=D(1900),
            closed_at=NOON,
            exit_reason="take",
            thread=story.thread,
        )
        await storage.write(lambda r, closed=closed: r.positions.save(closed))  # type: ignore[misc]
        await story.step(EventKind.EXIT, position_id=f"x{number}", pnl="1900", pnl_share="0.019", reason="take")
    still = Story(storage, "open", seconds=700)
    await still.ordered()
    await still.entered()
    clock.advance(3600)
    async with sending(storage, chat, clock):
        assert await drained(storage) == []
    digest, held = (reply for _, reply, _ in chat.taken)
    assert digest.title == "📬 What you missed: 23 messages (12:00:01 to 12:11:42)"
    assert digest.lines[0] == "Trades: 12 · 11 closed, net +20,900 KRW"
    assert digest.lines[1] == "• ▲ KRW-BTC +1,900 KRW (+1.9%) · 12:00:00 → 12:00:00 · take profit"
    assert digest.lines[-1] == "• 🟢 Holding · KRW-BTC · 12:11:42"
    assert held.title == "🟢 Holding · KRW-BTC"
