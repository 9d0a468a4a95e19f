"""What stands in a chat and is kept up to date: cards of open trades, questions that wait.  In: rows.  Out: `Seen`,
`Fresh`, and whose turn it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from chatbot.outbox import asking
from chatbot.outbox.asking import asked_card, read_asked, ticket_of
from chatbot.outbox.chats import Chat
from chatbot.outbox.pace import CARD_EVERY, CARDS_APART, CLOSE_AGAIN
from chatbot.outbox.parcels import Bid, Edit, Parcel, Planner, Speech
from chatbot.outbox.reading import Row, thread_of
from chatbot.outbox.trades import Trade, read_trade
from chatbot.reply import Reply
from trader.clock import Clock
from trader.model.events import KeptMessage
from trader.ports import Records, Storage


@dataclass(frozen=True, slots=True)
class Seen:
    """Of a channel: what waits, what stands, and (target, topic) of what stands there though it is over."""

    rows: list[Row]
    live: list[KeptMessage]
    over: set[tuple[str, str]]


def seen(records: Records, channel: str, limit: int) -> Seen:
    live = records.kept.live(channel)
    return Seen(records.outbox.pending(channel, limit), live, asking.over(records, live) | _ended(records, live))


def _ended(records: Records, live: Iterable[KeptMessage]) -> set[tuple[str, str]]:
    """Cards that do not say yet how their trade ended, whatever became of the edit that should have said so."""
    cards = [(kept, thread) for kept in live if (thread := thread_of(kept.topic))]
    working = {order.thread_id for order in records.orders.unfinished()} if cards else set()
    ended = {thread for thread in {thread for _, thread in cards} - working if _is_over(records, thread)}
    return {(kept.target, kept.topic) for kept, thread in cards if thread in ended}


def _is_over(records: Records, thread: str) -> bool:
    held = records.positions.of_thread(thread)
    if held is not None and held.open:
        return False  # most cards: their whole story is not read each time
    trade = read_trade(records, thread)
    return bool(trade.events) and not trade.stage.live


@dataclass(frozen=True, slots=True)
class Fresh:
    """What a message says now; `live`: it will change again. `vague`: what stands there says more than this, because no
    price is known."""

    reply: Reply
    kept: KeptMessage
    live: bool
    vague: bool = False

    @property
    def parcel(self) -> Parcel:
        return Parcel(self.reply, edit=Edit.ONLY, topic=self.kept.topic)


@dataclass(frozen=True, slots=True)
class Standing:
    storage: Storage
    clock: Clock
    channel: str
    words: Speech
    planner: Callable[[str], Planner]
    bid: Bid | None

    async def as_now(self, target: str, topic: str) -> Fresh | None:
        """None: nothing stands there, or nothing is known of it any more."""
        ticket_id = ticket_of(topic)
        return await (self._question(target, topic, ticket_id) if ticket_id else self._trade(target, topic))

    async def _question(self, target: str, topic: str, ticket_id: str) -> Fresh | None:
        asked, kept = await self.storage.read(
            lambda records: (read_asked(records, ticket_id), records.kept.get(self.channel, target, topic))
        )
        if asked is None or kept is None or not kept.remote_id:
            return None
        return Fresh(asked_card(asked, self.words(target), self.clock.now()), kept, live=asked.ended is None)

    async def _trade(self, target: str, topic: str) -> Fresh | None:
        thread = thread_of(topic)
        trade, kept = await self.storage.read(
            lambda records: (read_trade(records, thread), records.kept.get(self.channel, target, topic))
        )
        reply = self.planner(target).card(target, trade).reply
        if reply is None or kept is None or not kept.remote_id:
            return None
        return Fresh(reply, kept, trade.stage.live, self._price_unknown(trade))

    def _price_unknown(self, trade: Trade) -> bool:
        """As in the first moments after a start."""
        held = trade.position is not None and trade.position.open
        return held and (self.bid is None or self.bid(trade.market) is None)


@dataclass(frozen=True, slots=True)
class Turn:
    """What is to be looked at now; `forced`: whatever stands there, it is put right."""

    topic: str
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Turns:
    """Seconds after which a card shows the price of now (None: no prices are known here), and a question its time."""

    card_every: float | None
    count_every: float

    def next(self, chat: Chat, live: Sequence[KeptMessage], over: Collection[str], now: float) -> Turn | None:
        """Of what stands in a chat, what is over, counts down or is due."""
        standing = [kept.topic for kept in live if kept.remote_id]
        forced = [*(topic for topic, due in chat.recheck.items() if due <= now), *_to_end(chat, standing, over, now)]
        if forced:
            return Turn(forced[0], forced=True)
        counting = [topic for topic in standing if counts_down(chat.shown.get(topic)) or ticket_of(topic)]
        if topic := oldest(counting, chat.edited, self.count_every, now):
            return Turn(topic)
        if self.card_every is None or chat.refreshed + CARDS_APART * (self.card_every / CARD_EVERY) > now:
            return None
        priced = [topic for topic in standing if thread_of(topic) and topic not in counting]
        topic = oldest(priced, chat.edited, self.card_every, now)
        if topic:
            chat.refreshed = now
        return Turn(topic) if topic else None


def _to_end(chat: Chat, standing: Sequence[str], over: Collection[str], now: float) -> list[str]:
    chat.ended = {topic: at for topic, at in chat.ended.items() if topic in over and at + CLOSE_AGAIN > now}
    return [topic for topic in standing if topic in over and topic not in chat.ended]


def counts_down(reply: Reply | None) -> bool:
    """It is a question that shows how long it may still be answered."""
    return reply is not None and bool(reply.buttons) and bool(reply.data.get("expires_at"))


def oldest(topics: Sequence[str], edited: Mapping[str, float], every: float, now: float) -> str:
    """The topic that was edited longest ago, if it is due; else empty."""
    due = [topic for topic in topics if edited.get(topic, -every) + every <= now]
    return min(due, key=lambda topic: edited.get(topic, 0.0), default="")
