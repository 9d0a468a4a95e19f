"""Lessons: proposed by a model or by a plain scan, believed only by what code counts (R9).

In batches, never after a single trade. A proposal is a condition on one figure; code counts over all of history
whether trades paid more or less often under it. What is believed is shown to the models, scored again on what came
after it, and retired when that does not bear it out or when it is old. What a person says of a lesson stands."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import quantiles
from typing import Any, Final

import structlog

from trader.chronicle import Chronicle, Tell
from trader.clock import Clock
from trader.errors import UserInputError
from trader.ids import new_id
from trader.model.advice import JSON
from trader.model.events import EventKind
from trader.model.features import FEATURES
from trader.model.order import Side
from trader.model.reflection import Lesson, LessonState
from trader.model.untrusted import clean
from trader.ports import Records
from trader.reflection.cases import Case, Casebook, apart
from trader.reflection.evidence import ENOUGH, Condition, Evidence, weigh
from trader.settings import Settings

log = structlog.get_logger(__name__)

MOST: Final = 3
"""Lessons of one batch."""
LIVES: Final = timedelta(days=30)
LONGEST: Final = 120
SUPPORT: Final = 5
ROWS: Final = 200
"""Of the table a model is shown, the newest."""
KEPT_IDS: Final = 20
DISTILLED: Final = "lessons.distilled"
"""The note that says when lessons were distilled last."""
BATCH: Final = 20
"""So many decisions resolved since then are worth another look before the day is over."""

Propose = Callable[[Mapping[str, JSON]], Awaitable[list[Any] | None]]
"""A table → proposals as a model made them; None: no model answers."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """`text` empty: the figures say it all."""

    condition: Condition
    text: str
    origin: str


class Lessons:
    """`propose` None: no model is configured. `settings` gives those in force."""

    def __init__(
        self,
        chronicle: Chronicle,
        casebook: Casebook,
        clock: Clock,
        settings: Callable[[], Settings],
        propose: Propose | None,
    ) -> None:
        self._chronicle = chronicle
        self._casebook = casebook
        self._clock = clock
        self._settings = settings
        self._propose = propose

    # ---- the jobs

    async def after_outcomes(self) -> bool:
        """Distil when enough was resolved since the last time; whether it was."""
        now, horizon = self._clock.now(), self._settings().ai_horizon
        text = await self._chronicle.storage.read(lambda records: records.notes.get(DISTILLED))
        last = datetime.fromisoformat(text) if text else None
        moves = [case.move(horizon, now) for case in await self._casebook.cases(now)]
        fresh = sum(move is not None and (last is None or move.at > last) for move in moves)
        if fresh < BATCH:
            return False
        await self.distil()
        return True

    async def distil(self) -> None:
        """Score what is known, then look for more."""
        now, horizon = self._clock.now(), self._settings().ai_horizon
        cases = await self._casebook.cases(now)
        known = await self._chronicle.storage.read(lambda records: records.lessons.all())
        looked_at = await asyncio.to_thread(lambda: [review(lesson, cases, horizon, now) for lesson in known])
        changed = [after for before, after in zip(known, looked_at, strict=True) if after != before]
        proposals = await self._proposals(cases, horizon, now)
        fresh = await asyncio.to_thread(_admitted, proposals, cases, looked_at, horizon, now)
        await self._chronicle.write(lambda records, tell: _store(records, tell, [*changed, *fresh], now))
        log.info("lessons_distilled", cases=len(cases), changed=len(changed), fresh=len(fresh))

    async def _proposals(self, cases: Sequence[Case], horizon: int, now: datetime) -> list[Proposal]:
        """A model's where one answers, else those of the scan. Too little history: none, and no money spent."""
        resolved = [case for case in cases if case.move(horizon, now) is not None]
        if len(apart(resolved, horizon)) < 2 * ENOUGH:
            return []
        if self._propose is not None:
            said = await self._propose(table(resolved, horizon, now))
            if said is not None:
                return read_proposals(said, {case.case_id: case for case in resolved})
        return await asyncio.to_thread(scan, resolved, horizon, now)

    # ---- people

    async def all(self) -> list[Lesson]:
        """Those in force first, then candidates, then what is over; the newest first."""
        found = await self._chronicle.storage.read(lambda records: records.lessons.all())
        order = (LessonState.ACTIVE, LessonState.CANDIDATE, LessonState.VETOED, LessonState.RETIRED)
        return sorted(found, key=lambda lesson: (order.index(lesson.state), -lesson.created_at.timestamp()))

    async def veto(self, id_start: str, by: str) -> Lesson:
        """Never show it again. UserInputError: lesson-unknown, lesson-ambiguous."""
        return await self._change(id_start, by, lambda lesson: replace(lesson, state=LessonState.VETOED, pinned=False))

    async def pin(self, id_start: str, by: str) -> Lesson:
        """Show it whatever the figures say, until somebody takes it back. UserInputError as `veto`."""
        return await self._change(id_start, by, lambda lesson: replace(lesson, state=LessonState.ACTIVE, pinned=True))

    async def unpin(self, id_start: str, by: str) -> Lesson:
        """Back to what the figures say, from the next look at them on. UserInputError as `veto`."""

        def unpinned(lesson: Lesson) -> Lesson:
            state = LessonState.CANDIDATE if lesson.state is LessonState.VETOED else lesson.state
            return replace(lesson, state=state, pinned=False)

        return await self._change(id_start, by, unpinned)

    async def edit(self, id_start: str, text: str, by: str) -> Lesson:
        """Other words for the same condition. UserInputError: lesson-text, and as `veto`."""
        cleaned = clean(text, LONGEST)
        if not cleaned:
            raise UserInputError("lesson-text")
        return await self._change(id_start, by, lambda lesson: replace(lesson, text=cleaned, origin="person"))

    async def _change(self, id_start: str, by: str, change: Callable[[Lesson], Lesson]) -> Lesson:
        now = self._clock.now()

        def apply(records: Records) -> Lesson:
            start = id_start.upper()
            found = [one for one in records.lessons.all() if one.lesson_id.upper().startswith(start)]
            if len(found) != 1:
                raise UserInputError("lesson-ambiguous" if found else "lesson-unknown", id=id_start[:40])
            changed = replace(change(found[0]), changed_by=by, changed_at=now)
            records.lessons.save(changed)
            return changed

        return await self._chronicle.storage.write(apply)


