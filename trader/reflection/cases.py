"""Past decisions as lessons and memory need them: figures of the moment, and what the market did then.

`Casebook` keeps them between questions, because what is older than the last horizon does not change any more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from trader.model.advice import Consultation, MemberStatus, Verdict
from trader.model.order import Side
from trader.model.reflection import Move
from trader.ports import Records, Storage
from trader.reflection.outcomes import FEE_RATE, STANCE, followed
from trader.reflection.resolving import GIVE_UP_AFTER, HORIZONS

KEPT_DAYS = 180


@dataclass(frozen=True, slots=True)
class Case:
    """One decision. `side` is what was asked for, None where models were to say; `decided` what came of it. `agreed`
    of `answered` members were for the side. `span_seconds` is the length of a candle."""

    case_id: str
    at: datetime
    candle: datetime
    market: str
    side: Side | None
    decided: Side | None
    verdict: Verdict
    price: Decimal
    span_seconds: int
    features: dict[str, float]
    agreed: int
    answered: int
    moves: tuple[Move, ...]

    def speaks_of(self, side: Side) -> bool:
        return self.side is None or self.side is side

    def may_change(self, now: datetime) -> bool:
        """Outcomes may still come."""
        last = timedelta(seconds=self.span_seconds) * (HORIZONS[-1] + GIVE_UP_AFTER)
        return len(self.moves) < len(HORIZONS) and now - self.at < last

    def move(self, horizon: int, now: datetime) -> Move | None:
        """The price `horizon` candles later, if that was known by `now`."""
        return next((move for move in self.moves if move.horizon == horizon and move.at <= now), None)

    def net(self, side: Side, horizon: int, now: datetime) -> Decimal | None:
        """What a trade on that side would have paid after fees, a fraction; whatever was decided."""
        move = self.move(horizon, now)
        return None if move is None else followed(STANCE[side], move, FEE_RATE)


def case_of(one: Consultation, moves: Iterable[Move]) -> Case:
    asked = one.question
    answers = [r.answer for r in one.results if r.status is MemberStatus.OK and r.answer is not None]
    side = one.side or asked.side
    return Case(
        case_id=one.consultation_id,
        at=one.at,
        candle=asked.candle,
        market=asked.market.code,
        side=asked.side,
        decided=one.side if one.verdict is Verdict.APPROVED else None,
        verdict=one.verdict,
        price=asked.price,
        span_seconds=asked.timeframe.seconds,
        features=one.features,
        agreed=sum(side is not None and answer.stance is STANCE[side] for answer in answers),
        answered=len(answers),
        moves=tuple(moves),
    )


class Casebook:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._cases: dict[str, Case] = {}
        self._read_to: datetime | None = None
        self._reading = asyncio.Lock()

    async def cases(self, now: datetime) -> list[Case]:
        """All decisions before `now`, oldest first; shadows left out."""
        async with self._reading:
            oldest = now - timedelta(days=KEPT_DAYS)
            open_still = (case.at for case in self._cases.values() if case.may_change(now))
            since = oldest if self._read_to is None else min([self._read_to, *open_still])
            fresh = await self._storage.read(lambda records: _read(records, since, now))
            kept = {key: case for key, case in self._cases.items() if case.at >= oldest}
            self._cases = {**kept, **{case.case_id: case for case in fresh}}
            self._read_to = now
        return sorted(
            (case for case in self._cases.values() if case.at < now), key=lambda case: (case.at, case.case_id)
        )


def _read(records: Records, since: datetime, now: datetime) -> list[Case]:
    found: list[Case] = []
    for asked in weeks(records, since, now):
        main = [one for one in asked if not one.shadow]
        moves = records.outcomes.of(one.consultation_id for one in main)
        found += [case_of(one, moves.get(one.consultation_id, ())) for one in main]
    return found


def weeks(records: Records, since: datetime, now: datetime) -> Iterator[list[Consultation]]:
    """What was asked since then and before `now`, a week at a time and without the answers as they came: all at once
    would be hundreds of megabytes where models are asked at every candle."""
    while since < now:
        until = min(since + timedelta(days=7), now)
        yield [
            replace(one, results=tuple(replace(result, raw="") for result in one.results))
            for one in records.consultations.since(since, until)
        ]
        since = until


def apart(cases: Sequence[Case], horizon: int) -> list[Case]:
    """Of each market only those a horizon from each other: windows that overlap are one observation, not several.
    `cases` oldest first."""
    last: dict[str, datetime] = {}
    found = []
    for case in cases:
        before = last.get(case.market)
        if before is None or case.candle - before >= timedelta(seconds=case.span_seconds * horizon):
            last[case.market] = case.candle
            found.append(case)
    return found
