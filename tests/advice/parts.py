"""Members that say what a test wants, a dossier, a question."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from trader.advice.members.member import MemberSpec, Raw, Wire
from trader.advice.prices import Price
from trader.model.advice import ContextItem, Dossier, ItemStatus, MemberStatus, Prompt, Question, Usage
from trader.model.market import Market, Timeframe
from trader.model.order import Side

D = Decimal
NOON = datetime(2026, 3, 2, 3, tzinfo=UTC)
"""Noon in Seoul."""
BTC = Market("KRW", "BTC")


def said(decision: str = "BUY", **changes: Any) -> str:
    """A member's JSON text: 40 %, confidence 0.8, no levels, factor 1."""
    plan = {"entry_price": None, "stop_loss_price": None, "take_profit_price": None, "market_factor": 1}
    body: dict[str, Any] = {
        "decision": decision,
        "percentage": 40,
        "confidence": 0.8,
        "p_up": 0.6,
        "horizon_candles": 12,
        "price_plan": {**plan, **changes.pop("plan", {})},
        "reason": "because",
        "risks": [],
        "evidence_ids": [],
    }
    return json.dumps({**body, **changes})


def spec(name: str = "luna", price: Price | None = None) -> MemberSpec:
    """100 and 200 USD per million tokens unless a price is given: 1,000 tokens in cost 0.1 USD."""
    rates = price or Price(D(100), D(200), D(10))
    return MemberSpec(name, f"{name}-1", Wire.CHAT, "http://127.0.0.1:1", "k", rates, max_output=1000)


@dataclass
class Scripted:
    """An adapter that hands back what it is given, one after another; the last one for ever."""

    answers: list[Raw | Callable[[], Raw] | BaseException]
    delay: float = 0.0
    prompts: list[Prompt] = field(default_factory=list)
    closed: bool = False

    async def call(self, prompt: Prompt, seconds: float) -> Raw:
        self.prompts.append(prompt)
        if self.delay:
            await asyncio.sleep(self.delay)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer() if callable(answer) else answer

    async def retires(self) -> str:
        return ""

    async def close(self) -> None:
        self.closed = True


def ok(text: str | None = None, tokens: tuple[int, int] = (1000, 100)) -> Raw:
    return Raw(MemberStatus.OK, said() if text is None else text, Usage(*tokens))


def question(side: Side | None = Side.BUY, minutes: int = 0, price: str = "95000000", **changes: Any) -> Question:
    values: dict[str, Any] = {
        "market": BTC,
        "strategy": "rsi_zone",
        "timeframe": Timeframe.M15,
        "candle": datetime.fromtimestamp(NOON.timestamp() + minutes * 60, UTC),
        "side": side,
        "price": D(price),
        "notional": D(1_000_000),
        "quantity": D("0.01"),
        "stop": D("93100000"),
        "take": None,
        "cash_free": D(10_000_000),
        "equity": D(10_000_000),
        "reason": "rsi_left_oversold",
    }
    return Question(**{**values, **changes})


def dossier(**features: float) -> Dossier:
    return Dossier((ContextItem("c:rsi", ItemStatus.OK, [31.0], source="candles"),), dict(features))
