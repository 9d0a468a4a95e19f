"""Every setting, once: name, unit, default, bounds, and whether chat may change it.

Nothing else reads the environment. `Settings` is one frozen value checked at start; its fields stand by kind in the
modules beside this one, each with the rules that are made of them. What chat changes is kept as rows and laid over it
by `tuning.py`. Names carry units. Shares are fractions (0.05), sums KRW."""

from __future__ import annotations

import os

from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from trader.settings.approval import ApprovalSettings
from trader.settings.context import ContextSettings
from trader.settings.environment import EnvFile, Environment
from trader.settings.limits import LimitSettings
from trader.settings.models import ModelSettings
from trader.settings.spelling import Slip, slips
from trader.settings.talking import TalkingSettings
from trader.settings.trading import TradingSettings
from trader.settings.where import WhereSettings

GIVEN_ELSEWHERE = frozenset({"sandbox_upbit_rest_url", "sandbox_upbit_ws_url"})
"""Variables that the sandbox reads by itself."""


# Fields are listed from the last base to the first: `where` comes first in every table.
class Settings(
    LimitSettings,
    ApprovalSettings,
    ContextSettings,
    ModelSettings,
    TradingSettings,
    TalkingSettings,
    WhereSettings,
    BaseSettings,
):
    """Everything that can be set. ValidationError: a value out of its bounds, or two that do not agree."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What the caller gives wins over the environment, and that over `.env`."""
        env_file = dotenv_settings.env_file if isinstance(dotenv_settings, DotEnvSettingsSource) else None
        return init_settings, Environment(settings_cls), EnvFile(settings_cls, env_file)

    @classmethod
    def slips(cls) -> list[Slip]:
        """Names in `.env` and in the environment that look like settings and are none: what they say is ignored."""
        in_file = EnvFile(cls, cls.model_config.get("env_file")).env_vars
        return slips(in_file, os.environ, cls.model_fields.keys() | GIVEN_ELSEWHERE)
