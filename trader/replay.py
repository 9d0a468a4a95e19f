"""Decisions of models decided once more from the books, without network and cost (R8).

In: consultations with their prompts, the settings to decide by. Out: what today's checks, votes and rules make of the
same answers. What was put otherwise then than it would be today is not recorded, and said to be so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from trader.advice.budget import Budget, Caps
from trader.advice.members.panel import Panel, Rate
from trader.advice.members.recorded import NOT_RECORDED, Recording, recording, seats
from trader.advice.prompt import items_of, prompt_of
from trader.advice.rules import premium_limit
from trader.advice.ruling import Ruling, advice_of, poll, rule
from trader.clock import ManualClock
from trader.model.advice import Advice, Consultation, Dossier
from trader.model.order import Side
from trader.model.reflection import Move
from trader.reflection.cards import make_cards
from trader.settings import Settings

ZERO = Decimal(0)
NO_MONEY = Caps(ZERO, ZERO)


class Came(StrEnum):
    """What became of one. NOT_RECORDED: at least one member's answer is not on record under today's request; ALONE:
    nobody was asked then, so there is nothing to be said again."""

    SAME = "same"
    CHANGED = "changed"
    NOT_RECORDED = "not_recorded"
    ALONE = "nobody_asked"


@dataclass(frozen=True, slots=True)
class Replayed:
    """`then` as it is in the books, `now` as it would be decided; each with what code may do with it."""

    came: Came
    then: Consultation
    now: Consultation
    advice_then: Advice
    advice_now: Advice


async def replay(said: Sequence[Consultation], then: Settings, now: Settings) -> list[Replayed]:
    """Oldest first, shadows left out. `then` are the settings in force, `now` those to decide by."""
    record = recording(said)
    ordered = sorted((one for one in said if not one.shadow), key=lambda one: one.at)
    return [await _once_more(one, record, then, now) for one in ordered]


async def _once_more(one: Consultation, record: Recording, then: Settings, now: Settings) -> Replayed:
    advice = advice_of(one, then)
    if not one.results:
        return Replayed(Came.ALONE, one, one, advice, advice)
    try:
        prompt = prompt_of(one.prompt)
    except ValueError:
        return Replayed(Came.NOT_RECORDED, one, one, advice, advice)
    panel = Panel(seats(one, record), ManualClock(one.at), Budget(), lambda: Rate(Decimal(1), True))
    results = await panel.ask(prompt, price=one.question.price, seconds=now.ai_deadline_seconds, caps=NO_MONEY)
    vote = poll(results, one.without_vote, one.question, now)
    ruling = rule(vote, one.question, Dossier(items_of(one.prompt)), now, premium_limit)
    again = _as_decided(replace(one, results=results, cost=sum((r.cost for r in results), ZERO)), ruling, now)
    decided = advice_of(again, now)
    if any(result.detail == NOT_RECORDED for result in results):
        came = Came.NOT_RECORDED
    else:
        came = Came.SAME if decided == advice else Came.CHANGED
    return Replayed(came, one, again, advice, decided)


def _as_decided(one: Consultation, ruling: Ruling, settings: Settings) -> Consultation:
    vote, side = ruling.vote, ruling.vote.side or one.question.side
    return replace(
        one,
        rule=settings.sell_votes if side is Side.SELL else settings.buy_votes,
        verdict=ruling.verdict,
        side=vote.side,
        percentage=vote.percentage,
        size_factor=vote.factor * ruling.allowed,
        plan=vote.plan,
        confidence=vote.confidence,
        allowed=ruling.allowed,
        reason=ruling.reason,
    )


@dataclass(frozen=True, slots=True)
class Worth:
    """KRW that following the models added against the rules alone, of `n` decisions whose outcome is known."""

    n: int
    then: Decimal
    now: Decimal


def worth(found: Sequence[Replayed], moves: Mapping[str, Sequence[Move]], horizon: int) -> Worth:
    """The bill of then is taken off both: the answers would have cost the same."""
    known = [one for one in found if one.came in (Came.SAME, Came.CHANGED)]
    if not known:
        return Worth(0, ZERO, ZERO)
    values = []
    for rows in ([one.then for one in known], [replace(one.now, cost=one.then.cost) for one in known]):
        card = make_cards(rows, moves, since=known[0].then.at, horizon=horizon).ensemble
        assert card is not None
        values.append(card.score)
    return Worth(values[0].n, values[0].value_added, values[1].value_added)
