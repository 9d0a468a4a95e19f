"""A cleared intent as JSON, for tickets: the question asked of a person must survive a restart unchanged.

Written field by field, so that a renamed field fails a test instead of an old ticket. `v` is the shape's version: when
it changes, `cleared_from_json` keeps reading the older ones, or a migration rewrites the rows."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from storage.values import decimal_text, utc_text
from trader.model.market import Market
from trader.model.order import Breakeven, Cleared, ExitPlan, Intent, OrderType, Origin, Outlook, Side, TimeInForce

VERSION = 5
READABLE = (1, 2, 3, 4, 5)
"""2 added `exits.breakeven`, 3 `thread`, 4 `figures`, `consultation_id` and `outlook`; 5 left a break-even rule's
`tick_size` out: it follows from the market."""


def cleared_to_json(cleared: Cleared) -> dict[str, Any]:
    return {
        "v": VERSION,
        "intent": _intent_to_json(cleared.intent),
        "fee": decimal_text(cleared.fee),
        "slippage_bps": decimal_text(cleared.slippage_bps),
        "equity_share": decimal_text(cleared.equity_share),
        "outlook": _outlook_to_json(cleared.outlook),
    }


def cleared_from_json(row: dict[str, Any]) -> Cleared:
    """Raises ValueError for a version this program does not know."""
    if row["v"] not in READABLE:
        raise ValueError(f"a ticket was written in shape {row['v']}, this program reads {VERSION}: upgrade it")
    return Cleared(
        intent=_intent_from_json(row["intent"]),
        fee=Decimal(row["fee"]),
        slippage_bps=Decimal(row["slippage_bps"]),
        equity_share=Decimal(row["equity_share"]),
        outlook=_outlook_from_json(row.get("outlook")),
    )


def _intent_to_json(intent: Intent) -> dict[str, Any]:
    return {
        "intent_id": intent.intent_id,
        "market": intent.market.code,
        "side": intent.side.value,
        "origin": intent.origin.value,
        "owner": intent.owner,
        "reason": intent.reason,
        "created_at": utc_text(intent.created_at),
        "price": decimal_text(intent.price),
        "notional": _optional(intent.notional),
        "quantity": _optional(intent.quantity),
        "order_type": intent.order_type.value,
        "time_in_force": intent.time_in_force.value,
        "exits": {
            "stop": _optional(intent.exits.stop),
            "take": _optional(intent.exits.take),
            "trail": _optional(intent.exits.trail),
            "max_hold_seconds": intent.exits.max_hold_seconds,
            "breakeven": _breakeven_to_json(intent.exits.breakeven),
        },
        "thread": intent.thread,
        "figures": dict(intent.figures),
        "consultation_id": intent.consultation_id,
    }


def _intent_from_json(row: dict[str, Any]) -> Intent:
    exits = row["exits"]
    return Intent(
        intent_id=row["intent_id"],
        market=Market.parse(row["market"]),
        side=Side(row["side"]),
        origin=Origin(row["origin"]),
        owner=row["owner"],
        reason=row["reason"],
        created_at=datetime.fromisoformat(row["created_at"]),
        price=Decimal(row["price"]),
        notional=_decimal(row["notional"]),
        quantity=_decimal(row["quantity"]),
        order_type=OrderType(row["order_type"]),
        time_in_force=TimeInForce(row["time_in_force"]),
        exits=ExitPlan(
            stop=_decimal(exits["stop"]),
            take=_decimal(exits["take"]),
            trail=_decimal(exits["trail"]),
            max_hold_seconds=exits["max_hold_seconds"],
            breakeven=_breakeven_from_json(exits.get("breakeven")),
        ),
        thread=row.get("thread", ""),
        figures=dict(row.get("figures", {})),
        consultation_id=row.get("consultation_id", ""),
    )


def _outlook_to_json(outlook: Outlook | None) -> dict[str, Any] | None:
    if outlook is None:
        return None
    return {
        "exposure": decimal_text(outlook.exposure),
        "exposure_limit": decimal_text(outlook.exposure_limit),
        "entries_left": outlook.entries_left,
        "spend_left": _optional(outlook.spend_left),
        "stop": _optional(outlook.stop),
        "at_stop": _optional(outlook.at_stop),
        "take": _optional(outlook.take),
        "at_take": _optional(outlook.at_take),
        "result": _optional(outlook.result),
    }


def _outlook_from_json(row: dict[str, Any] | None) -> Outlook | None:
    if row is None:
        return None
    return Outlook(
        exposure=Decimal(row["exposure"]),
        exposure_limit=Decimal(row["exposure_limit"]),
        entries_left=row["entries_left"],
        spend_left=_decimal(row["spend_left"]),
        stop=_decimal(row["stop"]),
        at_stop=_decimal(row["at_stop"]),
        take=_decimal(row["take"]),
        at_take=_decimal(row["at_take"]),
        result=_decimal(row["result"]),
    )


def _breakeven_to_json(rule: Breakeven | None) -> dict[str, str] | None:
    if rule is None:
        return None
    return {"gain": decimal_text(rule.gain), "fee_rate": decimal_text(rule.fee_rate)}


def _breakeven_from_json(row: dict[str, str] | None) -> Breakeven | None:
    return None if row is None else Breakeven(Decimal(row["gain"]), Decimal(row["fee_rate"]))


def _optional(value: Decimal | None) -> str | None:
    return None if value is None else decimal_text(value)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
