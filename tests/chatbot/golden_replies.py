"""What the service says, message by message, in one language: each by the code that makes it, from the same few facts.

Given a held bitcoin, one open order and three closed trades (`fake_desk`), what people are told of each event, and how
each view, question and card reads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

from chatbot import notices
from chatbot.late import Lateness, Missed
from chatbot.live_status import LiveStatus
from chatbot.outbox.card import card
from chatbot.outbox.digest import digest
from chatbot.outbox.folding import folded
from chatbot.outbox.live import LIVE_FOR
from chatbot.outbox.trades import Trade
from chatbot.reply import Reply
from chatbot.views import cards
from chatbot.wording import Words
from tests.chatbot.chat_bench import OWNER, TRADER, Bench
from tests.chatbot.fake_desk import BTC, NOW, ORDER_ID, FakeDesk, position
from tests.chatbot.golden_events import EVENTS, PROPOSAL
from tests.chatbot.test_commands_reconciling import SHORT
from trader.model.events import Event, EventKind
from trader.model.mode import Mode
from trader.model.order import ExitPlan, Order, OrderState, Reason, Side
from trader.model.portfolio import GuardLevels
from trader.model.views import CancelResult, PanicReceipt

THREAD: Final = "I1"
Maker = Callable[[Bench, Words], Awaitable[Reply]]


def said(line: str) -> Maker:
    async def make(bench: Bench, words: Words) -> Reply:
        return await bench.say(line)

    return make


def pressed(line: str, number: int = 0) -> Maker:
    """The answer to the button with this number of what `line` shows."""

    async def make(bench: Bench, words: Words) -> Reply:
        shown = await bench.say(line)
        return await bench.press([b.action for row in shown.buttons for b in row][number])

    return make


def made(reply: Callable[[Bench, Words], Reply]) -> Maker:
    async def make(bench: Bench, words: Words) -> Reply:
        return reply(bench, words)

    return make


# ---------------------------------------------------------------- commands


async def _denied(bench: Bench, words: Words) -> Reply:
    bench.desk.deny = (
        Reason("max_order", {"notional": "1500000", "limit": "1000000"}),
        Reason("not_enough_cash", {"needed": "1500750", "free": "900000"}),
        Reason("cooldown", {"seconds_left": "90"}),
    )
    return await bench.say("/buy BTC 1500000")


async def _order_shown(bench: Bench, words: Words) -> Reply:
    bench.desk.open = [bench.desk.make_order(reason="crossed_up")]
    return await bench.say(f"/orders {ORDER_ID}")


async def _refused(bench: Bench, words: Words) -> Reply:
    await bench.say("/buy BTC 500000")
    bench.desk.refuse = "price_moved"
    return await bench.say("/approve")


async def _reconcile(bench: Bench, words: Words) -> Reply:
    bench.desk.differences = [SHORT]
    return await bench.say("/reconcile")


async def _history(bench: Bench, words: Words) -> Reply:
    bench.desk.recorded = [EVENTS[name] for name in ("started", "command", "fill", "exit", "setting_changed")]
    return await bench.say("/history")


async def _goes_on(bench: Bench, words: Words) -> Reply:
    return cards.panic_receipt(
        PanicReceipt(
            NOW, NOW + timedelta(seconds=20), (CancelResult(ORDER_ID, BTC, "failed", "VenueUnreachable"),), (), (), 1,
            flat=False, going_on=True, cause="VenueUnreachable",
        ), words, cancel_only=False, speed=1,
    )  # fmt: skip


COMMANDS: Final[Mapping[str, Maker]] = {
    "status": said("/status"),
    "positions": said("/positions"),
    "balance": said("/balance"),
    "orders": said("/orders"),
    "orders.one": _order_shown,
    "chart": said("/chart BTC"),
    "pnl": said("/pnl"),
    "pnl.week": said("/pnl week"),
    "ai": said("/ai"),
    "ai.last": said("/ai last BTC"),
    "votes": said("/votes"),
    "lessons": said("/lessons"),
    "lessons.notes": said("/lessons notes"),
    "trades": said("/trades"),
    "why": said("/why BTC"),
    "screener": said("/screener"),
    "limits": said("/limits"),
    "settings": said("/settings"),
    "settings.group": pressed("/settings", 3),
    "set.question": said("/set order_fraction 0.2"),
    "set.done": said("/set order_fraction 0.05"),
    "strategy": said("/strategy"),
    "params": said("/params sma_cross"),
    "markets": said("/markets"),
    "health": said("/health"),
    "history": _history,
    "reconcile": _reconcile,
    "notify": said("/notify"),
    "people": said("/people"),
    "language": said("/language"),
    "help": said("/help"),
    "help.buy": said("/help buy"),
    "buy": said("/buy BTC 500000"),
    "buy.denied": _denied,
    "buy.approved": pressed("/buy BTC 500000"),
    "buy.rejected": pressed("/buy BTC 500000", 2),
    "buy.refused": _refused,
    "buy.usage": said("/buy"),
    "sell": said("/sell BTC 50%"),
    "cancel": said("/cancel all"),
    "pause": said("/pause 2h"),
    "resume": said("/resume"),
    "stop": said("/stop"),
    "panic": said("/panic"),
    "panic.receipt": pressed("/panic"),
    "panic.goes_on": _goes_on,
    "drill": said("/drill"),
    "unknown": said("/nothing"),
}


# ---------------------------------------------------------------- cards


def story(*names: str) -> tuple[Event, ...]:
    """Events of one trade, ten seconds apart, the last one now."""
    last = len(names) - 1
    return tuple(
        replace(EVENTS[name], event_id=f"E{n}", at=NOW - timedelta(seconds=10 * (last - n)), thread=THREAD)
        for n, name in enumerate(names)
    )


def _order(side: Side = Side.BUY, state: OrderState = OrderState.ACCEPTED) -> Order:
    return FakeDesk().make_order(side=side, state=state, executed_quantity=Decimal(0), thread=THREAD)


_GUARD = GuardLevels(
    "P1BTC", BTC, ExitPlan(stop=Decimal(93_100_000), take=Decimal(97_850_000)), Decimal(95_000_000), NOW,
    Decimal(95_047_500),
)  # fmt: skip
_POSITION = position(BTC, "0.00526", "499949.85")
_BEGUN = ("proposal", "ticket_answered", "order")
_HELD = (*_BEGUN, "fill", "entry", "guard_moved")
TRADES: Final[Mapping[str, Trade]] = {
    "trade.proposed": Trade(THREAD, story("proposal")),
    "trade.ended": Trade(THREAD, story("proposal", "ticket_expired")),
    "trade.ordered": Trade(THREAD, story(*_BEGUN), orders=(_order(),)),
    "trade.checking": Trade(THREAD, story(*_BEGUN, "order_unknown"), orders=(_order(state=OrderState.UNKNOWN),)),
    "trade.holding": Trade(THREAD, story(*_HELD), _POSITION, _GUARD),
    "trade.selling": Trade(THREAD, story(*_HELD, "order.sell"), _POSITION, _GUARD, (_order(Side.SELL),)),
    "trade.closed": Trade(THREAD, story(*_HELD, "order.sell", "exit"), FakeDesk().trade().position),
}


def _card(name: str) -> Maker:
    return made(lambda bench, words: card(TRADES[name], Decimal(95_000_000), words, NOW))


def notice(name: str, words: Words) -> Reply:
    found = notices.notice(EVENTS[name], words, wished=True)
    return found if found is not None else Reply(notices.brief(EVENTS[name], words))


def _digest(bench: Bench, words: Words) -> Reply:
    trade = TRADES["trade.closed"]
    others = [EVENTS[name] for name in ("stream_lost", "job_failed", "setting_changed", "alert", "daily_report")]
    missed = [(one, notices.notice(one, words)) for one in (*trade.events, *others, EVENTS["stream_lost"])]
    told = [(one, reply) for one, reply in missed if reply is not None]
    return digest(told, {THREAD: trade}, words, NOW + timedelta(minutes=9))


def _folded(bench: Bench, words: Words) -> Reply:
    event = EVENTS["job_failed"]
    again = folded(event, event, 12, NOW - timedelta(minutes=20), NOW, words, NOW)
    assert again is not None
    return again


def _mended(bench: Bench, words: Words) -> Reply:
    good = folded(EVENTS["stream_lost"], EVENTS["stream_back"], 4, NOW - timedelta(minutes=20), NOW, words, NOW)
    assert good is not None
    return good


def _over(bench: Bench, words: Words) -> Reply:
    ended = notices.brief(EVENTS["ticket_expired"], words)
    return cards.over(PROPOSAL, "KRW-BTC", words, NOW, ended, anew=True)


def _late(*, group: bool) -> Maker:
    async def make(bench: Bench, words: Words) -> Reply:
        missed = [
            Missed(OWNER, "/buy BTC 100000", timedelta(minutes=4)),
            Missed(OWNER, "/pause", timedelta(minutes=3)),
            Missed(TRADER, "/sell BTC 50%", timedelta(minutes=2)),
            Missed(OWNER, "", timedelta(minutes=1), pressed=True),
        ]
        return await Lateness(bench.dispatcher, bench.languages).missed(missed if group else missed[:2], group=group)

    return make


def _cut_off(bench: Bench, words: Words) -> Reply:
    return Lateness(bench.dispatcher, bench.languages).cut_off(OWNER, "/sell BTC 50%", pressed=False)


async def _live(bench: Bench, words: Words) -> Reply:
    view = await LiveStatus(bench.desk, bench.access, bench.languages, bench.clock).of(OWNER, NOW + LIVE_FOR)
    assert view is not None
    return view.reply


CARDS: Final[Mapping[str, Maker]] = {
    "status.live": _live,
    **{name: _card(name) for name in TRADES},
    "ticket.over": made(_over),
    "digest": made(_digest),
    "folded": made(_folded),
    "folded.mended": made(_mended),
    "catch_up": _late(group=False),
    "catch_up.group": _late(group=True),
    "cut_off": made(_cut_off),
}


# ---------------------------------------------------------------- all of them


def _told(name: str) -> Maker:
    return made(lambda bench, words: notice(name, words))


MESSAGES: Final[Mapping[str, Maker]] = {
    **{f"event.{name}": _told(name) for name in EVENTS},
    **{f"card.{name}": maker for name, maker in CARDS.items()},
    **{f"command.{name}": maker for name, maker in COMMANDS.items()},
}
"""By the name of its golden file."""


async def reply_of(name: str, language: str) -> Reply:
    bench = Bench(Mode.SANDBOX, language)
    return await MESSAGES[name](bench, bench.languages.words(OWNER.key))


def kinds_told() -> set[EventKind]:
    return {event.kind for event in EVENTS.values()}
