"""What models said and were worth, as values: three questions about bitcoin, by two members."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from trader.learning import Bill, Decision, MemberView, Standing
from trader.model.advice import (
    AiRole,
    Answer,
    Consultation,
    MemberResult,
    MemberStatus,
    MemoryUse,
    PricePlan,
    Question,
    Stance,
    Verdict,
    VoteRule,
)
from trader.model.events import Event, EventKind
from trader.model.market import Market, Timeframe
from trader.model.order import Side
from trader.model.reflection import Lesson, LessonState, Move
from trader.reflection.cards import make_cards
from trader.reflection.shadow import Comparison, Trial

D = Decimal
NOON = datetime(2026, 10, 5, 3, 0, tzinfo=UTC)
BTC = Market("KRW", "BTC")
PROMPT = {
    "items": {"c:15m": {"status": "ok", "age_seconds": 60, "value": [28.5]}},
    "untrusted": {},
    "memory": {"m:score": "last 30 days …"},
}


def answer(stance: str, p_up: str = "0.6", reason: str = "RSI 28.5") -> Answer:
    plan = PricePlan(None, D(93_100_000) if stance == "BUY" else None, None, D("0.8"))
    return Answer(Stance(stance), 50 if stance != "HOLD" else 0, D("0.7"), D(p_up), 12, plan, reason)


def consultation(number: int = 1, *stances: str, **changes: Any) -> Consultation:
    """Asked about a buy for 1,000,000 KRW, an hour apart; every answer cost 7 KRW and took 1.5 seconds."""
    at = NOON + timedelta(hours=number)
    question = Question(
        BTC, "sma_cross", Timeframe.M15, at, Side.BUY, D(95_000_000), D(10**6), D(0), None, None, D(10**7), D(10**7)
    )
    results = tuple(
        MemberResult(
            name, f"{name}-1", MemberStatus.OK, answer(stance), cost=D(7), latency_seconds=1.5, raw='{"decision":…}'
        )
        for name, stance in zip(("openai", "anthropic"), stances or ("BUY", "HOLD"), strict=False)
    )
    made = Consultation(
        consultation_id=f"AI0{number}XYZ",
        at=at,
        question=question,
        role=AiRole.VETO,
        rule=VoteRule.MAJORITY,
        prompt_version="1",
        schema_version="1",
        prompt=json.dumps(PROMPT),
        prompt_hash="ab",
        features={"rsi": 28.5, "atr_fraction": 0.012},
        statuses={"c:15m": "ok", "fear_greed": "absent"},
        results=results,
        verdict=Verdict.REJECTED,
        side=Side.BUY,
        percentage=0,
        size_factor=D(0),
        plan=None,
        confidence=None,
        cost=D(14),
    )
    return replace(made, **changes)


def move(percent: str, horizon: int = 12) -> Move:
    return Move(horizon, D(1000), D(1000) * (1 + D(percent) / 100), NOON + timedelta(hours=9))


def members(*votes: bool) -> tuple[MemberView, ...]:
    names = ("openai", "anthropic", "gemini")
    return tuple(MemberView(name, f"{name}-1", vote, "") for name, vote in zip(names, votes, strict=False))


def standing(who: tuple[MemberView, ...] | None = None, asked: int = 2) -> Standing:
    """Buying came to −2 % and −1 %: both no's were right."""
    said = [consultation(n) for n in range(1, asked + 1)]
    moves = {one.consultation_id: [move(percent)] for one, percent in zip(said, ("-2", "-1", "3"), strict=False)}
    cards = make_cards(said, moves, since=NOON - timedelta(days=30), horizon=12)
    bill = Bill(D("28.5"), D(1000), D("412.25"), D(20_000))
    trial = Trial(MemoryUse.AUTO, True, Comparison(40, 0.24, 0.26, 0.001, 0.0))
    return Standing(members(True, True) if who is None else who, cards, bill, trial)


def decision() -> Decision:
    return Decision(consultation(), (move("0.2", 1), move("-1.5", 4)))


def lesson(number: int = 1, **changes: Any) -> Lesson:
    made = Lesson(
        lesson_id=f"L{number}ESSON",
        created_at=NOON,
        market="",
        feature="kimchi_premium",
        op=">",
        value=0.04,
        side="buy",
        text="+4% ↓",
        origin="model",
        state=LessonState.ACTIVE,
        n=24,
        hits=5,
        other_n=80,
        other_hits=44,
        low=-0.5,
        high=-0.12,
        expires_at=NOON + timedelta(days=30),
    )
    return replace(made, **changes)


def note(**changes: str) -> Event:
    data = {
        "position_id": "P1",
        "owner": "sma_cross",
        "reason": "crossed_up",
        "exit": "stop",
        "pnl": "-2100",
        "pnl_share": "-0.0209",
        "fees": "100",
        "path": "1:0.002 4:-0.01",
        "holding": "",
        "verdict": "approved",
        "consultation_id": "AI01XYZ",
        "votes": "openai BUY 62 · anthropic late",
        "teaches": "gave_back",
        "text": "",
    }
    return Event("E1", EventKind.REFLECTION, NOON, market="KRW-BTC", thread="t1", data=data | changes)
