"""What a sender has to know before it says anything: the messages that stand in the chat, and the trades in question.
Runs inside a transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from chatbot.outbox import folding
from chatbot.outbox.trades import Trade, belongs, read_trade
from trader.model.events import Event, EventKind, KeptMessage, OutboxMessage
from trader.ports import Records

Row: TypeAlias = tuple[OutboxMessage, Event]

ASKS = {EventKind.PROPOSAL: "ticket_id", EventKind.MISMATCH: "difference_id"}
"""Kinds that ask, and the id by which they are answered."""

ENDS = {
    EventKind.TICKET_ANSWERED: "ticket_id",
    EventKind.TICKET_EXPIRED: "ticket_id",
    EventKind.TICKET_SILENCE: "ticket_id",
    EventKind.DIFFERENCE_ANSWERED: "difference_id",
}
"""Kinds that end a question."""


@dataclass(slots=True)
class Known:
    """Of one chat. `kept` by topic, `told` are the events of kept messages by id, `trades` by thread."""

    kept: dict[str, KeptMessage] = field(default_factory=dict)
    told: dict[str, Event] = field(default_factory=dict)
    trades: dict[str, Trade] = field(default_factory=dict)

    def stands(self, topic: str) -> str:
        """The remote id of the message about `topic`; empty when there is none."""
        kept = self.kept.get(topic)
        return kept.remote_id if kept is not None else ""


def trade_topic(thread: str) -> str:
    return f"trade:{thread}"


def thread_of(topic: str) -> str:
    """Of the card of a trade; empty for other topics."""
    return topic.removeprefix(trade_topic("")) if topic.startswith(trade_topic("")) else ""


def question_topic(event: Event) -> str:
    """Of a question, and of what ends it; empty for other events."""
    name = ASKS.get(event.kind) or ENDS.get(event.kind) or ""
    asked = event.data.get(name, "")
    return f"ask:{asked}" if asked else ""


def read_known(records: Records, channel: str, target: str, rows: Iterable[Row], ended: Iterable[str] = ()) -> Known:
    """`ended`: topics of cards whose trades are over."""
    known = Known(trades={thread_of(topic): read_trade(records, thread_of(topic)) for topic in ended})
    topics = {trade_topic(thread) for thread in known.trades}
    for _, event in rows:
        if belongs(event):
            topics.add(trade_topic(event.thread))
            if event.thread not in known.trades:
                known.trades[event.thread] = read_trade(records, event.thread)
        topics |= {folding.topic_of(event), question_topic(event)} - {""}
    for topic in topics:
        kept = records.kept.get(channel, target, topic)
        if kept is None:
            continue
        known.kept[topic] = kept
        told = records.events.get(kept.event_id) if kept.event_id else None
        if told is not None:
            known.told[kept.event_id] = told
    return known
