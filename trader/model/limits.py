"""What the owner allows. Sums in KRW, shares as fractions, times in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from trader.model.seoul import Hours


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of entries; an exit is never stopped by any of them. 0 stops, volatility block = off."""

    max_order: Decimal = Decimal(1_000_000)
    max_market: Decimal = Decimal(2_000_000)
    max_positions: int = 5
    max_entries_per_day: int = 50
    max_daily_loss: Decimal = Decimal(300_000)
    max_daily_spend: Decimal = Decimal(50_000_000)
    max_exposure: Decimal = Decimal("0.8")
    max_stops_in_a_row: int = 5
    stop_breaker_seconds: int = 3600
    max_spread_bps: Decimal = Decimal(30)
    max_slippage_bps: Decimal = Decimal(30)
    cooldown_seconds: int = 300
    declined_seconds: int = 3600
    max_quote_age_seconds: int = 30
    volatility_block: Decimal = Decimal("0.05")
    volatility_window_seconds: int = 180
    buy_on_warning: bool = False


class SizingMethod(StrEnum):
    """FIXED: a fraction of equity. RISK: what loses `risk_fraction` of it at the stop (fixed where there is none).
    KELLY: the smaller of that and the growth criterion's share, measured on the bot's own closed positions."""

    FIXED = "fixed"
    RISK = "risk"
    KELLY = "kelly"


@dataclass(frozen=True, slots=True)
class Sizing:
    method: SizingMethod = SizingMethod.FIXED
    order_fraction: Decimal = Decimal("0.1")
    risk_fraction: Decimal = Decimal("0.005")
    kelly_scale: Decimal = Decimal("0.5")
    kelly_sample: int = 30
    kelly_start_fraction: Decimal = Decimal("0.02")


class PremiumAction(StrEnum):
    """What becomes of a buy: ALLOW nothing is done to it, REDUCE it is made smaller, REFUSE it is not made."""

    ALLOW = "allow"
    REDUCE = "reduce"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class PremiumRule:
    """Buying while Seoul pays more than the world (R6). `limit` a fraction, 0 = no rule; `above` what is done beyond
    it, `unknown` while the premium is not known; `reduction` the share REDUCE takes off."""

    limit: Decimal = Decimal("0.05")
    above: PremiumAction = PremiumAction.REDUCE
    unknown: PremiumAction = PremiumAction.REDUCE
    reduction: Decimal = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class ExitRule:
    """Where every position is left at the latest: fractions of the entry price and seconds; 0 = not wanted."""

    stop: Decimal = Decimal("0.02")
    take: Decimal = Decimal("0.03")
    trail: Decimal = Decimal(0)
    max_hold_seconds: int = 0
    breakeven: Decimal = Decimal(0)


class ApprovalPolicy(StrEnum):
    """AUTO asks nobody, ASK_ALL always, ASK_ABOVE when the notional exceeds a sum."""

    AUTO = "auto"
    ASK_ALL = "ask-all"
    ASK_ABOVE = "ask-above"


class SilencePolicy(StrEnum):
    """When nobody answers in time. REJECT: nothing is traded. ALLOW: a strategy's wish goes on, within bounds."""

    REJECT = "reject"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class SilenceRule:
    """`below`: at most so many KRW go on unanswered; `hours`: only then, None = at any time."""

    policy: SilencePolicy = SilencePolicy.REJECT
    below: Decimal = Decimal(0)
    hours: Hours | None = None


class FailsafePolicy(StrEnum):
    """What is done when the service has failed for good. HOLD: nothing, people are told · STOP_ENTRIES: buying is
    locked · CANCEL: and our orders are taken back · CLOSE: and our positions are sold."""

    HOLD = "hold"
    STOP_ENTRIES = "stop-entries"
    CANCEL = "cancel"
    CLOSE = "close"


class OrderStyle(StrEnum):
    """LIMIT: priced by aggressiveness, its remainder cancelled after a time. BEST: best level only, rest cancelled."""

    LIMIT = "limit"
    MARKET = "market"
    BEST = "best"
