"""Whether a person is asked, and what their silence means."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, field_validator

from trader.model.limits import ApprovalPolicy, SilencePolicy, SilenceRule
from trader.model.seoul import Hours
from trader.settings.fields import tunable


class ApprovalSettings(BaseModel):
    approval: ApprovalPolicy = tunable(ApprovalPolicy.ASK_ALL, "auto, ask-all or ask-above", "", "approval")
    ask_above_krw: Decimal = tunable(
        Decimal(500_000), "with ask-above: ask from this notional on", "KRW", "approval", ge=0
    )
    approval_ttl_seconds: int = tunable(120, "a ticket expires after this", "seconds", "approval", ge=10, le=3600)
    price_band: Decimal = tunable(
        Decimal("0.005"), "price move that voids a ticket", "fraction", "approval", gt=0, le=Decimal("0.1")
    )
    silence: SilencePolicy = tunable(
        SilencePolicy.REJECT, "when nobody answers: reject, or allow a strategy's small wish", "", "approval"
    )
    silence_allow_below_krw: Decimal = tunable(
        Decimal(100_000), "with allow: at most this notional goes on unanswered", "KRW", "approval", ge=0
    )
    silence_hours: str = tunable("", "with allow: only in these hours of Seoul; empty: always", "hours", "approval")

    @field_validator("silence_hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        return str(Hours.parse(value)) if value else ""

    @property
    def silence_rule(self) -> SilenceRule:
        hours = Hours.parse(self.silence_hours) if self.silence_hours else None
        return SilenceRule(self.silence, self.silence_allow_below_krw, hours)
