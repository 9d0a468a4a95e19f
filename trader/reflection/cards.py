"""The scorecard: every member and the ensemble beside each other.  In: consultations and moves.  Out: `Cards`.  Pure
but for `read_cards`, which runs inside a transaction (R9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from trader.model.advice import Consultation
from trader.model.order import Side
from trader.model.reflection import Move
from trader.ports import Records
from trader.reflection.cases import weeks
from trader.reflection.judging import ENSEMBLE, judged_answers
from trader.reflection.outcomes import FEE_RATE
from trader.reflection.scorecard import Judged, Pair, Score, calibration_bins, pairs, score, value_added

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Card:
    """Of one member, or of the ensemble. `bins` are (mean stated chance, share that came true, n); `value` is the
    running sum of value added, KRW, the bill subtracted, oldest first."""

    score: Score
    bins: tuple[tuple[float, float, int], ...]
    value: tuple[tuple[datetime, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Cards:
    """What was asked since `since`, judged `horizon` candles later; of one side, or of both (`side` None). `questions`
    counts consultations. `members` by name; `ensemble` None: nothing was asked."""

    since: datetime
    horizon: int
    side: Side | None
    questions: int
    members: tuple[Card, ...]
    ensemble: Card | None
    pairs: tuple[Pair, ...]

    @property
    def cost(self) -> Decimal:
        return self.ensemble.score.cost if self.ensemble is not None else ZERO


def read_cards(records: Records, since: datetime, now: datetime, horizon: int, side: Side | None = None) -> Cards:
    """Of what was asked since then, as far as it was resolved by `now`."""
    asked = [one for week in weeks(records, since, now) for one in week if not one.shadow]
    moves = resolved(records.outcomes.of(one.consultation_id for one in asked), now)
    return make_cards(asked, moves, since=since, horizon=horizon, side=side)


def resolved(moves: Mapping[str, Sequence[Move]], now: datetime) -> dict[str, list[Move]]:
    """Without what nobody could know at `now`."""
    return {key: [move for move in rows if move.at <= now] for key, rows in moves.items()}


def make_cards(
    asked: Sequence[Consultation],
    moves: Mapping[str, Sequence[Move]],
    *,
    since: datetime,
    horizon: int,
    side: Side | None = None,
    fee_rate: Decimal = FEE_RATE,
) -> Cards:
    chosen = [one for one in asked if side is None or (one.side or one.question.side) is side]
    when = {one.consultation_id: one.at for one in chosen}
    judged = judged_answers(chosen, moves, horizon)
    ensemble = judged.pop(ENSEMBLE, None)
    return Cards(
        since=since,
        horizon=horizon,
        side=side,
        questions=len(chosen),
        members=tuple(_card(name, judged[name], when, fee_rate) for name in sorted(judged)),
        ensemble=_card(ENSEMBLE, ensemble, when, fee_rate) if ensemble else None,
        pairs=tuple(pairs(judged, fee_rate)),
    )


def _card(name: str, judged: Sequence[Judged], when: Mapping[str, datetime], fee_rate: Decimal) -> Card:
    return Card(score(name, judged, fee_rate), tuple(calibration_bins(judged)), tuple(_running(judged, when, fee_rate)))


def _running(
    judged: Iterable[Judged], when: Mapping[str, datetime], fee_rate: Decimal
) -> Iterable[tuple[datetime, Decimal]]:
    total = ZERO
    for one in sorted(judged, key=lambda j: when[j.consultation_id]):
        total += value_added(one, fee_rate) - one.cost
        yield when[one.consultation_id], total
