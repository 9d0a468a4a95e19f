"""What was missed, in one message: trades with their results, then the rest by kind.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from chatbot.outbox.card import net, result
from chatbot.outbox.trades import Trade, belongs
from chatbot.reply import Reply, Tone
from chatbot.views import lines
from chatbot.wording import Words
from trader.model.events import Event, EventKind

MOST_LINES = 40

Missed = tuple[Event, Reply]
"""An event and what would have been said of it."""

GROUPS = {
    "orders": {EventKind.ORDER_REJECTED, EventKind.ORDER_UNKNOWN, EventKind.ORDER_RESOLVED, EventKind.PROPOSAL}
    | {
        EventKind.TICKET_ANSWERED,
        EventKind.TICKET_EXPIRED,
        EventKind.TICKET_SILENCE,
        EventKind.ORDER,
        EventKind.ORDER_CANCELLED,
    }
    | {EventKind.FILL, EventKind.ENTRY, EventKind.EXIT, EventKind.GUARD_MOVED},
    "errors": {EventKind.ERROR, EventKind.JOB_FAILED, EventKind.JOB_RECOVERED}
    | {EventKind.STREAM_LOST, EventKind.STREAM_BACK},
    "control": {EventKind.STATE_CHANGED, EventKind.LIMIT_HIT, EventKind.PANIC, EventKind.SETTING_CHANGED}
    | {EventKind.SETTING_WAITS, EventKind.SETTING_CANCELLED},
    "books": {EventKind.MISMATCH, EventKind.DIFFERENCE_ANSWERED, EventKind.RECONCILED},
    "reports": {EventKind.DAILY_REPORT, EventKind.AI_SCORECARD, EventKind.REFLECTION, EventKind.LESSON},
    "alerts": {EventKind.ALERT},
}
OTHERS = "service"


def digest(missed: Sequence[Missed], trades: Mapping[str, Trade], words: Words, now: datetime) -> Reply:
    """`missed` oldest first, at least one; `trades` by thread, those of which something was missed."""
    first, last = missed[0][0].at, missed[-1][0].at
    times = {"from": words.moment(first, now), "to": words.moment(last, now)}
    told = {event.thread for event, _ in missed if belongs(event) and event.thread in trades}
    rest = [one for one in missed if one[0].thread not in told]
    said = [*_trades([trades[thread] for thread in trades if thread in told], words, now), *_rest(rest, words, now)]
    if len(said) > MOST_LINES:
        said = [*said[:MOST_LINES], words("digest-more", count=str(len(said) - MOST_LINES))]
    bad = any(reply.tone in (Tone.WARNING, Tone.ERROR) for _, reply in missed)
    return Reply(
        words("digest-title", count=str(len(missed)), **times), tuple(said), tone=Tone.WARNING if bad else Tone.INFO
    )


def _trades(trades: Iterable[Trade], words: Words, now: datetime) -> list[str]:
    """A line each: those that are over with their result, the others with where they stand."""
    found = list(trades)
    if not found:
        return []
    closed = [t.position for t in found if t.position is not None and not t.position.open]
    pnl = words.krw_change(result(closed))
    return [
        words("digest-trades", count=str(len(found)), closed=str(len(closed)), pnl=pnl),
        *(f"• {_trade(trade, words, now)}" for trade in found),
    ]


def _trade(trade: Trade, words: Words, now: datetime) -> str:
    over = trade.position
    if over is None or over.open:
        side = next((words(f"side-{order.side.value}") for order in trade.orders), words("side-buy"))
        state = words.lenient(f"trade-{trade.stage.value}", {"market": words.market(trade.market), "side": side})
        return f"{state} · {words.moment(trade.events[-1].at, now)}"
    return words(
        "digest-trade-closed",
        market=words.market(trade.market),
        reason=lines.why_text(over.exit_reason, words),
        **{"from": words.moment(over.opened_at, now), "to": words.moment(over.closed_at, now)},
        **net(over, words),
    )


def _rest(missed: Sequence[Missed], words: Words, now: datetime) -> list[str]:
    """By kind; the same again and again is counted, not repeated."""
    said: list[str] = []
    for name in (*GROUPS, OTHERS):
        group = [one for one in missed if _group(one[0].kind) == name]
        if not group:
            continue
        said.append(words("digest-group", name=words(f"digest-group-{name}"), count=str(len(group))))
        times: dict[str, list[datetime]] = {}
        for event, reply in group:
            text = reply.headline or next(iter(reply.lines), "")
            times.setdefault(text, []).append(event.at)
        said += [f"• {_line(text, at, words, now)}" for text, at in times.items()]
    return said


def _group(kind: EventKind) -> str:
    return next((name for name, kinds in GROUPS.items() if kind in kinds), OTHERS)


def _line(text: str, times: Sequence[datetime], words: Words, now: datetime) -> str:
    first, last = words.moment(times[0], now), words.moment(times[-1], now)
    if len(times) == 1:
        return words("digest-one", at=first, text=text)
    return words("digest-many", text=text, count=str(len(times)), **{"from": first, "to": last})
