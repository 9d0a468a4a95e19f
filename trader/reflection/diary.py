"""The wrong-answer note: for each closed position, once, what was expected, what happened, and what it teaches (R9).

Figures and what they teach are code's; a model may put it into words, which are read by people and fed back to nobody.
A job of its own: booking waits for no note, and what was missed while the program was away is caught up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

import structlog

from trader.chronicle import Chronicle, Tell
from trader.clock import Clock
from trader.model.advice import JSON, Consultation, MemberStatus
from trader.model.events import Event, EventKind
from trader.model.market import Timeframe
from trader.model.order import Side
from trader.model.plain import plain
from trader.model.portfolio import Position
from trader.model.untrusted import clean
from trader.ports import Records
from trader.reflection.outcomes import FEE_RATE, move_after
from trader.reflection.resolving import HORIZONS
from trader.settings import Settings

log = structlog.get_logger(__name__)

LONGEST: Final = 300
CAUGHT_UP: Final = timedelta(days=7)
NOTE: Final = "ai.diary"
"""The note that says since when positions get notes (`since`), and which of the newest have theirs (`done`)."""
THREAD: Final = 200

Write = Callable[[str, Mapping[str, JSON]], Awaitable["str | None"]]
"""Position id and facts → a model's words; None: it has none."""


class Teaching(StrEnum):
    """WON. WON_LESS: at a horizon before the exit it stood higher. FEES: the price brought less than the fees. LOST.
    GAVE_BACK: it was ahead at a horizon. Where a horizon after the exit is known already: WON_EARLY holding would have
    brought more, LOST_EARLY the price came back, LOST_SAVED holding would have lost more."""

    WON = "won"
    WON_LESS = "won_less"
    WON_EARLY = "won_early"
    FEES = "fees"
    LOST = "lost"
    GAVE_BACK = "gave_back"
    LOST_EARLY = "lost_early"
    LOST_SAVED = "lost_saved"


Horizons = tuple[tuple[int, Decimal], ...]
"""(candles after the entry, net return of having held from the entry until then), the nearest first."""


@dataclass(frozen=True, slots=True)
class Story:
    """What is known of a closed position: how it stood at the horizons until the exit (`path`), and at those after it
    as far as they have come (`later`). `asked` is what the models said before it, if they were asked."""

    position: Position
    expected: str
    asked: Consultation | None
    path: Horizons
    later: Horizons

    @property
    def net(self) -> Decimal:
        cost = self.position.bought_cost
        return self.position.realised_pnl / cost if cost else Decimal(0)

    @property
    def teaches(self) -> Teaching:
        pnl = self.position.realised_pnl
        held = self.later[-1][1] if self.later else None
        best = max((net for _, net in self.path), default=self.net)
        if pnl > 0:
            if held is not None and held > self.net:
                return Teaching.WON_EARLY
            return Teaching.WON_LESS if best > self.net else Teaching.WON
        if pnl + self.position.fees > 0:
            return Teaching.FEES
        if held is not None:
            return Teaching.LOST_EARLY if held > self.net else Teaching.LOST_SAVED
        return Teaching.GAVE_BACK if best > 0 else Teaching.LOST


@dataclass(frozen=True, slots=True)
class Noted:
    """A note as it was written, and what holding would have brought by now."""

    event: Event
    later: Horizons


class Diary:
    """`write` None: no model is configured. `settings` gives those in force."""

    def __init__(
        self, chronicle: Chronicle, clock: Clock, settings: Callable[[], Settings], write: Write | None
    ) -> None:
        self._chronicle = chronicle
        self._clock = clock
        self._settings = settings
        self._write = write
        self._writing = asyncio.Lock()

    async def run(self) -> int:
        """Write what is due; how many notes."""
        async with self._writing:
            now, timeframe = self._clock.now(), self._settings().timeframe
            due = await self._chronicle.storage.read(lambda records: _due(records, now))
            if due is None:
                begin = {"since": now.isoformat(), "done": []}
                await self._chronicle.storage.write(lambda records: records.notes.put(NOTE, begin))
                return 0
            for position in due:
                await self._note(position, timeframe, now)
            return len(due)

    async def _note(self, position: Position, timeframe: Timeframe, now: datetime) -> None:
        story = await self._chronicle.storage.read(lambda records: tell_story(records, position, timeframe, now))
        words = await self._write(position.position_id, facts(story)) if self._write is not None else None
        text = clean(words, LONGEST) if words else ""
        await self._chronicle.write(lambda records, tell: _store(records, tell, story, text))
        log.info("note_written", position=position.position_id, by_model=bool(text))

    async def latest(self, count: int) -> list[Noted]:
        """Newest first."""
        now, timeframe = self._clock.now(), self._settings().timeframe
        return await self._chronicle.storage.read(lambda records: _latest(records, count, timeframe, now))


