"""From members' answers to what code may do with them: the vote, the rules over it, the role in force.  Pure (E3, R6).

The one place that says so: decisions of now, and recorded ones that are looked at again, both come through here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from trader.advice.votes import Ballot, Vote, count
from trader.model.advice import Advice, AiUnavailable, Consultation, Dossier, MemberResult, Question, Verdict
from trader.model.order import Side
from trader.settings import Settings

ONE, HALF = Decimal(1), Decimal("0.5")
UNANSWERED = frozenset({Verdict.NO_QUORUM, Verdict.ALL_FAILED})

Premium = Callable[[Dossier, Settings], "tuple[Decimal, str]"]
"""What a buy is allowed in this mood of the market: a share 0…1, and the reason code when it is below 1 (R6)."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """`verdict` after the rules; `allowed` what they left of a buy, `reason` the code where it is less than all."""

    verdict: Verdict
    vote: Vote
    allowed: Decimal = ONE
    reason: str = ""


def poll(
    results: Sequence[MemberResult], without_vote: Collection[str], question: Question, settings: Settings
) -> Vote:
    """The vote of those who have one."""
    voters = [result for result in results if result.member not in without_vote]
    if results and not voters:
        return Vote(Verdict.NO_VOTERS, question.side)
    buy = Ballot(settings.buy_votes, settings.vote_threshold)
    sell = Ballot(settings.sell_votes, settings.vote_threshold, settings.sell_of_answered)
    return count(voters, buy, sell, side=question.side)


def rule(vote: Vote, question: Question, dossier: Dossier, settings: Settings, premium: Premium) -> Ruling:
    """The rules of code over a buy that would go on, by the models' word or without it."""
    approved = vote.verdict is Verdict.APPROVED
    side = vote.side if approved else question.side
    if side is not Side.BUY or not (approved or by_rules(vote.verdict, settings)):
        return Ruling(vote.verdict, vote)
    allowed, reason = premium(dossier, settings)
    refused = approved and allowed <= 0
    return Ruling(Verdict.REJECTED if refused else vote.verdict, vote, allowed, reason)


def by_rules(verdict: Verdict, settings: Settings) -> bool:
    """The strategy's own wish goes on without the models' consent."""
    unanswered = verdict in UNANSWERED and settings.ai_unavailable is AiUnavailable.RULES
    return verdict.leaves_rules or unanswered


def advice_of(said: Consultation, settings: Settings) -> Advice:
    """What code may do with it, by the settings in force."""
    made = Advice(
        approves=said.verdict is Verdict.APPROVED,
        verdict=said.verdict,
        side=said.side,
        consultation_id=said.consultation_id,
        reason=said.reason,
    )
    if said.verdict is Verdict.APPROVED:
        plan = said.plan
        return replace(
            made, share=_share(said, settings), stop=plan.stop if plan else None, take=plan.take if plan else None
        )
    if said.question.side is None or not by_rules(said.verdict, settings):
        return made  # nobody else has a wish to go on with, or it may not
    share = said.allowed * (HALF if said.verdict in UNANSWERED else ONE)
    return replace(made, approves=share > 0, share=share)


def _share(said: Consultation, settings: Settings) -> Decimal:
    """What is left of the size. A strategy's own sell is agreed to or not, and then whole."""
    if said.side is Side.SELL:
        return ONE if said.question.side is Side.SELL else Decimal(said.percentage) / 100
    return min(Decimal(said.percentage) / 100, settings.ai_max_share) * said.size_factor
