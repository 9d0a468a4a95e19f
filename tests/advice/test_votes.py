"""Votes counted by hand (E3). A missing vote never counts as agreement."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trader.advice.votes import Ballot, count
from trader.model.advice import Answer, MemberResult, MemberStatus, PricePlan, Stance, Verdict, VoteRule
from trader.model.order import Side

UNANIMOUS, MAJORITY, AVERAGE = (Ballot(rule) for rule in VoteRule)


def member(text: str, number: int = 0) -> MemberResult:
    """`BUY.8` = an answer with confidence 0.8; a lower-case word is a status."""
    name = f"m{number}"
    if text.islower():
        return MemberResult(name, "model", MemberStatus(text))
    stance, _, tenths = text.partition(".")
    plan = PricePlan(None, None, None, Decimal(1))
    answer = Answer(Stance(stance), 50, Decimal(f"0.{tenths or 6}"), Decimal("0.5"), 12, plan, "")
    return MemberResult(name, "model", MemberStatus.OK, answer)


def vote(words: str, ballot: Ballot, side: Side | None = Side.BUY):
    return count([member(word, i) for i, word in enumerate(words.split())], ballot, ballot, side=side)


@pytest.mark.parametrize(
    ("words", "rule", "verdict"),
    [
        ("BUY BUY BUY", UNANIMOUS, Verdict.APPROVED),
        ("BUY BUY HOLD", UNANIMOUS, Verdict.REJECTED),
        ("BUY BUY late", UNANIMOUS, Verdict.NO_QUORUM),  # it might have agreed
        ("BUY HOLD late", UNANIMOUS, Verdict.REJECTED),  # it could not have changed that
        ("BUY BUY HOLD", MAJORITY, Verdict.APPROVED),
        ("BUY HOLD HOLD", MAJORITY, Verdict.REJECTED),
        ("BUY late refused", MAJORITY, Verdict.NO_QUORUM),
        ("BUY BUY late", MAJORITY, Verdict.APPROVED),
        ("BUY HOLD", MAJORITY, Verdict.TIE),
        ("BUY BUY", MAJORITY, Verdict.APPROVED),  # of two, a strict majority is both
        ("BUY late", MAJORITY, Verdict.NO_QUORUM),
        ("BUY BUY SELL.7", MAJORITY, Verdict.REJECTED),  # somebody is very sure of the opposite
        ("BUY BUY SELL.6", MAJORITY, Verdict.APPROVED),
        ("BUY.9 BUY.9 HOLD", AVERAGE, Verdict.APPROVED),  # (0.9 + 0.9 + 0) / 3 = 0.6
        ("BUY.9 BUY.8 HOLD", AVERAGE, Verdict.REJECTED),  # 0.567
        ("BUY.9 BUY.9 late", AVERAGE, Verdict.APPROVED),  # the late one counts 0
        ("BUY.9 late late", AVERAGE, Verdict.NO_QUORUM),  # 1 of 3 answered, 2 are needed
        ("BUY.9", AVERAGE, Verdict.APPROVED),
        ("late error", MAJORITY, Verdict.ALL_FAILED),
        ("budget budget", MAJORITY, Verdict.BUDGET),
        ("budget resting", MAJORITY, Verdict.BUDGET),
        ("budget late", MAJORITY, Verdict.ALL_FAILED),
    ],
)
def test_rules(words: str, rule: Ballot, verdict: Verdict):
    assert vote(words, rule).verdict is verdict


def test_sells_may_be_decided_by_those_who_answered():
    answered = Ballot(VoteRule.MAJORITY, of_answered=True)
    assert vote("SELL late late", answered, Side.SELL).verdict is Verdict.APPROVED
    assert vote("BUY late late", answered, Side.BUY).verdict is Verdict.NO_QUORUM


def test_asked_openly_the_side_is_the_one_more_members_lean_to():
    assert vote("BUY BUY HOLD", MAJORITY, None).side is Side.BUY
    assert vote("SELL SELL BUY", MAJORITY, None).side is Side.SELL
    assert vote("BUY SELL HOLD", MAJORITY, None).verdict is Verdict.TIE
    assert vote("HOLD HOLD BUY", MAJORITY, None).verdict is Verdict.REJECTED
    assert vote("HOLD HOLD HOLD", MAJORITY, None).side is None


def plan_of(entry: int | None, stop: int | None, take: int | None, factor: str, share: int) -> MemberResult:
    plan = PricePlan(*(None if x is None else Decimal(x) for x in (entry, stop, take)), Decimal(factor))
    answer = Answer(Stance.BUY, share, Decimal("0.6"), Decimal("0.5"), 12, plan, "")
    return MemberResult("m", "model", MemberStatus.OK, answer)


def test_merging_takes_the_most_cautious_of_everything():
    found = count(
        [
            plan_of(1000, 950, 1100, "0.9", 60),
            plan_of(990, 970, 1060, "0.5", 30),
            plan_of(None, None, None, "1", 80),
            member("HOLD"),
        ],
        MAJORITY,
        MAJORITY,
        side=Side.BUY,
    )
    assert found.verdict is Verdict.APPROVED
    assert found.plan == PricePlan(Decimal(990), Decimal(970), Decimal(1060), Decimal("0.5"))
    assert (found.percentage, found.factor, found.agreeing) == (30, Decimal("0.5"), 3)
    assert found.confidence == Decimal("0.45")  # 0.6 mean × 3 of 4


def test_a_stop_above_another_members_entry_is_lowered_to_the_nearest_allowed():
    found = count(
        [plan_of(1000, 990, 1100, "1", 50), plan_of(980, 950, 1100, "1", 50)], MAJORITY, MAJORITY, side=Side.BUY
    )
    assert found.plan is not None
    assert found.plan.stop == Decimal("977.060")  # 980 × (1 − 0.003)


WORDS = st.lists(
    st.sampled_from(["BUY.9", "BUY.5", "SELL.9", "SELL.5", "HOLD", "late", "refused", "budget"]), max_size=7
)


@given(WORDS, st.sampled_from([UNANIMOUS, MAJORITY, AVERAGE]), st.sampled_from(Side))
def test_losing_a_vote_never_turns_a_no_into_a_yes(words: list[str], rule: Ballot, side: Side):
    before = count([member(w) for w in words], rule, rule, side=side)
    agreeing = {f"{side.name}.9", f"{side.name}.5"}
    for place, word in enumerate(words):
        if word in agreeing:
            fewer = [*words[:place], "late", *words[place + 1 :]]
            after = count([member(w) for w in fewer], rule, rule, side=side)
            assert not (after.verdict is Verdict.APPROVED and before.verdict is not Verdict.APPROVED)
