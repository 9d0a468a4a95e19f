"""Consultations and what the market did → judged answers, for scorecards and lessons.  Pure (R9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from trader.model.advice import Answer, Consultation, MemberResult, MemberStatus, Stance, Verdict
from trader.model.order import Side
from trader.model.reflection import Move
from trader.reflection.scorecard import Judged

ZERO, ONE = Decimal(0), Decimal(1)
ENSEMBLE = "ensemble"


def judged_answers(
    consultations: Sequence[Consultation], moves: Mapping[str, Sequence[Move]], horizon: int
) -> dict[str, list[Judged]]:
    """By member, and for the ensemble of those who vote; shadows are left out.

    Everyone is judged as if it alone had to agree, whatever role the models have: that is what following it would
    have been worth."""
    found: dict[str, list[Judged]] = {}
    for one in consultations:
        if one.shadow:
            continue
        known = {move.horizon: move for move in moves.get(one.consultation_id, ())}
        for result in one.results:
            found.setdefault(result.member, []).append(_member(one, result, known, horizon))
        found.setdefault(ENSEMBLE, []).append(_ensemble(one, known, horizon))
    return found


def worth(one: Consultation) -> Decimal:
    """KRW the rules would have traded."""
    asked = one.question
    return asked.quantity * asked.price if (one.side or asked.side) is Side.SELL else asked.notional


def _member(one: Consultation, result: MemberResult, known: Mapping[int, Move], horizon: int) -> Judged:
    """At a cap the rules go on without it: it has neither kept nor cost anything."""
    answer, asked = result.answer if result.status is MemberStatus.OK else None, one.question.side
    return Judged(
        consultation_id=one.consultation_id,
        member=result.member,
        status=result.status,
        stance=answer.stance if answer else None,
        p_up=answer.p_up if answer else None,
        side=asked,
        notional=worth(one),
        share=ONE if result.status is MemberStatus.BUDGET and asked is not None else _left_by(answer, asked),
        cost=result.cost,
        latency_seconds=result.latency_seconds,
        move=known.get(horizon),
        foretold=known.get(answer.horizon) if answer else None,
    )


def _left_by(answer: Answer | None, side: Side | None) -> Decimal:
    """What an answer alone would leave of the rules' size; where they had no wish, the size of its own."""
    if answer is None or answer.stance is Stance.HOLD:
        return ZERO
    if side is not None and answer.stance.value != side.name:
        return ZERO
    if answer.stance is Stance.SELL:
        return ONE if side is Side.SELL else Decimal(answer.percentage) / 100
    return Decimal(answer.percentage) / 100 * answer.plan.market_factor


def _ensemble(one: Consultation, known: Mapping[int, Move], horizon: int) -> Judged:
    """Its chance is the mean of what was stated about the same candle; chances of different ones have no mean."""
    approved = one.verdict is Verdict.APPROVED
    stance = Stance.HOLD if not approved or one.side is None else Stance.BUY if one.side is Side.BUY else Stance.SELL
    answered = [r.answer for r in one.results if r.status is MemberStatus.OK and r.answer is not None]
    if one.verdict.leaves_rules:
        answered = []  # whoever spoke had no say
        share = ONE if one.question.side is not None else ZERO
    elif not approved:
        share = ZERO
    elif one.side is Side.SELL:
        share = ONE if one.question.side is Side.SELL else Decimal(one.percentage) / 100
    else:
        share = Decimal(one.percentage) / 100 * one.size_factor
    named = {answer.horizon for answer in answered}
    return Judged(
        consultation_id=one.consultation_id,
        member=ENSEMBLE,
        status=MemberStatus.OK if answered else MemberStatus.ERROR,
        stance=stance if answered else None,
        p_up=sum((a.p_up for a in answered), ZERO) / len(answered) if len(named) == 1 else None,
        side=one.question.side,
        notional=worth(one),
        share=share,
        cost=one.cost,
        latency_seconds=max((r.latency_seconds for r in one.results), default=0.0),
        move=known.get(horizon),
        foretold=known.get(min(named)) if named else None,
    )