def _store(records: Records, tell: Tell, lessons: Sequence[Lesson], now: datetime) -> None:
    """A person may have spoken meanwhile: what they said stands."""
    for lesson in lessons:
        stored = records.lessons.get(lesson.lesson_id)
        if stored is not None and stored.changed_at != lesson.changed_at:
            continue
        records.lessons.save(lesson)
        was = stored.state if stored is not None else LessonState.CANDIDATE
        if was is not lesson.state and LessonState.ACTIVE in (was, lesson.state):
            tell(EventKind.LESSON, data=_told(lesson))
    records.notes.put(DISTILLED, now.isoformat())


def _told(lesson: Lesson) -> dict[str, str]:
    return {
        "lesson_id": lesson.lesson_id,
        "lesson_state": lesson.state.value,
        "side": lesson.side,
        "feature": lesson.feature,
        "op": lesson.op,
        "level": f"{lesson.value:g}",
        "for": lesson.market,
        "text": lesson.text,
        "n": str(lesson.n),
        "hits": str(lesson.hits),
        "other_n": str(lesson.other_n),
        "other_hits": str(lesson.other_hits),
        "why": lesson.note,
    }


# ---------------------------------------------------------------- code decides


def condition_of(lesson: Lesson) -> Condition:
    return Condition(lesson.market, Side(lesson.side), lesson.feature, lesson.op, lesson.value)


def _admitted(
    proposals: Sequence[Proposal], cases: Sequence[Case], known: Sequence[Lesson], horizon: int, now: datetime
) -> list[Lesson]:
    made = (admit(proposal, cases, known, horizon, now) for proposal in proposals)
    return [lesson for lesson in made if lesson is not None]


def admit(
    proposal: Proposal, cases: Sequence[Case], known: Sequence[Lesson], horizon: int, now: datetime
) -> Lesson | None:
    """A new lesson, active where the figures bear it out. None: known already (also one that a person has vetoed), or
    nothing meets its condition."""
    condition = proposal.condition
    if any(_alike(condition, condition_of(lesson)) and lesson.state is not LessonState.RETIRED for lesson in known):
        return None
    evidence = weigh(condition, cases, horizon, now)
    if evidence.interval is None:
        return None
    lesson = Lesson(
        lesson_id=new_id(),
        created_at=now,
        market=condition.market,
        feature=condition.feature,
        op=condition.op,
        value=condition.value,
        side=condition.side.value,
        text=proposal.text,
        origin=proposal.origin,
        state=LessonState.ACTIVE if evidence.believable else LessonState.CANDIDATE,
        n=0,
        hits=0,
        other_n=0,
        other_hits=0,
        low=0.0,
        high=0.0,
        expires_at=now + LIVES,
    )
    return counted(lesson, evidence)


def counted(lesson: Lesson, evidence: Evidence) -> Lesson:
    """With the figures of the evidence. Those that bear it out are its support."""
    good = evidence.effect >= 0
    support, counter = (evidence.paid, evidence.lost) if good else (evidence.lost, evidence.paid)
    return replace(
        lesson,
        n=evidence.n,
        hits=evidence.hits,
        other_n=evidence.other_n,
        other_hits=evidence.other_hits,
        low=evidence.interval.low if evidence.interval else 0.0,
        high=evidence.interval.high if evidence.interval else 0.0,
        support=support[-KEPT_IDS:],
        counter=counter[-KEPT_IDS:],
    )


def _alike(one: Condition, other: Condition) -> bool:
    """The same figure and direction at nearly the same value."""
    same = (one.market, one.side, one.feature, one.op) == (other.market, other.side, other.feature, other.op)
    return same and math.isclose(one.value, other.value, rel_tol=0.1, abs_tol=1e-6)


