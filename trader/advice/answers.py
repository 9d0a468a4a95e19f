"""A member's text → a checked `Answer`, or the reason why it is none.  Pure (R5, R6).

The schema is sent with every request in the subset all vendors enforce: every property required, nullable instead of
optional, enums for choices. Ranges are never guaranteed by a vendor, so they are checked here; one sanity failure and
the member has not voted."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from trader.advice.reading import InvalidAnswer, read_json
from trader.model.advice import JSON, Answer, Form, PricePlan, Stance

SCHEMA_VERSION: Final = "1"
HORIZONS: Final = (1, 4, 12, 24, 96)
"""Candles after which outcomes are computed, and the only ones a member may name."""

LONGEST_REASON = 600
LONGEST_RISK = 200
MOST_RISKS = 5
ENTRY_BAND = Decimal("0.03")
NEAREST_STOP, FARTHEST_STOP = Decimal("0.003"), Decimal("0.15")
ONE = Decimal(1)

_PRICE: Final[JSON] = {"type": ["number", "null"]}

SCHEMA: Final[dict[str, JSON]] = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        "decision",
        "percentage",
        "confidence",
        "p_up",
        "horizon_candles",
        "price_plan",
        "reason",
        "risks",
        "evidence_ids",
    ],
    "properties": {
        "decision": {"type": "string", "enum": ["BUY", "SELL", "HOLD"]},
        "percentage": {"type": "integer", "description": "0-100: of the allotted KRW for BUY, of the holding for SELL"},
        "confidence": {"type": "number", "description": "0-1: chance that this beats HOLD after costs at the horizon"},
        "p_up": {"type": "number", "description": "0-1: chance that the close after the horizon is > now x 1.001"},
        "horizon_candles": {"type": "integer", "enum": list(HORIZONS)},
        "price_plan": {
            "type": "object",
            "additionalProperties": False,
            "required": ["entry_price", "stop_loss_price", "take_profit_price", "market_factor"],
            "properties": {
                "entry_price": _PRICE,
                "stop_loss_price": _PRICE,
                "take_profit_price": _PRICE,
                "market_factor": {"type": "number", "description": "0-1: scales the size down"},
            },
        },
        "reason": {"type": "string", "description": "short rationale for the log"},
        "risks": {"type": "array", "items": {"type": "string"}},
        "evidence_ids": {"type": "array", "items": {"type": "string"}, "description": "ids of the items relied on"},
    },
}


DECISION: Final = Form("trade_decision", SCHEMA)


def parse_answer(text: str, *, price: Decimal, evidence: Collection[str]) -> Answer:
    """Check one member's JSON text.

    Args:
        price: the market's price now, KRW; a plan is measured against it.
        evidence: the ids that the prompt offered.
    Raises:
        InvalidAnswer: no JSON, wrong shape, out of range, or evidence that was never given."""
    said = _read(text)
    if unknown := set(said.evidence_ids) - set(evidence):
        raise InvalidAnswer(f"evidence_ids: {len(unknown)} unknown")
    stance = Stance(said.decision)
    if stance is Stance.BUY:
        _check_plan(said.price_plan, price)
    plan = said.price_plan
    return Answer(
        stance=stance,
        percentage=0 if stance is Stance.HOLD else said.percentage,
        confidence=said.confidence,
        p_up=said.p_up,
        horizon=said.horizon_candles,
        plan=PricePlan(plan.entry_price, plan.stop_loss_price, plan.take_profit_price, plan.factor),
        reason=said.reason[:LONGEST_REASON],
        risks=tuple(risk[:LONGEST_RISK] for risk in said.risks[:MOST_RISKS]),
        evidence=tuple(said.evidence_ids),
    )


# ---------------------------------------------------------------- shape


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("not a number")
    return Decimal(value)


def _whole(value: Any) -> int:
    number = _number(value)
    if number != number.to_integral_value():
        raise ValueError("not a whole number")
    return int(number)


Number = Annotated[Decimal, BeforeValidator(_number)]
Share = Annotated[Number, Field(ge=0, le=1)]
Price = Annotated[Number, Field(gt=0, lt=Decimal("1e12"))]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Plan(_Shape):
    entry_price: Price | None
    stop_loss_price: Price | None
    take_profit_price: Price | None
    market_factor: Annotated[Number, Field(ge=0, le=100)]

    @property
    def factor(self) -> Decimal:
        """Clipped: a model can only shrink."""
        return min(self.market_factor, ONE)


class _Said(_Shape):
    decision: Annotated[str, Field(pattern="^(BUY|SELL|HOLD)$")]
    percentage: Annotated[int, BeforeValidator(_whole), Field(ge=0, le=100)]
    confidence: Share
    p_up: Share
    horizon_candles: Annotated[int, BeforeValidator(_whole)]
    price_plan: _Plan
    reason: str
    risks: list[str]
    evidence_ids: list[str]


def _read(text: str) -> _Said:
    raw = read_json(text)
    try:
        said = _Said.model_validate(raw)
    except ValidationError as err:
        first = err.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"][:3]) or "answer"
        raise InvalidAnswer(f"{where}: {first['type']}") from err
    if said.horizon_candles not in HORIZONS:
        raise InvalidAnswer("horizon_candles: not on the list")
    return said


# ---------------------------------------------------------------- sense


def _check_plan(plan: _Plan, price: Decimal) -> None:
    """A buy's levels: stop < entry < take, entry near the price, the stop neither in the noise nor out of sight."""
    entry = plan.entry_price if plan.entry_price is not None else price
    if abs(entry / price - ONE) > ENTRY_BAND:
        raise InvalidAnswer("entry_price: too far from the price")
    stop, take = plan.stop_loss_price, plan.take_profit_price
    if stop is not None and not NEAREST_STOP <= ONE - stop / entry <= FARTHEST_STOP:
        raise InvalidAnswer("stop_loss_price: not 0.3 to 15 % below the entry")
    if take is not None and take <= entry:
        raise InvalidAnswer("take_profit_price: not above the entry")
