"""Where settings are read: the environment and `.env`, in which an empty value means that nothing was said."""

from __future__ import annotations

from typing import Any

from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

OFF_WHEN_EMPTY = frozenset({"fear_greed_url", "news_feeds", "fx_url", "binance_url", "nasdaq_url"})
"""Where an empty value says `off`; everywhere else it says nothing, and the default holds."""


class Environment(EnvSettingsSource):
    def __call__(self) -> dict[str, Any]:
        return _said(super().__call__())


class EnvFile(DotEnvSettingsSource):
    def __call__(self) -> dict[str, Any]:
        return _said(super().__call__())


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value != "" or name in OFF_WHEN_EMPTY}
