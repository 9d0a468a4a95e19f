"""Adjusting: settings, strategies, their parameters, and the markets traded."""

from __future__ import annotations

from collections.abc import Sequence

from trader.desk.tools import Part
from trader.model.events import SettingRow
from trader.model.market import Market
from trader.model.views import (
    ParamView,
    SettingChange,
    SettingView,
    Undoable,
)


class Adjusting(Part):
    def settings(self) -> list[SettingView]:
        return self._t.tuning.views()

    def check_setting(self, key: str, value: str) -> str:
        """The value as it would be stored. UserInputError: setting-unknown, setting-bad-value."""
        return self._t.tuning.check(key, value)

    async def setting_history(self, key: str, limit: int) -> list[SettingRow]:
        """Changes by chat, newest first."""
        return await self._t.lookups.setting_history(key, limit)

    async def undoable(self, key: str, by: str) -> Undoable:
        """What taking the newest change back would do: of `key`, or where that is empty of this person's newest.
        UserInputError: undo-none."""
        return await self._t.bureau.undoable(key, by)

    async def undo(self, undoable: Undoable, by: str) -> SettingChange:
        """Take it back; what loosens waits as any change does. UserInputError as `change_setting`."""
        return await self._t.bureau.undo(undoable, by)

    async def change_setting(self, key: str, value: str | None, by: str) -> SettingChange:
        """None = back to the default. With `due`, it waits: `cancel_raise` takes it back. UserInputError:
        setting-unknown, setting-bad-value, market-unknown."""
        return await self._t.bureau.change_setting(key, value, by)

    async def cancel_raise(self, key: str, by: str) -> SettingChange:
        """Forget a change that waits. UserInputError: raise-none."""
        return await self._t.bureau.cancel_raise(key, by)

    def strategies(self) -> dict[str, tuple[Market, ...]]:
        """Every strategy's name, with the markets it trades now."""
        return self._t.bureau.strategies()

    async def change_strategy(self, name: str, market: Market | None, by: str) -> SettingChange:
        """UserInputError: strategy-unknown (params: names)."""
        return await self._t.bureau.change_strategy(name, market, by)

    def params(self, strategy: str | None) -> tuple[str, list[ParamView]]:
        """The strategy's name and its parameters (default: the strategy in use)."""
        return self._t.bureau.params(strategy)

    async def change_param(self, strategy: str, name: str, value: str | None, by: str) -> SettingChange:
        return await self._t.bureau.change_param(strategy, name, value, by)

    async def change_markets(self, add: Sequence[Market], remove: Sequence[Market], by: str) -> SettingChange:
        return await self._t.bureau.change_markets(add, remove, by)
