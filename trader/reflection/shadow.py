"""Does memory help?  In: consultations asked with and without it.  Out: how they compare.  Pure but for the notes (R9).

Of every hundred consultations about fifteen are also put to one cheap member without what was learned. After enough of
them memory has to be the better of the two, or it is switched off and people are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean
from typing import Final

import structlog

from trader.chronicle import Chronicle, Tell
from trader.clock import Clock
from trader.model.advice import Answer, Consultation, MemberStatus, MemoryUse
from trader.model.events import EventKind, Severity
from trader.model.reflection import Move
from trader.ports import Records
from trader.reflection.cases import weeks
from trader.reflection.outcomes import FEE_RATE, followed
from trader.settings import Settings

log = structlog.get_logger(__name__)

ENOUGH: Final = 200
LOOKED_BACK: Final = timedelta(days=180)
NOTE: Final = "ai.memory"
"""The note on memory: since when it is compared (`from`), and since when it is off (`off`, empty: it is not)."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same member on the same questions with memory and without: mean Brier score of `p_up` and mean net return of
    following it; None while `n` is 0."""

    n: int
    brier_with: float | None = None
    brier_without: float | None = None
    net_with: float | None = None
    net_without: float | None = None

    @property
    def helps(self) -> bool | None:
        """Better chances, and no worse results; None: too few to tell."""
        if self.n < ENOUGH or None in (self.brier_with, self.brier_without, self.net_with, self.net_without):
            return None
        assert self.brier_with is not None
        assert self.brier_without is not None
        assert self.net_with is not None
        assert self.net_without is not None
        return self.brier_with < self.brier_without and self.net_with >= self.net_without


def compare(consultations: Sequence[Consultation], moves: Mapping[str, Sequence[Move]], horizon: int) -> Comparison:
    """Pairs a shadow with the consultation it belongs to, where both answered and the outcome is known."""
    asked = {one.consultation_id: one for one in consultations if not one.shadow}
    rows: list[tuple[float, float, float, float]] = []
    for shadow in (one for one in consultations if one.shadow and one.results):
        main = asked.get(shadow.shadow_of)
        known = {move.horizon: move for move in moves.get(shadow.shadow_of, ())}
        member = shadow.results[0].member
        without, having = _answer(shadow, member), _answer(main, member) if main else None
        if without is None or having is None or not {horizon, having.horizon, without.horizon} <= known.keys():
            continue
        move = known[horizon]
        rows.append((_brier(having, known), _brier(without, known), _net(having, move), _net(without, move)))
    if not rows:
        return Comparison(0)
    return Comparison(len(rows), *(fmean(column) for column in zip(*rows, strict=True)))


def _answer(one: Consultation, member: str) -> Answer | None:
    return next((r.answer for r in one.results if r.member == member and r.status is MemberStatus.OK), None)


def _brier(answer: Answer, known: Mapping[int, Move]) -> float:
    """Of what it stated about the candle it named."""
    return (float(answer.p_up) - known[answer.horizon].up) ** 2


def _net(answer: Answer, move: Move) -> float:
    return float(followed(answer.stance, move, FEE_RATE))


def memory_is_off(records: Records) -> bool:
    """It has been compared and was of no use."""
    return bool((records.notes.get(NOTE) or {}).get("off"))


@dataclass(frozen=True, slots=True)
class Trial:
    """How memory stands: what the setting says, whether it is in use, and how it compares so far."""

    use: MemoryUse
    active: bool
    comparison: Comparison


class MemoryTrial:
    """`settings` gives those in force."""

    def __init__(self, chronicle: Chronicle, clock: Clock, settings: Callable[[], Settings]) -> None:
        self._chronicle = chronicle
        self._clock = clock
        self._settings = settings

    async def standing(self) -> Trial:
        now, settings = self._clock.now(), self._settings()
        horizon, use = settings.ai_horizon, settings.ai_memory
        off, found = await self._chronicle.storage.read(
            lambda records: (memory_is_off(records), _compared(records, horizon, now))
        )
        return Trial(use, use is MemoryUse.ON or (use is MemoryUse.AUTO and not off), found)

    async def check(self) -> None:
        """Switch memory off where it has proved of no use, and say so."""
        trial = await self.standing()
        if trial.use is not MemoryUse.AUTO or not trial.active or trial.comparison.helps is not False:
            return
        found, now = trial.comparison, self._clock.now().isoformat()

        def switch_off(records: Records, tell: Tell) -> None:
            records.notes.put(NOTE, {**(records.notes.get(NOTE) or {}), "off": now})
            data = {
                "n": str(found.n),
                "brier_with": f"{found.brier_with:.3f}",
                "brier_without": f"{found.brier_without:.3f}",
                "net_with": f"{found.net_with:.6f}",
                "net_without": f"{found.net_without:.6f}",
            }
            tell(EventKind.AI_MEMORY, severity=Severity.WARNING, data=data)

        await self._chronicle.write(switch_off)
        log.warning("memory_switched_off", n=found.n)

    async def begin_again(self) -> None:
        """Somebody has set how memory is used: what was compared before counts no longer."""
        now = self._clock.now().isoformat()
        await self._chronicle.storage.write(lambda records: records.notes.put(NOTE, {"from": now, "off": ""}))


def _compared(records: Records, horizon: int, now: datetime) -> Comparison:
    began = (records.notes.get(NOTE) or {}).get("from")
    since = datetime.fromisoformat(began) if began else now - LOOKED_BACK
    rows = [one for week in weeks(records, since, now) for one in week]
    shadows = {one.shadow_of for one in rows if one.shadow}
    moves = {key: [m for m in found if m.at <= now] for key, found in records.outcomes.of(shadows).items()}
    return compare(rows, moves, horizon)
