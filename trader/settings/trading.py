"""What it trades, how much of it, and when a position is left."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, field_validator

from trader.model.limits import ExitRule, FailsafePolicy, OrderStyle, Sizing, SizingMethod
from trader.model.market import Market, Timeframe
from trader.settings.fields import Words, fixed, tunable


class TradingSettings(BaseModel):
    markets: Words = tunable(("KRW-BTC", "KRW-ETH", "KRW-XRP"), "markets to trade", "codes", "trading")
    strategy: str = tunable("weighted_ensemble", "strategy of every market", "name", "trading")
    timeframe: Timeframe = tunable(Timeframe.M15, "candle length the strategy works on", "", "trading")
    order_style: OrderStyle = tunable(OrderStyle.LIMIT, "how entries and exits are placed", "", "trading")
    aggressiveness: Decimal = tunable(
        Decimal("0.0015"), "limit price beyond the quote", "fraction", "trading", ge=0, le=Decimal("0.02")
    )
    remainder_ttl_seconds: int = tunable(
        30, "an open remainder is cancelled after this", "seconds", "trading", ge=2, le=86400
    )

    # sizing
    sizing: SizingMethod = tunable(
        SizingMethod.FIXED, "fixed, risk or kelly (the smaller of risk and Kelly)", "", "sizing"
    )
    order_fraction: Decimal = tunable(
        Decimal("0.1"), "share of equity per entry", "fraction", "sizing", gt=0, le=Decimal("0.95")
    )
    risk_fraction: Decimal = tunable(
        Decimal("0.005"), "share of equity lost at the stop", "fraction", "sizing", gt=0, le=Decimal("0.1")
    )
    kelly_scale: Decimal = tunable(
        Decimal("0.5"), "share of the Kelly criterion that is used", "fraction", "sizing", gt=0, le=1
    )
    kelly_sample: int = tunable(
        30, "closed positions of a strategy before its win rate and payoff count", "count", "sizing", ge=10, le=1000
    )
    kelly_start_fraction: Decimal = tunable(
        Decimal("0.02"), "share of equity per entry until then", "fraction", "sizing", gt=0, le=Decimal("0.2")
    )

    # exits
    stop_fraction: Decimal = tunable(
        Decimal("0.02"), "stop below entry; 0 = none", "fraction", "exits", ge=0, le=Decimal("0.5")
    )
    take_fraction: Decimal = tunable(
        Decimal("0.03"), "take profit above entry; 0 = none", "fraction", "exits", ge=0, le=Decimal("5")
    )
    trail_fraction: Decimal = tunable(
        Decimal("0"), "trailing stop below the high; 0 = none", "fraction", "exits", ge=0, le=Decimal("0.5")
    )
    max_hold_seconds: int = tunable(0, "leave after this; 0 = never", "seconds", "exits", ge=0)
    breakeven_fraction: Decimal = tunable(
        Decimal("0"), "stop moves to cost this far above it; 0 = never", "fraction", "exits", ge=0, le=Decimal("1")
    )
    failsafe_policy: FailsafePolicy = fixed(
        FailsafePolicy.HOLD, "after a crash: hold (people are told), stop-entries, cancel or close", "", "exits"
    )

    @field_validator("markets")
    @classmethod
    def _markets(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        codes = tuple(dict.fromkeys(Market.parse(word).code for word in value))
        if not codes:
            raise ValueError("name at least one market")
        return codes

    @property
    def market_list(self) -> tuple[Market, ...]:
        return tuple(Market.parse(code) for code in self.markets)

    @property
    def sizing_rule(self) -> Sizing:
        return Sizing(
            self.sizing,
            self.order_fraction,
            self.risk_fraction,
            self.kelly_scale,
            self.kelly_sample,
            self.kelly_start_fraction,
        )

    @property
    def exit_rule(self) -> ExitRule:
        return ExitRule(
            stop=self.stop_fraction,
            take=self.take_fraction,
            trail=self.trail_fraction,
            max_hold_seconds=self.max_hold_seconds,
            breakeven=self.breakeven_fraction,
        )
