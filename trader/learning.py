"""What is learned from decisions, put together: outcomes, scorecards, lessons, memory, notes; and when each runs (R9).

Works without any model too: closed positions get their notes and figures their lessons from code. With models, members
are watched, judged, and lose their vote where they cost more than they bring."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from decimal import Decimal

from trader.advice.budget import Caps
from trader.advice.members.panel import Panel
from trader.advice.members.watch import MemberWatch
from trader.advice.writing import Writer
from trader.bill import models_cost
from trader.chronicle import Chronicle
from trader.clock import Clock
from trader.errors import UserInputError
from trader.jobs import Timetable, Trigger, daily, every, weekly
from trader.model.advice import Consultation
from trader.model.events import Event, EventKind
from trader.model.market import Market
from trader.model.order import Side
from trader.model.reflection import Move
from trader.model.seoul import day_start, month_start
from trader.ports import Records
from trader.reflection.cards import Card, Cards
from trader.reflection.cases import Casebook
from trader.reflection.diary import Diary
from trader.reflection.lessons import Lessons
from trader.reflection.resolving import Resolver
from trader.reflection.reviewing import Reviewer
from trader.reflection.shadow import MemoryTrial, Trial
from trader.report.chart import AdviceSpec, Painter
from trader.settings import Settings

SEARCHED = 2000
"""Consultations looked through for one by the beginning of its id."""

Start = Callable[[Coroutine[None, None, None]], None]


@dataclass(frozen=True, slots=True)
class MemberView:
    """A configured member. `trouble`: why it is not asked any more; empty: it is."""

    name: str
    model: str
    votes: bool
    trouble: str


@dataclass(frozen=True, slots=True)
class Bill:
    """KRW spent on models this Korean day and month, and what may be."""

    day: Decimal
    day_cap: Decimal
    month: Decimal
    month_cap: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """How models stand: who is asked, what they are worth, what they cost, whether memory helps."""

    members: tuple[MemberView, ...]
    cards: Cards
    bill: Bill
    memory: Trial


@dataclass(frozen=True, slots=True)
class Decision:
    """One consultation with its prompt, and what the market did since."""

    said: Consultation
    moves: tuple[Move, ...]


class Learning:
    """`panel` None: no model is configured. `settings` gives those in force; `start` runs what nobody waits for."""

    def __init__(
        self,
        chronicle: Chronicle,
        clock: Clock,
        settings: Callable[[], Settings],
        painter: Painter,
        start: Start,
        casebook: Casebook,
        panel: Panel | None,
    ) -> None:
        storage = chronicle.storage
        self._storage = storage
        self._clock = clock
        self._settings = settings
        self._painter = painter
        self._start = start
        self._panel = panel
        self._casebook = casebook
        writer = self.writer = Writer(panel, storage, clock, settings) if panel is not None else None
        self.resolver = Resolver(storage, clock, lambda: settings().timeframe)
        self.reviewer = Reviewer(chronicle, clock, settings)
        self.lessons = Lessons(chronicle, casebook, clock, settings, writer.lessons if writer else None)
        self.diary = Diary(chronicle, clock, settings, writer.note if writer else None)
        self.trial = MemoryTrial(chronicle, clock, settings)
        self.watch = MemberWatch(panel, chronicle, clock) if panel is not None else None
        chronicle.on_event(self._heard)

    def begin(self) -> None:
        """What must not wait for the timetable: notes that were missed, earlier decisions."""
        self._start(self._note())
        self._start(self._warm_up())

    # ---- the timetable

    def schedule(self, table: Timetable) -> None:
        table.add("outcomes", self.resolve, self.after_close())
        table.add("lessons", self.lessons.distil, daily(4, 40, self._clock))
        table.add("ai-review", self.review, daily(8, 50, self._clock))
        table.add("ai-week", self.reviewer.tell_week, weekly("mon", 9, 0, self._clock))
        table.add_machine("notes", self.diary.run, 60)
        if self.watch is not None:
            table.add_machine("ai-members", self.look_after_members, 30)

    def after_close(self) -> Trigger:
        """When outcomes are looked for: a while after each close, when its candles are stored."""
        return every(self._settings().timeframe.seconds, self._clock, 20)

    async def resolve(self) -> None:
        """What became of answers; lessons when enough is known anew."""
        if await self.resolver.run():
            await self.lessons.after_outcomes()

    async def review(self) -> None:
        """Once a day: members, their models, and memory."""
        await self.reviewer.review()
        await self.trial.check()
        await self.check_models()

    async def look_after_members(self) -> None:
        if self.watch is not None:
            await self.watch.check_troubles()
            settings = self._settings()
            await self.watch.check_caps(Caps(settings.ai_daily_krw, settings.ai_monthly_krw))

    async def check_models(self) -> None:
        """Once trading is possible – it loads the vendors' clients before the first question – and once a day."""
        if self.watch is not None:
            await self.watch.check_models()

    async def setting_changed(self, key: str, table: Timetable) -> None:
        if key == "timeframe":
            table.retime("outcomes", self.after_close())
        if key == "ai_memory":
            await self.trial.begin_again()

    def _heard(self, event: Event) -> None:
        if event.kind is EventKind.EXIT:
            self._start(self._note())

    async def _note(self) -> None:
        await self.diary.run()

    async def _warm_up(self) -> None:
        """Months of decisions take seconds to read: not while the first question waits."""
        await self._casebook.cases(self._clock.now())

    # ---- what people ask

    async def standing(self, days: int, side: Side | None = None) -> Standing:
        cards = await self.reviewer.cards(days, side)
        return Standing(await self.members(), cards, await self.bill(), await self.trial.standing())

    async def members(self) -> tuple[MemberView, ...]:
        """Who is asked, in the order of the settings."""
        if self._panel is None:
            return ()
        demoted, troubles = await self.reviewer.demoted(), self._panel.troubles
        specs = self._panel.specs
        return tuple(MemberView(s.name, s.model, s.name not in demoted, troubles.get(s.name, "")) for s in specs)

    async def bill(self) -> Bill:
        now, settings = self._clock.now(), self._settings()
        day, month = await self._storage.read(
            lambda records: (models_cost(records, day_start(now)), models_cost(records, month_start(now)))
        )
        return Bill(day, settings.ai_daily_krw, month, settings.ai_monthly_krw)

    async def picture(self, cards: Cards, title: str) -> bytes | None:
        """PNG; None while nothing was asked. ChartFailed. `title` is Latin."""
        lines = [*cards.members, *([cards.ensemble] if cards.ensemble else [])]
        if not lines:
            return None
        return await self._painter.render(_advice_spec(title, lines))

    async def decision(self, id_start: str) -> Decision:
        """UserInputError: ai-unknown, ai-ambiguous."""
        return await self._storage.read(lambda records: _decision(records, id_start))

    async def last(self, market: Market | None) -> Decision:
        """The newest, of one market or of all. UserInputError: ai-none."""

        def read(records: Records) -> Decision:
            newest = records.consultations.latest(50, market.code if market else None)
            found = next((one for one in newest if not one.shadow), None)
            if found is None:
                raise UserInputError("ai-none")
            return _whole(records, found.consultation_id)

        return await self._storage.read(read)


def _advice_spec(title: str, lines: list[Card]) -> AdviceSpec:
    return AdviceSpec(
        title, {card.score.name: card.value for card in lines}, {card.score.name: card.bins for card in lines}
    )


def _decision(records: Records, id_start: str) -> Decision:
    start = id_start.upper()
    if records.consultations.get(start) is not None:
        return _whole(records, start)
    ids = [one.consultation_id for one in records.consultations.latest(SEARCHED)]
    found = [name for name in ids if name.upper().startswith(start)]
    if len(found) != 1:
        raise UserInputError("ai-ambiguous" if found else "ai-unknown", id=id_start[:40])
    return _whole(records, found[0])


def _whole(records: Records, consultation_id: str) -> Decision:
    said = records.consultations.get(consultation_id)
    assert said is not None
    return Decision(said, tuple(records.outcomes.of([consultation_id]).get(consultation_id, ())))
