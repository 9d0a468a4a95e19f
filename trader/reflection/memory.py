"""What earlier decisions taught, as a few lines for the next question (R9).

In: the question and its figures. Out: at most 600 tokens of lines that code rendered from figures: the scorecard, the
lessons whose condition holds now, the nearest cases with a win and a loss among them, the last decision on the market.
Only what was resolved before now; nothing a model wrote about its reasons. The order is always the same."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from trader.clock import Clock
from trader.model.advice import Dossier, MemoryLine, MemoryUse, Question
from trader.model.order import Side
from trader.model.plain import plain
from trader.model.reflection import Lesson, LessonState
from trader.model.tokens import tokens_in
from trader.ports import Storage
from trader.reflection.cases import Case, Casebook
from trader.reflection.shadow import memory_is_off
from trader.settings import Settings

BUDGET: Final = 600
"""Tokens, ids included."""
SCORED = timedelta(days=30)
FADES: Final = 30.0
"""Days after which a case weighs a third."""
MOST_LESSONS, MOST_CASES = 3, 3
COMPARED: Final = 2000
"""The newest cases that are looked through for near ones; older ones have faded."""


class Memory:
    """`settings` gives those in force."""

    def __init__(self, storage: Storage, casebook: Casebook, clock: Clock, settings: Callable[[], Settings]) -> None:
        self._storage = storage
        self._casebook = casebook
        self._clock = clock
        self._settings = settings

    async def recall(self, question: Question, dossier: Dossier) -> Sequence[MemoryLine]:
        """Empty: nothing is resolved yet, or memory is off."""
        settings = self._settings()
        lessons, off = await self._storage.read(lambda records: (records.lessons.all(), memory_is_off(records)))
        if settings.ai_memory is MemoryUse.OFF or (settings.ai_memory is MemoryUse.AUTO and off):
            return ()
        now = self._clock.now()
        cases = await self._casebook.cases(now)
        return await asyncio.to_thread(remember, question, dossier, cases, lessons, settings.ai_horizon, now)


def remember(
    question: Question,
    dossier: Dossier,
    cases: Sequence[Case],
    lessons: Sequence[Lesson],
    horizon: int,
    now: datetime,
) -> tuple[MemoryLine, ...]:
    """The lines, within the budget; `cases` oldest first.  Pure."""
    side = question.side or (Side.SELL if question.quantity else Side.BUY)
    relevant = [case for case in cases if case.speaks_of(side)]
    month = [case for case in relevant if case.at >= now - SCORED]
    told = [
        *_score(_judged(month, side, horizon, now), side, horizon),
        *_lessons(lessons, question, dossier, side, horizon, now),
        *_nearest(_judged(relevant[-COMPARED:], side, horizon, now), dossier, side, horizon, now),
        *_last(cases, question, horizon, now),
    ]
    kept, left = [], BUDGET
    for line in told:
        left -= tokens_in(line.line_id) + tokens_in(line.text)
        if left < 0:
            break
        kept.append(line)
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class _Judged:
    case: Case
    net: Decimal


def _judged(cases: Sequence[Case], side: Side, horizon: int, now: datetime) -> list[_Judged]:
    return [_Judged(case, net) for case in cases if (net := case.net(side, horizon, now)) is not None]


def _score(recent: Sequence[_Judged], side: Side, horizon: int) -> list[MemoryLine]:
    """How often a trade on this side paid, and how often when the panel was for it."""
    if not recent:
        return []
    backed = [one for one in recent if one.case.decided is side]
    text = f"last 30 days, {horizon} candles after being asked: a {side.name} paid after fees {_of(recent)}"
    if backed:
        text += f"; when the panel approved it {_of(backed)}, mean {_mean(backed)}"
    return [MemoryLine("m:score", text)]


def _of(judged: Sequence[_Judged]) -> str:
    return f"{sum(one.net > 0 for one in judged)} of {len(judged)}"


def _mean(judged: Sequence[_Judged]) -> str:
    return _percent(sum((one.net for one in judged), Decimal(0)) / len(judged))


# ---------------------------------------------------------------- lessons


def holds(lesson: Lesson, features: dict[str, float]) -> bool:
    """Whether its condition is met; an unknown figure meets none."""
    value = features.get(lesson.feature)
    return value is not None and (value > lesson.value if lesson.op == ">" else value < lesson.value)


def _lessons(
    lessons: Sequence[Lesson], question: Question, dossier: Dossier, side: Side, horizon: int, now: datetime
) -> list[MemoryLine]:
    fitting = [
        lesson
        for lesson in lessons
        if lesson.state is LessonState.ACTIVE
        and lesson.created_at < now
        and (lesson.pinned or now < lesson.expires_at)
        and lesson.market in ("", question.market.code)
        and lesson.side == side.value
        and holds(lesson, dossier.features)
    ]
    fitting.sort(key=lambda lesson: (not lesson.pinned, -strength(lesson), lesson.lesson_id))
    return [MemoryLine(f"m:l{n}", _lesson(one, horizon)) for n, one in enumerate(fitting[:MOST_LESSONS], 1)]


def strength(lesson: Lesson) -> float:
    """How far its interval stays away from nothing."""
    return max(lesson.low, -lesson.high)


def _lesson(lesson: Lesson, horizon: int) -> str:
    """The advice is quoted, short and cleaned; what counts are the figures."""
    return (
        f"{lesson.side.upper()} when {lesson.feature} {lesson.op} {lesson.value:g}: paid {lesson.hits} of {lesson.n}, "
        f"otherwise {lesson.other_hits} of {lesson.other_n} ({horizon} candles)"
        f"{f' – “{lesson.text}”' if lesson.text else ''}"
    )


# ---------------------------------------------------------------- cases


def _nearest(judged: Sequence[_Judged], dossier: Dossier, side: Side, horizon: int, now: datetime) -> list[MemoryLine]:
    """The most alike, a win and a loss among them; where there are only wins or only losses, none: one side of the
    truth teaches the wrong thing."""
    scales = _scales(judged)
    weighed = [(weight, one) for one in judged if (weight := _alike(one.case, dossier.features, scales, now)) > 0]
    weighed.sort(key=lambda pair: (-pair[0], pair[1].case.case_id))
    ordered = [one for _, one in weighed]
    chosen = ordered[:MOST_CASES]
    for won in (True, False):
        if not any((one.net > 0) is won for one in chosen):
            other = next((one for one in ordered if (one.net > 0) is won), None)
            if other is None:
                return []
            chosen[-1] = other
    return [MemoryLine(f"m:c{n}", _case(one, dossier, side, horizon)) for n, one in enumerate(chosen, 1)]


def _scales(judged: Sequence[_Judged]) -> dict[str, float]:
    """Deviation of each figure over all cases; one that never changes tells nothing and is left out."""
    values: dict[str, list[float]] = {}
    for one in judged:
        for name, value in one.case.features.items():
            values.setdefault(name, []).append(value)
    found = {}
    for name, row in values.items():
        mean = math.fsum(row) / len(row)
        deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in row) / len(row))
        if deviation > 0:
            found[name] = deviation
    return found


def _alike(case: Case, features: dict[str, float], scales: dict[str, float], now: datetime) -> float:
    """1 for the same figures today, less with distance (root mean square of z-scores) and with age (days): a fraction.
    0 where not even half of the figures are common."""
    known = [name for name in features if name in scales]
    common = [name for name in known if name in case.features]
    if not common or 2 * len(common) < len(known):
        return 0.0
    squares = (((features[name] - case.features[name]) / scales[name]) ** 2 for name in common)
    distance = math.sqrt(math.fsum(squares) / len(common))
    return math.exp(-(now - case.at).total_seconds() / 86_400 / FADES) / (1 + distance)


SHOWN: Final = ("rsi", "change_24h", "atr_fraction", "volume_ratio", "fear_greed", "kimchi_premium")
"""Figures a case is told by, as far as they are known."""
TOLD: Final = 3


def _case(one: _Judged, dossier: Dossier, side: Side, horizon: int) -> str:
    case = one.case
    names = [name for name in SHOWN if name in case.features and name in dossier.features][:TOLD]
    figures = ", ".join(f"{name} {case.features[name]:.3g}" for name in names)
    return (
        f"{case.at:%Y-%m-%d} {case.market}{f' ({figures})' if figures else ''}: panel {case.verdict.value}, "
        f"{side.name} after {horizon} candles {_percent(one.net)} net"
    )


def _last(cases: Sequence[Case], question: Question, horizon: int, now: datetime) -> list[MemoryLine]:
    """The newest on this market of which anything is known by now."""
    own = (case for case in reversed(cases) if case.market == question.market.code)
    case = next((case for case in own if any(move.at <= now for move in case.moves)), None)
    if case is None:
        return []
    known = [move for move in case.moves if move.at <= now]
    move = max((m for m in known if m.horizon <= horizon), key=lambda m: m.horizon, default=known[0])
    asked = "open" if case.side is None else case.side.name
    text = (
        f"last here {case.at:%Y-%m-%d %H:%M}Z: {asked}, {case.verdict.value} ({case.agreed} of {case.answered} for it) "
        f"at {plain(case.price)}; price {_percent(move.change)} {move.horizon} candles later"
    )
    return [MemoryLine("m:last", text)]


def _percent(fraction: Decimal) -> str:
    return f"{fraction * 100:+.2f} %"
