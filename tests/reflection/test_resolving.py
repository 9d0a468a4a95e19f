"""What was said is judged when its time has come, from stored candles (R9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from storage.memory import MemoryStorage
from trader.clock import ManualClock
from trader.model.advice import (
    AiRole,
    Answer,
    Consultation,
    MemberResult,
    MemberStatus,
    PricePlan,
    Question,
    Stance,
    Verdict,
    VoteRule,
)
from trader.model.market import Candle, Market, Timeframe
from trader.model.order import Side
from trader.model.reflection import Move
from trader.reflection.judging import ENSEMBLE, judged_answers
from trader.reflection.resolving import Resolver

D = Decimal
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BTC, H1 = Market("KRW", "BTC"), Timeframe.H1


def answer(stance: str, percentage: int = 50, factor: str = "0.8") -> Answer:
    plan = PricePlan(None, None, None, D(factor))
    return Answer(Stance(stance), percentage, D("0.7"), D("0.6"), 12, plan, "")


def asked(*stances: str, **changes: Any) -> Consultation:
    question = Question(BTC, "rsi_zone", H1, NOON, Side.BUY, D(1000), D(100_000), D(0), None, None, D(10**6), D(10**6))
    results = tuple(MemberResult(f"m{n}", "x", MemberStatus.OK, answer(s), cost=D(7)) for n, s in enumerate(stances))
    made = Consultation(
        "c1",
        NOON + timedelta(hours=1),
        question,
        AiRole.VETO,
        VoteRule.MAJORITY,
        "1",
        "1",
        "",
        "ab",
        {},
        {},
        results,
        Verdict.APPROVED,
        Side.BUY,
        50,
        D("0.8"),
        None,
        None,
        D(7) * len(stances),
    )
    return replace(made, **changes)


def candle(hour: int, price: int) -> Candle:
    flat = D(price)
    return Candle(BTC, H1, NOON + timedelta(hours=hour), flat, flat, flat, flat, D(1), flat)


async def test_outcomes_appear_as_their_time_comes():
    clock, storage = ManualClock(NOON + timedelta(hours=1)), MemoryStorage()
    await storage.write(
        lambda r: (r.consultations.add(asked("BUY")), r.candles.upsert([candle(n, 1000 + n) for n in range(8)]))
    )
    resolver = Resolver(storage, clock, lambda: H1)
    assert await resolver.run() == 0
    clock.advance(5 * 3600)
    assert await resolver.run() == 2
    assert await resolver.run() == 0
    moves = (await storage.read(lambda r: r.outcomes.of(["c1"])))["c1"]
    # from the open of the candle after the decision, 1001, to the close 1 and 4 candles later
    assert [(m.horizon, m.start, m.end) for m in moves] == [(1, D(1001), D(1001)), (4, D(1001), D(1004))]


async def test_without_candles_it_stays_unknown():
    clock, storage = ManualClock(NOON + timedelta(hours=6)), MemoryStorage()
    await storage.write(lambda r: r.consultations.add(asked("BUY")))
    assert await Resolver(storage, clock, lambda: H1).run() == 0


def test_each_is_judged_as_if_it_alone_had_to_agree():
    move = Move(12, D(1000), D(980), NOON)
    found = judged_answers([asked("BUY", "HOLD")], {"c1": [move]}, 12)
    assert [(j.stance, j.share) for j in found["m0"]] == [(Stance.BUY, D("0.40"))]  # 50 % × 0.8
    assert [(j.stance, j.share) for j in found["m1"]] == [(Stance.HOLD, D(0))]
    (ensemble,) = found[ENSEMBLE]
    assert (ensemble.stance, ensemble.share, ensemble.notional, ensemble.cost) == (
        Stance.BUY,
        D("0.40"),
        D(100_000),
        D(14),
    )


def test_what_went_on_by_rules_is_the_rules_own_and_shadows_do_not_count():
    move = Move(12, D(1000), D(980), NOON)
    broke = asked(verdict=Verdict.BUDGET)
    (ensemble,) = judged_answers([broke, asked("BUY", shadow=True)], {"c1": [move]}, 12)[ENSEMBLE]
    assert (ensemble.stance, ensemble.share) == (None, D(1))


def test_other_horizons_are_not_mixed_in():
    found = judged_answers([asked("BUY")], {"c1": [Move(4, D(1000), D(1100), NOON)]}, 12)
    assert found["m0"][0].move is None
