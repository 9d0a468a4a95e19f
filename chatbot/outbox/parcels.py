"""What goes out as which message.  In: the rows that wait for one chat, oldest first, and what is known.  Out: parcels
in the order they are handed over.  Pure.

Steps of a trade are shown by its card; those that call a person are said under it as well. What comes again is counted
in the message that told of it first. Where too much waits, one digest tells what was missed, and only what is critical,
what may still be answered and what is edited in place goes beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

import structlog

from chatbot.notices import brief, notice
from chatbot.outbox import folding
from chatbot.outbox.card import card
from chatbot.outbox.digest import Missed, digest
from chatbot.outbox.reading import ASKS, ENDS, Known, Row, question_topic, thread_of, trade_topic
from chatbot.outbox.trades import QUIET, Trade, belongs
from chatbot.reply import Reply, Tone
from chatbot.views import cards
from chatbot.wording import Words
from trader.clock import Clock
from trader.model.events import Event, EventKind, KeptMessage, Severity

log = structlog.get_logger(__name__)

DIGEST_ABOVE = 20
"""More messages than this waiting for one chat are merged."""
BEFORE_CRITICAL = 3
"""So many are said one by one before a critical message; more are merged, so that the order costs it no time: at a
group's pace ten messages take half a minute."""
QUESTION_FRESH = timedelta(minutes=10)
"""A question younger than this is not merged: somebody may still press its buttons."""
LATE_AFTER = timedelta(minutes=2)

Speech = Callable[[str], Words]
"""In which words a conversation is told."""
Bid = Callable[[str], Decimal | None]
"""The best bid of a market by its code; None: not known now."""


def no_price(market: str) -> None:
    """Nobody here knows prices."""