def _due(records: Records, now: datetime) -> list[Position] | None:
    """Closed without a note, oldest first; None: this is the first time ever."""
    note = records.notes.get(NOTE)
    if note is None:
        return None
    since = max(datetime.fromisoformat(note["since"]), now - CAUGHT_UP)
    return [p for p in records.positions.closed_since(since) if p.position_id not in note["done"] and p.sold_quantity]


def _latest(records: Records, count: int, timeframe: Timeframe, now: datetime) -> list[Noted]:
    found = []
    for event in records.events.latest(count, [EventKind.REFLECTION.value]):
        position = records.positions.get(event.data.get("position_id", ""))
        later = tell_story(records, position, timeframe, now).later if position is not None else ()
        found.append(Noted(event, later))
    return found


def tell_story(records: Records, position: Position, timeframe: Timeframe, now: datetime) -> Story:
    events = records.events.of_thread(position.thread_id, THREAD)
    expected = next((e.data.get("reason", "") for e in events if _opens(e)), "")
    asked_id = next((e.data.get("consultation_id", "") for e in events if e.kind is EventKind.ADVICE), "")
    asked = records.consultations.get(asked_id) if asked_id else None
    path, later = _holding(records, position, timeframe, now)
    return Story(position, expected, asked, path, later)


def _opens(event: Event) -> bool:
    return event.kind is EventKind.ORDER and event.data.get("side") == Side.BUY.value


def _holding(records: Records, position: Position, timeframe: Timeframe, now: datetime) -> tuple[Horizons, Horizons]:
    """From what was paid, fees included, to a sale at the close of each horizon, its fee paid: until the exit, and
    after it."""
    if not (position.bought_quantity and position.bought_cost):
        return (), ()
    before = timeframe.floor(position.opened_at) - timeframe.span
    until = before + timeframe.span * (HORIZONS[-1] + 2)
    candles = records.candles.latest(position.market, timeframe, HORIZONS[-1] + 3, min(until, now))
    paid = position.bought_cost / position.bought_quantity
    moves = [move_after(candles, before, timeframe, horizon, paid) for horizon in HORIZONS]
    known = [(m.at, (m.horizon, m.end * (1 - FEE_RATE) / paid - 1)) for m in moves if m is not None and m.at <= now]
    ended = position.closed_at or now
    return tuple(one for at, one in known if at <= ended), tuple(one for at, one in known if at > ended)


def facts(story: Story) -> dict[str, JSON]:
    """What a model is told of it: figures and codes of ours, nothing that anybody wrote."""
    position = story.position
    held = (position.closed_at - position.opened_at).total_seconds() if position.closed_at else 0
    votes: list[JSON] = [
        {"member": r.member, "decision": r.answer.stance.value, "confidence": float(r.answer.confidence)}
        for r in (story.asked.results if story.asked else ())
        if r.status is MemberStatus.OK and r.answer is not None
    ]
    return {
        "market": position.market.code,
        "strategy": position.owner,
        "expected": story.expected,
        "votes": votes,
        "verdict": story.asked.verdict.value if story.asked else "not asked",
        "result_krw_after_fees": plain(position.realised_pnl),
        "result_fraction_after_fees": float(round(story.net, 5)),
        "fees_krw": plain(position.fees),
        "held_seconds": int(held),
        "left_because": position.exit_reason,
        "stood_by_candles": _by_candles(story.path),
        "holding_instead_by_candles": _by_candles(story.later),
        "doing_nothing": 0,
        "code_says": story.teaches.value,
    }


def _by_candles(horizons: Horizons) -> dict[str, JSON]:
    return {str(horizon): float(round(net, 5)) for horizon, net in horizons}


def flat(horizons: Horizons) -> str:
    """`1:0.002 4:-0.01`, as events carry it."""
    return " ".join(f"{horizon}:{plain(round(net, 6))}" for horizon, net in horizons)


def _store(records: Records, tell: Tell, story: Story, text: str) -> None:
    """The note and that it was written, in one transaction."""
    position, note = story.position, records.notes.get(NOTE)
    oldest = (position.closed_at or position.opened_at) - 2 * CAUGHT_UP
    recent = {p.position_id for p in records.positions.closed_since(oldest)}
    records.notes.put(NOTE, {**note, "done": [*(i for i in note["done"] if i in recent), position.position_id]})
    asked = story.asked
    data = {
        "position_id": position.position_id,
        "owner": position.owner,
        "reason": story.expected,
        "exit": position.exit_reason,
        "pnl": plain(position.realised_pnl),
        "pnl_share": plain(round(story.net, 6)),
        "fees": plain(position.fees),
        "path": flat(story.path),
        "holding": flat(story.later),
        "verdict": asked.verdict.value if asked else "",
        "consultation_id": asked.consultation_id if asked else "",
        "votes": " · ".join(" ".join(result.said) for result in asked.results) if asked else "",
        "teaches": story.teaches.value,
        "text": text,
    }
    tell(EventKind.REFLECTION, market=position.market, thread=position.thread_id, data=data)