AGE, REFUTED = "age", "refuted"
"""Why a lesson was retired."""


def review(lesson: Lesson, cases: Sequence[Case], horizon: int, now: datetime) -> Lesson:
    """As it stands after another look: what came after it was learned may retire it, its age will; a candidate may be
    believed by now. Pinned and vetoed ones stay."""
    if lesson.pinned or lesson.state in (LessonState.VETOED, LessonState.RETIRED):
        return lesson
    if now >= lesson.expires_at:
        return replace(lesson, state=LessonState.RETIRED, note=AGE)
    since = weigh(condition_of(lesson), cases, horizon, now, since=lesson.created_at)
    if lesson.state is LessonState.ACTIVE:
        refuted = since.n >= ENOUGH and since.other_n > 0 and since.effect * lesson.direction <= 0
        return replace(lesson, state=LessonState.RETIRED, note=REFUTED) if refuted else lesson
    evidence = weigh(condition_of(lesson), cases, horizon, now)
    grown = counted(lesson, evidence)
    return replace(grown, state=LessonState.ACTIVE, created_at=now) if evidence.believable else grown


# ---------------------------------------------------------------- what a model is shown, and what it may say


def table(cases: Sequence[Case], horizon: int, now: datetime) -> dict[str, JSON]:
    """The newest resolved decisions with their figures; `paid` says whether a trade on that side paid after fees."""
    rows: list[JSON] = []
    for case in cases[-ROWS:]:
        for side in (Side.BUY, Side.SELL) if case.side is None else (case.side,):
            net = case.net(side, horizon, now)
            figures: dict[str, JSON] = {name: float(f"{v:.4g}") for name, v in sorted(case.features.items())}
            row: dict[str, JSON] = {"id": case.case_id, "market": case.market, "side": side.value}
            rows.append({**row, **figures, "paid": net is not None and net > 0})
    features: dict[str, JSON] = dict(FEATURES)
    return {"features": features, "horizon_candles": horizon, "rows": rows}


def read_proposals(said: Sequence[Any], cases: Mapping[str, Case]) -> list[Proposal]:
    """What of a model's words is a proposal: names from the lists, a finite number, five rows or more that meet the
    condition. Its text becomes one short line without anything that could be mistaken for more."""
    found = (_proposal(one, cases) for one in said[:MOST])
    return [proposal for proposal in found if proposal is not None]


def _proposal(one: Any, cases: Mapping[str, Case]) -> Proposal | None:
    if not isinstance(one, dict):
        return None
    feature, op, side, market = (one.get(name) for name in ("feature", "op", "side", "market"))
    value, text, ids = one.get("value"), one.get("advice"), one.get("support_ids")
    if feature not in FEATURES or op not in (">", "<") or side not in ("buy", "sell"):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    if not isinstance(text, str) or not isinstance(ids, list) or not isinstance(market, str):
        return None
    if market != "all" and market not in {case.market for case in cases.values()}:
        return None
    condition = Condition("" if market == "all" else market, Side(side), feature, op, float(value))
    support = {key for key in ids if isinstance(key, str) and key in cases}
    meeting = [cases[k] for k in support if feature in cases[k].features and condition.meets(cases[k])]
    cleaned = clean(text, LONGEST)
    return Proposal(condition, cleaned, "model") if cleaned and len(meeting) >= SUPPORT else None


# ---------------------------------------------------------------- without a model


def _splits(values: Sequence[float]) -> list[tuple[str, float]]:
    """Below the lower quarter and above the upper one; half-way to the next value, so that figures that take few
    values are split between them."""
    low, _, high = quantiles(values, n=4, method="inclusive")
    above, below = [value for value in values if value > low], [value for value in values if value < high]
    found = [("<", (low + min(above)) / 2)] if above else []
    found += [(">", (high + max(below)) / 2)] if below else []
    return [(op, float(f"{value:.4g}")) for op, value in found]


def scan(cases: Sequence[Case], horizon: int, now: datetime) -> list[Proposal]:
    """Every figure split at its quarters, for each side; the clearest differences, one of a figure."""
    best: dict[tuple[str, str], tuple[float, Condition]] = {}
    for side in Side:
        for feature in FEATURES:
            values = [case.features[feature] for case in cases if case.speaks_of(side) and feature in case.features]
            if len(values) < 2 * ENOUGH:
                continue
            for op, value in _splits(values):
                condition = Condition("", side, feature, op, value)
                evidence = weigh(condition, cases, horizon, now)
                if evidence.believable and evidence.interval is not None:
                    clear = max(evidence.interval.low, -evidence.interval.high)
                    key = (side.value, feature)
                    if key not in best or clear > best[key][0]:
                        best[key] = (clear, condition)
    chosen = sorted(best.values(), key=lambda pair: (-pair[0], pair[1].feature, pair[1].side.value))[:MOST]
    return [Proposal(one, "", "template") for _, one in chosen]