class Edit(StrEnum):
    """NEVER: a new message · IF_KEPT: in place of the one about the same topic, else a new one · ONLY: in its place, or
    not at all."""

    NEVER = "never"
    IF_KEPT = "if_kept"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes out as one message, and the rows it settles; `reply` None: nothing is to be said.

    `keep` is written down with the remote id; `drop`: what stood about the topic is over. `under` is the topic of the
    message it is said under. `patient`: it may wait for the next edit, since nobody is called. `owes`: cards that are
    to show it too, and come later: whatever happens until then, it is written down that they are not up to date."""

    reply: Reply | None
    rows: tuple[Row, ...] = ()
    edit: Edit = Edit.NEVER
    topic: str = ""
    under: str = ""
    keep: KeptMessage | None = None
    drop: bool = False
    patient: bool = False
    note: str = ""
    owes: tuple[KeptMessage, ...] = ()


@dataclass(slots=True)
class _Fold:
    bad: Event
    newest: Event
    count: int
    began: datetime
    last: datetime


@dataclass(slots=True)
class _Draft:
    rows: list[Row] = field(default_factory=list)
    edit: Edit = Edit.NEVER
    topic: str = ""
    under: str = ""
    trade: Trade | None = None
    fold: _Fold | None = None
    closes: tuple[Event, Event] | None = None
    patient: bool = False

    @property
    def event(self) -> Event:
        return self.rows[-1][1]


class Planner:
    def __init__(self, channel: str, words: Words, clock: Clock, bid: Bid) -> None:
        self._channel = channel
        self._words = words
        self._clock = clock
        self._bid = bid

    def plan(
        self,
        target: str,
        rows: Sequence[Row],
        known: Known,
        slept: Collection[str] = frozenset(),
        ended: Iterable[str] = (),
    ) -> list[Parcel]:
        """`slept` are rows that quiet hours held back: they come in one message, however few they are. `ended` are
        topics of cards that do not say yet how their trade ended."""
        drafts = _Drafts(known, self._clock.speed)
        for row in rows:
            drafts.take(row)
        parcels = [(draft, self._parcel(target, draft)) for draft in drafts.all]
        here = {draft.topic for draft in drafts.all}
        late = [self.card(target, known.trades[thread_of(topic)]) for topic in ended if topic not in here]
        return _owing([*_loud_first(self._merged(parcels, known, slept), known), *late], known)

    def card(self, target: str, trade: Trade) -> Parcel:
        """The card of a trade as it is now, in place of the one that stands."""
        return self._parcel(target, _Draft(edit=Edit.ONLY, topic=trade_topic(trade.thread), trade=trade))

    # ---- words

    def _parcel(self, target: str, draft: _Draft) -> Parcel:
        reply = self._reply(draft)
        return Parcel(
            reply,
            tuple(draft.rows),
            draft.edit,
            draft.topic,
            draft.under,
            self._keep(target, draft) if draft.topic and reply is not None else None,
            drop=draft.closes is not None,
            patient=draft.patient,
            note="" if reply is not None else "no words for it",
        )

    def _reply(self, draft: _Draft) -> Reply | None:
        try:
            return self._said(draft)
        except Exception:
            log.exception("message_has_no_words", topic=draft.topic)
            return self._safely(draft.event) if draft.rows else None

    def _safely(self, event: Event) -> Reply | None:
        """A fill whose wording is broken is still a fill: it must arrive."""
        try:
            return notice(event, self._words, wished=True)
        except Exception:
            log.exception("notice_has_no_words", kind=event.kind, event_id=event.event_id)
            return _bare(event)

    def _said(self, draft: _Draft) -> Reply | None:
        words, now = self._words, self._clock.now()
        if draft.trade is not None:
            return card(draft.trade, self._bid(draft.trade.market), words, now)
        if draft.closes is not None:
            return self._ended(*draft.closes)
        if (fold := draft.fold) is not None:
            said = folding.folded(fold.bad, fold.newest, fold.count, fold.began, fold.last, words, now)
            return said if said is None or draft.edit is Edit.IF_KEPT else self._with_delay(said, fold.newest)
        said = notice(draft.event, words, wished=True)
        return said and self._with_delay(said, draft.event)

    def _ended(self, asked: Event, ended: Event) -> Reply | None:
        words, now = self._words, self._clock.now()
        if asked.kind is EventKind.PROPOSAL:
            return cards.over(asked.data, asked.market, words, now, brief(ended, words))
        question = notice(asked, words)
        return question and replace(question, buttons=(), lines=(*question.lines, brief(ended, words)))

    def _with_delay(self, reply: Reply, event: Event) -> Reply:
        now = self._clock.now()
        if now - event.at < LATE_AFTER * self._clock.speed:
            return reply
        age = self._words.span((now - event.at).total_seconds())
        line = self._words("delivery-late", age=age, at=self._words.moment(event.at, now))
        return replace(reply, lines=(*reply.lines, line))

    def _keep(self, target: str, draft: _Draft) -> KeptMessage:
        """As it is written down; the remote id comes with the answer."""
        if (fold := draft.fold) is not None:
            told = fold.bad.event_id
            return KeptMessage(self._channel, target, draft.topic, "", fold.began, fold.last, told, fold.count)
        if (trade := draft.trade) is not None:
            began, last = trade.events[0].at, trade.events[-1].at
            return KeptMessage(self._channel, target, draft.topic, "", began, last, live=trade.stage.live)
        event = draft.closes[0] if draft.closes else draft.event
        return KeptMessage(self._channel, target, draft.topic, "", event.at, event.at, event.event_id)

    # ---- what was missed

    def _merged(self, parcels: list[tuple[_Draft, Parcel]], known: Known, slept: Collection[str]) -> list[Parcel]:
        every = [parcel for _, parcel in parcels]
        new = [pair for pair in parcels if pair[1].reply is not None and not _edits(pair[1], known)]
        merged = [pair for pair in new if not self._stands_alone(pair[0])]
        if len(new) <= DIGEST_ABOVE:
            ahead = _before_critical([parcel for _, parcel in merged], every)
            asleep = {id(parcel) for draft, parcel in merged if any(m.message_id in slept for m, _ in draft.rows)}
            merged = [pair for pair in merged if id(pair[1]) in ahead | asleep]
        if len(merged) < 2:
            return every
        rows = sorted((row for draft, _ in merged for row in draft.rows), key=lambda row: row[1].at)
        missed = self._missed([event for _, event in rows])
        if not missed:
            return every
        gone = {id(parcel) for _, parcel in merged}
        told = Parcel(digest(missed, known.trades, self._words, self._clock.now()), tuple(rows), note="in a digest")
        left = [parcel for parcel in every if id(parcel) not in gone]
        return [*(p for p in left if p.drop), told, *(p for p in left if not p.drop)]

    def _missed(self, events: Sequence[Event]) -> list[Missed]:
        said = ((event, self._safely(event)) for event in events)
        return [(event, reply) for event, reply in said if reply is not None]

    def _stands_alone(self, draft: _Draft) -> bool:
        if draft.trade is not None:
            return draft.trade.stage.live
        event = draft.event
        if any(one.severity is Severity.CRITICAL for _, one in draft.rows):
            return True
        fresh = self._clock.now() - event.at < QUESTION_FRESH * self._clock.speed
        return event.kind is EventKind.PROPOSAL and fresh


class _Drafts:
    """Rows sorted into messages, in order."""

    def __init__(self, known: Known, speed: float) -> None:
        self._known = known
        self._speed = speed
        self._cards: dict[str, _Draft] = {}
        self._folds: dict[str, _Draft] = {}
        self._asked: dict[str, Event] = {}
        self.all: list[_Draft] = []

    def take(self, row: Row) -> None:
        event = row[1]
        card = self._card(event)
        self._close(event)
        if card is not None and self._is_shown(event):
            card.rows.append(row)
            return
        under = card.topic if card is not None else ""
        if card is not None:
            card.patient = False
        topic = folding.topic_of(event)
        if topic and self._fold(topic, row, under):
            return
        asks = question_topic(event) if event.kind in ASKS else ""
        if event.kind is EventKind.DIFFERENCE_ANSWERED:
            under = question_topic(event)
        if asks:
            self._asked[asks] = event
        self.all.append(_Draft([row], topic=asks, under=under))

    def _card(self, event: Event) -> _Draft | None:
        """The draft of the trade's card, begun where its first row stands."""
        trade = self._known.trades.get(event.thread) if belongs(event) else None
        if trade is None or not trade.has_card:
            return None
        draft = self._cards.get(trade.thread)
        if draft is None:
            draft = _Draft(edit=Edit.IF_KEPT, topic=trade_topic(trade.thread), trade=trade, patient=True)
            self._cards[trade.thread] = draft
            self.all.append(draft)
        return draft

    def _is_shown(self, event: Event) -> bool:
        """The card says it, nothing else: a quiet step nobody was promised to hear of, or the question with which the
        trade begins."""
        begins = event.kind is EventKind.PROPOSAL and self._known.trades[event.thread].opens_with(event)
        return begins or (event.kind in QUIET and not event.data.get("promised"))

    def _close(self, event: Event) -> None:
        """An answered question loses its buttons, here as on every channel."""
        topic = question_topic(event) if event.kind in ENDS else ""
        kept = self._known.kept.get(topic)
        asked = self._asked.get(topic) or (self._known.told.get(kept.event_id) if kept is not None else None)
        if topic and asked is not None:
            self.all.append(_Draft(edit=Edit.ONLY, topic=topic, closes=(asked, event)))

    def _fold(self, topic: str, row: Row, under: str) -> bool:
        """Counted with its like. False: good news of something nobody heard of lately is said by itself."""
        event = row[1]
        draft = self._folds.get(topic)
        if draft is None or draft.fold is None or not self._belongs_to(draft.fold, event):
            fold, edit = self._told_lately(topic, event), Edit.IF_KEPT
            if fold is None and event.kind in folding.OVER:
                return False
            if fold is None:
                fold, edit = _Fold(event, event, 0, event.at, event.at), Edit.NEVER
            draft = self._folds[topic] = _Draft(edit=edit, topic=topic, under=under, fold=fold)
            draft.patient = edit is Edit.IF_KEPT
            self.all.append(draft)
        self._count(draft, row)
        return True

    def _told_lately(self, topic: str, event: Event) -> _Fold | None:
        kept = self._known.kept.get(topic) if topic not in self._folds else None
        bad = self._known.told.get(kept.event_id) if kept is not None and kept.remote_id else None
        if kept is None or bad is None:
            return None
        fold = _Fold(bad, bad, kept.count, kept.began_at, kept.changed_at)
        return fold if self._belongs_to(fold, event) else None

    def _belongs_to(self, fold: _Fold, event: Event) -> bool:
        return folding.folds(fold.began, fold.last, event, self._speed)

    def _count(self, draft: _Draft, row: Row) -> None:
        event, fold = row[1], draft.fold
        assert fold is not None
        draft.rows.append(row)
        fold.newest = event
        if event.kind not in folding.OVER:
            fold.bad, fold.last = event, max(fold.last, event.at)
            fold.count += 1


