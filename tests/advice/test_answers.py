"""A member's text is either a checked answer or says why it is none (R5, R6)."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trader.advice.answers import SCHEMA, parse_answer
from trader.advice.reading import InvalidAnswer
from trader.model.advice import Stance

PRICE = Decimal(100_000)


def said(**changes: Any) -> str:
    plan = {"entry_price": 100_500, "stop_loss_price": 98_000, "take_profit_price": 104_000, "market_factor": 0.8}
    body: dict[str, Any] = {
        "decision": "BUY",
        "percentage": 40,
        "confidence": 0.62,
        "p_up": 0.58,
        "horizon_candles": 12,
        "price_plan": {**plan, **changes.pop("plan", {})},
        "reason": "RSI left the oversold zone",
        "risks": ["thin book"],
        "evidence_ids": ["c:rsi", "n:3"],
    }
    return json.dumps({**body, **changes})


def read(text: str):
    return parse_answer(text, price=PRICE, evidence={"c:rsi", "n:3"})


def test_a_good_answer_becomes_decimals():
    answer = read(said())
    assert (answer.stance, answer.percentage, answer.horizon) == (Stance.BUY, 40, 12)
    assert (answer.confidence, answer.p_up) == (Decimal("0.62"), Decimal("0.58"))
    assert (answer.plan.stop, answer.plan.take, answer.plan.market_factor) == (98_000, 104_000, Decimal("0.8"))


def test_hold_spends_nothing_whatever_it_says():
    assert read(said(decision="HOLD", percentage=70)).percentage == 0


def test_a_factor_above_one_is_clipped_because_models_only_shrink():
    assert read(said(plan={"market_factor": 3})).plan.market_factor == 1


def test_levels_may_be_left_to_code():
    plan = read(said(plan={"entry_price": None, "stop_loss_price": None, "take_profit_price": None})).plan
    assert (plan.entry, plan.stop, plan.take) == (None, None, None)


def test_text_for_reading_is_cut():
    answer = read(said(reason="x" * 5000, risks=["y" * 900] * 9))
    assert len(answer.reason) == 600
    assert [len(risk) for risk in answer.risks] == [200] * 5


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        ("I would buy here.", "not JSON"),
        ("```json\n{}\n```", "not JSON"),
        ("[" * 5000, "not JSON"),
        ("[]", "answer: model_type"),
        (said(confidence=float("nan")), "not JSON"),
        (said(p_up=float("inf")), "not JSON"),
        (said(confidence=1.01), "confidence: less_than_equal"),
        (said(confidence="0.6"), "confidence: value_error"),
        (said(confidence=True), "confidence: value_error"),
        (said(percentage=101), "percentage: less_than_equal"),
        (said(percentage=12.5), "percentage: value_error"),
        (said(decision="buy"), "decision: string_pattern_mismatch"),
        (said(decision="BUY EVERYTHING"), "decision: string_pattern_mismatch"),
        (said(horizon_candles=5), "horizon_candles: not on the list"),
        (said(order={"market": "KRW-BTC"}), "order: extra_forbidden"),
        (said(plan={"market_factor": -1}), "price_plan.market_factor: greater_than_equal"),
        (said(plan={"entry_price": 104_000}), "entry_price: too far from the price"),
        (said(plan={"stop_loss_price": 101_000}), "stop_loss_price: not 0.3 to 15 % below the entry"),
        (said(plan={"stop_loss_price": 80_000}), "stop_loss_price: not 0.3 to 15 % below the entry"),
        (said(plan={"take_profit_price": 100_000}), "take_profit_price: not above the entry"),
        (said(plan={"stop_loss_price": 0}), "price_plan.stop_loss_price: greater_than"),
        (said(evidence_ids=["c:rsi", "n:99"]), "evidence_ids: 1 unknown"),
        ("9" * 30_000, "longer than any answer"),
        (said().replace('"percentage": 40', '"percentage": 1e999999'), "a number out of all bounds"),
        (said().replace('"percentage": 40', '"percentage": 1e99999999999999999999'), "a number out of all bounds"),
        (said().replace('"confidence": 0.62', f'"confidence": 0.{"3" * 9000}'), "a number out of all bounds"),
        (said().replace('"confidence": 0.62', '"confidence": 1e-999999999'), "a number out of all bounds"),
        (said().replace('"percentage": 40', f'"percentage": {"9" * 5000}'), "a number out of all bounds"),
        (said()[:-1] + ', "decision": "HOLD"}', "a name stands twice"),
    ],
)
def test_what_is_no_answer_says_why(text: str, why: str):
    with pytest.raises(InvalidAnswer, match=why):
        read(text)


def test_a_missing_percentage_is_never_everything():
    body = json.loads(said())
    del body["percentage"]
    with pytest.raises(InvalidAnswer, match="percentage: missing"):
        read(json.dumps(body))


def test_the_schema_is_in_the_subset_every_vendor_enforces():
    def walk(node: Any) -> None:
        if not isinstance(node, dict):
            return
        assert not {"minimum", "maximum", "minLength", "maxLength", "pattern", "$ref"} & set(node)
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            assert sorted(node["required"]) == sorted(node["properties"])
        for value in node.values():
            walk(value)

    walk(SCHEMA)
    walk(SCHEMA["properties"])


@given(st.text() | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_any_other_text_is_refused_and_never_crashes(text: str):
    with pytest.raises(InvalidAnswer):  # none of them has all nine fields
        read(text)
