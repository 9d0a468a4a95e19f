"""Every setting, once: name, unit, default, bounds, and whether chat may change it.

Nothing else reads the environment. `Settings` is one frozen value checked at start; what chat changes is kept as rows
and laid over it by `tuning.py`. Names carry units. Shares are fractions (0.05), sums KRW."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic.config import JsonDict
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from trader.model.limits import ApprovalPolicy, ExitRule, Limits, OrderStyle, Sizing, SizingMethod
from trader.model.market import Market, Timeframe

UPBIT_REST = "https://api.upbit.com"
UPBIT_WS = "wss://api.upbit.com/websocket/v1"


class Mode(StrEnum):
    """SANDBOX: local exchange, made-up or recorded prices. PAPER: local exchange, Upbit's live prices. LIVE: Upbit."""

    SANDBOX = "sandbox"
    PAPER = "paper"
    LIVE = "live"


class FailsafePolicy(StrEnum):
    """What is done when the service has failed for good. HOLD: nothing, people are told · STOP_ENTRIES: buying is
    locked · CANCEL: and our orders are taken back · CLOSE: and our positions are sold."""

    HOLD = "hold"
    STOP_ENTRIES = "stop-entries"
    CANCEL = "cancel"
    CLOSE = "close"


def tunable(default: Any, description: str, unit: str, group: str, **bounds: Any) -> Any:
    """A setting that chat may change."""
    extra: JsonDict = {"unit": unit, "group": group, "chat": True}
    return Field(default=default, description=description, json_schema_extra=extra, **bounds)


def fixed(default: Any, description: str, unit: str, group: str, **bounds: Any) -> Any:
    """A setting that only the environment gives."""
    extra: JsonDict = {"unit": unit, "group": group, "chat": False}
    return Field(default=default, description=description, json_schema_extra=extra, **bounds)


