"""Where it trades and keeps its books: the mode, the venue and its keys, the play exchange, the files."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, SecretStr, field_validator, model_validator

from trader.model.mode import Mode
from trader.settings.fields import fixed


class WhereSettings(BaseModel):
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

    @field_validator("language", mode="before")
    @classmethod
    def _language(cls, value: Any) -> Any:
        """Many systems set LANGUAGE themselves, as a list of locales (`ko_KR:ko`): the first one's language counts."""
        return value.partition(":")[0].partition("_")[0].lower() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _live_is_meant(self) -> Self:
        if self.mode is Mode.LIVE and not self.live_trading_confirmed:
            raise ValueError("MODE=live trades real money: set LIVE_TRADING_CONFIRMED=yes as well")
        if self.mode is Mode.LIVE and not (self.upbit_access_key.get_secret_value() and self.upbit_secret_key):
            raise ValueError("MODE=live needs UPBIT_ACCESS_KEY and UPBIT_SECRET_KEY")
        return self

    @property
    def real_prices(self) -> bool:
        """The market is today's, not a made-up or recorded one."""
        return self.mode is not Mode.SANDBOX or self.sandbox_feed == "live"

    @property
    def storage_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'trader.sqlite3'}"
