"""Members' answers → one verdict.  Pure (E3, E5).

M is the number of configured members. A member that did not answer never counts as agreeing, under any rule; whether
its vote was missed or did not matter decides between NO_QUORUM and REJECTED, because only a rejection cools a market
down. Merging only shrinks: the smallest share, the tightest stop, the nearest take profit, the smallest factor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from trader.advice.answers import NEAREST_STOP
from trader.model.advice import Answer, MemberResult, MemberStatus, PricePlan, Stance, Verdict, VoteRule
from trader.model.order import Side

ZERO, ONE = Decimal(0), Decimal(1)
CONTRARY_CONFIDENCE = Decimal("0.7")
"""So sure a vote for the opposite side stops a buy, whatever the others say."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """How votes are counted. `threshold` is for AVERAGE: the mean signed confidence needed, 0…1. `of_answered`: a
    majority of those who answered is enough; for sells only."""

    rule: VoteRule
    threshold: Decimal = Decimal("0.60")
    of_answered: bool = False


@dataclass(frozen=True, slots=True)
class Vote:
    """`side` is what was decided on; None when nothing was. `percentage` 0…100, `factor` 0…1; `confidence` is the mean
    of those who agree times their share of all members."""

    verdict: Verdict
    side: Side | None = None
    agreeing: int = 0
    percentage: int = 0
    factor: Decimal = ZERO
    plan: PricePlan | None = None
    confidence: Decimal | None = None


def count(results: Sequence[MemberResult], buy: Ballot, sell: Ballot, *, side: Side | None) -> Vote:
    """One verdict on `side`, or on the side the members lean to when it is None.

    `results` holds one entry per configured member, failed ones included."""
    answers = [result.answer for result in results if result.status is MemberStatus.OK and result.answer]
    if not answers:
        return Vote(_nobody(results), side)
    chosen = side or _leaning(answers)
    if chosen is None:
        buys = sum(answer.stance is Stance.BUY for answer in answers)
        return Vote(Verdict.TIE if buys else Verdict.REJECTED)
    ballot = buy if chosen is Side.BUY else sell
    verdict = _verdict(answers, len(results), chosen, ballot)
    agreeing = [answer for answer in answers if answer.stance.value == chosen.name]
    if verdict is not Verdict.APPROVED:
        return Vote(verdict, chosen, len(agreeing))
    return _merged(chosen, agreeing, len(results))


def _nobody(results: Sequence[MemberResult]) -> Verdict:
    """Those who rest were not asked either: it was the cap that kept the others from being asked."""
    endings = {result.status for result in results}
    broke = MemberStatus.BUDGET in endings and endings <= {MemberStatus.BUDGET, MemberStatus.RESTING}
    return Verdict.BUDGET if broke else Verdict.ALL_FAILED


def _leaning(answers: Sequence[Answer]) -> Side | None:
    """More votes for it than for the opposite; HOLD leans nowhere."""
    buys = sum(answer.stance is Stance.BUY for answer in answers)
    sells = sum(answer.stance is Stance.SELL for answer in answers)
    return None if buys == sells else Side.BUY if buys > sells else Side.SELL


def _verdict(answers: Sequence[Answer], members: int, side: Side, ballot: Ballot) -> Verdict:
    agree = sum(answer.stance.value == side.name for answer in answers)
    if side is Side.BUY and any(a.stance is Stance.SELL and a.confidence >= CONTRARY_CONFIDENCE for a in answers):
        return Verdict.REJECTED
    match ballot.rule:
        case VoteRule.UNANIMOUS:
            return _settled(agree, len(answers), members, needed=members)
        case VoteRule.MAJORITY:
            counted = len(answers) if ballot.of_answered and side is Side.SELL else members
            if len(answers) == members == 2 * agree:
                return Verdict.TIE
            return _settled(agree, len(answers), counted, needed=counted // 2 + 1)
        case VoteRule.AVERAGE:
            return _average(answers, members, side, ballot.threshold)


def _settled(agree: int, answered: int, counted: int, *, needed: int) -> Verdict:
    """Enough agree; or those who are missing could not have changed it; or it stays open."""
    if agree >= needed:
        return Verdict.APPROVED
    missing = max(counted - answered, 0)
    return Verdict.NO_QUORUM if agree + missing >= needed else Verdict.REJECTED


def _average(answers: Sequence[Answer], members: int, side: Side, threshold: Decimal) -> Verdict:
    quorum = max(math.ceil(2 * members / 3), min(members, 2))
    if len(answers) < quorum:
        return Verdict.NO_QUORUM
    mean = sum((_signed(answer, side) for answer in answers), ZERO) / members
    return Verdict.APPROVED if mean >= threshold else Verdict.REJECTED


def _signed(answer: Answer, side: Side) -> Decimal:
    if answer.stance is Stance.HOLD:
        return ZERO
    return answer.confidence if answer.stance.value == side.name else -answer.confidence


def _merged(side: Side, agreeing: Sequence[Answer], members: int) -> Vote:
    shares = [answer.percentage for answer in agreeing]
    share = min(shares) if side is Side.BUY else int(median(shares))
    factor = min(answer.plan.market_factor for answer in agreeing)
    confidence = sum((answer.confidence for answer in agreeing), ZERO) / members
    entry = min((a.plan.entry for a in agreeing if a.plan.entry is not None), default=None)
    stop = max((a.plan.stop for a in agreeing if a.plan.stop is not None), default=None)
    take = min((a.plan.take for a in agreeing if a.plan.take is not None), default=None)
    if entry is not None and stop is not None:
        stop = min(stop, entry * (ONE - NEAREST_STOP))  # one member's stop may lie above another's entry
    plan = PricePlan(entry, stop, take, factor)
    return Vote(Verdict.APPROVED, side, len(agreeing), share, factor, plan, confidence)