Words = Annotated[tuple[str, ...], NoDecode]
"""Comma- or space-separated in the environment."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True, env_ignore_empty=True
    )

    # where
    mode: Mode = fixed(Mode.SANDBOX, "sandbox, paper or live", "", "where")
    live_trading_confirmed: bool = fixed(False, "must be yes for MODE=live", "yes/no", "where")
    data_dir: Path = fixed(Path("data"), "database, control socket, logs", "path", "where")
    database_url: str = fixed("", "empty: SQLite in DATA_DIR; or postgresql://…", "URL", "where")
    language: str = fixed("ko", "ko or en", "", "where", pattern="^(ko|en)$")
    upbit_rest_url: str = fixed("", "empty: by mode", "URL", "where")
    upbit_ws_url: str = fixed("", "empty: by mode", "URL", "where")
    upbit_access_key: SecretStr = fixed(SecretStr(""), "API key: view assets, view orders, make orders", "", "where")
    upbit_secret_key: SecretStr = fixed(SecretStr(""), "its secret", "", "where")
    sandbox_feed: str = fixed("synthetic", "synthetic, replay:FILE or live", "", "where")
    sandbox_seed: int = fixed(7, "seed of the synthetic market", "", "where")
    sandbox_speed: float = fixed(1.0, "seconds of market per second", "×", "where", gt=0, le=1000)
    sandbox_cash_krw: Decimal = fixed(Decimal(10_000_000), "play money", "KRW", "where", gt=0)

    # talking
    telegram_bot_token: SecretStr = fixed(SecretStr(""), "from @BotFather; empty: no Telegram", "", "talking")
    telegram_api_url: str = fixed("https://api.telegram.org", "Telegram's address", "URL", "talking")
    telegram_owners: Words = fixed((), "numeric user ids that may do everything", "ids", "talking")
    telegram_traders: Words = fixed((), "ids that may trade", "ids", "talking")
    telegram_viewers: Words = fixed((), "ids that may look", "ids", "talking")
    telegram_chat_id: str = fixed("", "chat for notifications; empty: every owner's own chat", "id", "talking")
    slack_bot_token: SecretStr = fixed(SecretStr(""), "xoxb-…; empty: no Slack", "", "talking")
    slack_app_token: SecretStr = fixed(SecretStr(""), "xapp-… for Socket Mode", "", "talking")
    slack_api_url: str = fixed("https://slack.com", "Slack's address", "URL", "talking")
    slack_owners: Words = fixed((), "member ids (U…) that may do everything", "ids", "talking")
    slack_traders: Words = fixed((), "ids that may trade", "ids", "talking")
    slack_viewers: Words = fixed((), "ids that may look", "ids", "talking")
    slack_channel: str = fixed("", "channel id for notifications", "id", "talking")

    # what to trade
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
    sizing: SizingMethod = tunable(SizingMethod.FIXED, "fixed share of equity, or by risk", "", "sizing")
    order_fraction: Decimal = tunable(
        Decimal("0.1"), "share of equity per entry", "fraction", "sizing", gt=0, le=Decimal("0.95")
    )
    risk_fraction: Decimal = tunable(
        Decimal("0.005"), "share of equity lost at the stop", "fraction", "sizing", gt=0, le=Decimal("0.1")
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

    # approval
    approval: ApprovalPolicy = tunable(ApprovalPolicy.ASK_ALL, "auto, ask-all or ask-above", "", "approval")
    ask_above_krw: Decimal = tunable(
        Decimal(500_000), "with ask-above: ask from this notional on", "KRW", "approval", ge=0
    )
    approval_ttl_seconds: int = tunable(120, "a ticket expires after this", "seconds", "approval", ge=10, le=3600)
    price_band: Decimal = tunable(
        Decimal("0.005"), "price move that voids a ticket", "fraction", "approval", gt=0, le=Decimal("0.1")
    )

    # limits
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
    max_quote_age_seconds: int = tunable(30, "no entry on older prices", "seconds", "limits", ge=1)
    buy_on_warning: bool = tunable(False, "enter markets under a warning", "yes/no", "limits")
    raise_delay_seconds: int = tunable(
        600, "raising a limit or loosening a guard waits so long; 0 = at once", "seconds", "limits", ge=0, le=604800
    )

    @field_validator(
        "telegram_owners",
        "telegram_traders",
        "telegram_viewers",
        "slack_owners",
        "slack_traders",
        "slack_viewers",
        mode="before",
    )
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("markets", mode="before")
    @classmethod
    def _markets(cls, value: Any) -> Any:
        words = value.replace(",", " ").split() if isinstance(value, str) else list(value)
        codes = tuple(dict.fromkeys(Market.parse(word).code for word in words))
        if not codes:
            raise ValueError("name at least one market")
        return codes

    @field_validator("language", mode="before")
    @classmethod
    def _language(cls, value: Any) -> Any:
        """Many systems set LANGUAGE themselves, as a list of locales (`ko_KR:ko`): the first one's language counts."""
        return value.partition(":")[0].partition("_")[0].lower() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.mode is Mode.LIVE and not self.live_trading_confirmed:
            raise ValueError("MODE=live trades real money: set LIVE_TRADING_CONFIRMED=yes as well")
        if self.mode is Mode.LIVE and not (self.upbit_access_key.get_secret_value() and self.upbit_secret_key):
            raise ValueError("MODE=live needs UPBIT_ACCESS_KEY and UPBIT_SECRET_KEY")
        if bool(self.slack_bot_token.get_secret_value()) != bool(self.slack_app_token.get_secret_value()):
            raise ValueError("Slack needs both SLACK_BOT_TOKEN and SLACK_APP_TOKEN")
        return self

    @property
    def market_list(self) -> tuple[Market, ...]:
        return tuple(Market.parse(code) for code in self.markets)

    @property
    def storage_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'trader.sqlite3'}"

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
            max_quote_age_seconds=self.max_quote_age_seconds,
            volatility_block=self.volatility_block_fraction,
            volatility_window_seconds=self.volatility_window_seconds,
            buy_on_warning=self.buy_on_warning,
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

    @property
    def sizing_rule(self) -> Sizing:
        return Sizing(self.sizing, self.order_fraction, self.risk_fraction)