def _loud_first(parcels: list[Parcel], known: Known) -> list[Parcel]:
    """Nobody waits for what is critical while cards are edited. New messages keep their order, and a question loses its
    buttons before the message that settles its answer."""
    loud = [n for n, parcel in enumerate(parcels) if _critical(parcel)]
    until = loud[-1] + 1 if loud else 0
    before = sorted(parcels[:until], key=lambda p: _edits(p, known) and not _critical(p) and not p.drop)
    return [*before, *parcels[until:]]


def _owing(parcels: list[Parcel], known: Known) -> list[Parcel]:
    """A row that a message settles is gone, and with it the sign that its card is to be edited."""
    later = {parcel.topic: n for n, parcel in enumerate(parcels) if not parcel.rows and known.stands(parcel.topic)}

    def owed(n: int, parcel: Parcel) -> tuple[KeptMessage, ...]:
        topics = {trade_topic(event.thread) for _, event in parcel.rows}
        cards = [known.kept[topic] for topic in sorted(topics) if later.get(topic, n) > n]
        return tuple(replace(card, live=True) for card in cards if not card.live)

    return [replace(parcel, owes=owed(n, parcel)) for n, parcel in enumerate(parcels)]


def _before_critical(merged: Sequence[Parcel], every: Sequence[Parcel]) -> set[int]:
    """Ids of those of `merged` for which the last critical one of `every` would wait; none where they are few."""
    last = max((n for n, parcel in enumerate(every) if _critical(parcel)), default=0)
    ahead = {id(parcel) for parcel in every[:last]} & {id(parcel) for parcel in merged}
    return ahead if len(ahead) > BEFORE_CRITICAL else set()


def _critical(parcel: Parcel) -> bool:
    return any(event.severity is Severity.CRITICAL for _, event in parcel.rows)


def _edits(parcel: Parcel, known: Known) -> bool:
    return parcel.edit is Edit.ONLY or (parcel.edit is Edit.IF_KEPT and bool(known.stands(parcel.topic)))


def _bare(event: Event) -> Reply:
    lines = tuple(f"{key}: {value}" for key, value in event.data.items())
    return Reply(f"{event.kind.value} {event.market}".strip(), lines, tone=Tone.WARNING)
