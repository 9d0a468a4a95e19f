"""What the owner allows. Sums in KRW, shares as fractions, times in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


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
    max_quote_age_seconds: int = 30
    volatility_block: Decimal = Decimal("0.05")
    volatility_window_seconds: int = 180
    buy_on_warning: bool = False


class SizingMethod(StrEnum):
    """FIXED: a fraction of equity. RISK: what loses `risk_fraction` of it at the stop (fixed where there is none)."""

    FIXED = "fixed"
    RISK = "risk"


@dataclass(frozen=True, slots=True)
class Sizing:
    method: SizingMethod = SizingMethod.FIXED
    order_fraction: Decimal = Decimal("0.1")
    risk_fraction: Decimal = Decimal("0.005")


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


class OrderStyle(StrEnum):
    """LIMIT: priced by aggressiveness, its remainder cancelled after a time. BEST: best level only, rest cancelled."""

    LIMIT = "limit"
    MARKET = "market"
    BEST = "best"
