"""Limits: they stop entries, never exits."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel

from trader.model.limits import Limits, PremiumAction, PremiumRule
from trader.settings.fields import tunable


class LimitSettings(BaseModel):
    max_order_krw: Decimal = tunable(Decimal(1_000_000), "largest single order", "KRW", "limits", ge=5000)
    max_market_krw: Decimal = tunable(Decimal(2_000_000), "most in one market", "KRW", "limits", ge=5000)
    max_positions: int = tunable(5, "open positions at most", "count", "limits", ge=0, le=100)
    max_entries_per_day: int = tunable(50, "entries per Korean day", "count", "limits", ge=0)
    max_daily_loss_krw: Decimal = tunable(Decimal(300_000), "no entries beyond this loss", "KRW", "limits", ge=0)
    max_daily_spend_krw: Decimal = tunable(
        Decimal(50_000_000), "KRW spent on buys per Korean day, fees included", "KRW", "limits", ge=0
    )
    max_exposure: Decimal = tunable(
        Decimal("0.8"), "share of equity in positions at most", "fraction", "limits", ge=0, le=1
    )
    max_stops_in_a_row: int = tunable(
        5, "after so many losing stops in a row entries wait; 0 = off", "count", "limits", ge=0, le=100
    )
    stop_breaker_seconds: int = tunable(3600, "so long, or until an owner resumes", "seconds", "limits", ge=0)
    volatility_block_fraction: Decimal = tunable(
        Decimal("0.05"), "no entries after a larger move; 0 = off", "fraction", "limits", ge=0, le=1
    )
    volatility_window_seconds: int = tunable(
        180, "the stretch of time that move is looked for in", "seconds", "limits", ge=60, le=3600
    )
    max_spread_bps: Decimal = tunable(Decimal(30), "no entries with a wider spread", "bps", "limits", gt=0)
    max_slippage_bps: Decimal = tunable(Decimal(30), "no entries with more slippage", "bps", "limits", gt=0)
    cooldown_seconds: int = tunable(300, "no entry so long after an exit", "seconds", "limits", ge=0)
    declined_seconds: int = tunable(
        3600,
        "a strategy does not ask again so long after a no, or no answer; 0 = asks at each candle",
        "seconds",
        "limits",
        ge=0,
        le=86400,
    )
    max_quote_age_seconds: int = tunable(30, "no entry on older prices", "seconds", "limits", ge=1)
    premium_limit_fraction: Decimal = tunable(
        Decimal("0.05"),
        "a higher kimchi premium reduces or refuses what strategies and models buy; 0 = off",
        "fraction",
        "limits",
        ge=0,
        le=1,
    )
    premium_action: PremiumAction = tunable(
        PremiumAction.REDUCE, "what is done then: allow, reduce or refuse", "", "limits"
    )
    premium_reduction: Decimal = tunable(
        Decimal("0.5"), "share that reduce takes off a buy", "fraction", "limits", ge=0, le=1
    )
    premium_unknown: PremiumAction = tunable(
        PremiumAction.REDUCE, "the same, while the premium is not known", "", "limits"
    )
    buy_on_warning: bool = tunable(False, "enter markets under a warning", "yes/no", "limits")
    raise_delay_seconds: int = tunable(
        600, "raising a limit or loosening a guard waits so long; 0 = at once", "seconds", "limits", ge=0, le=604800
    )

    @property
    def limits(self) -> Limits:
        return Limits(
            max_order=self.max_order_krw,
            max_market=self.max_market_krw,
            max_positions=self.max_positions,
            max_entries_per_day=self.max_entries_per_day,
            max_daily_loss=self.max_daily_loss_krw,
            max_daily_spend=self.max_daily_spend_krw,
            max_exposure=self.max_exposure,
            max_stops_in_a_row=self.max_stops_in_a_row,
            stop_breaker_seconds=self.stop_breaker_seconds,
            max_spread_bps=self.max_spread_bps,
            max_slippage_bps=self.max_slippage_bps,
            cooldown_seconds=self.cooldown_seconds,
            declined_seconds=self.declined_seconds,
            max_quote_age_seconds=self.max_quote_age_seconds,
            volatility_block=self.volatility_block_fraction,
            volatility_window_seconds=self.volatility_window_seconds,
            buy_on_warning=self.buy_on_warning,
        )

    @property
    def premium_rule(self) -> PremiumRule:
        return PremiumRule(
            self.premium_limit_fraction, self.premium_action, self.premium_unknown, self.premium_reduction
        )
