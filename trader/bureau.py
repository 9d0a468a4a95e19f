"""Changes of settings by chat: checked, stored with who and when, in force at once (E9)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trader.chronicle import Chronicle, Tell
from trader.clock import Clock
from trader.errors import UserInputError
from trader.market.quotes import QuoteBoard
from trader.model.events import EventKind, SettingRow
from trader.model.market import Market
from trader.model.views import ParamView, SettingChange
from trader.ports import Records
from trader.signals.params import views
from trader.signals.registry import get, names
from trader.tuning import Tuning, as_text


class Bureau:
    def __init__(self, chronicle: Chronicle, clock: Clock, tuning: Tuning, quotes: QuoteBoard) -> None:
        self._chronicle = chronicle
        self._clock = clock
        self._tuning = tuning
        self._quotes = quotes
        self._listeners: list[Callable[[str], None]] = []

    def on_change(self, listener: Callable[[str], None]) -> None:
        """Called with the key after a change came into force."""
        self._listeners.append(listener)

    async def change_setting(self, key: str, value: str | None, by: str) -> SettingChange:
        """None = back to the environment's value. UserInputError: setting-unknown, setting-bad-value, market-unknown,
        strategy-unknown."""
        checked = None if value is None else self._tuning.check(key, value)
        if value is None:
            self._tuning.check(key, as_text(getattr(self._tuning.current, key, "")))
        if checked is not None and key == "strategy":
            self._known_strategy(checked)
        if checked is not None and key == "markets":
            self._known_markets([Market.parse(code) for code in checked.split()])
        old = as_text(getattr(self._tuning.current, key))
        await self._store(key, checked, by, old)
        return SettingChange(key, old, as_text(getattr(self._tuning.current, key)))

    async def change_markets(self, add: Sequence[Market], remove: Sequence[Market], by: str) -> SettingChange:
        """UserInputError: market-unknown, markets-empty."""
        current = list(self._tuning.current.market_list)
        wanted = [m for m in dict.fromkeys([*current, *add]) if m not in remove]
        if not wanted:
            raise UserInputError("markets-empty")
        return await self.change_setting("markets", " ".join(m.code for m in wanted), by)

    def strategies(self) -> dict[str, tuple[Market, ...]]:
        """Every strategy's name, with the markets it trades now."""
        markets = self._tuning.current.market_list
        return {name: tuple(m for m in markets if self._tuning.strategy_for(m) == name) for name in names()}

    async def change_strategy(self, name: str, market: Market | None, by: str) -> SettingChange:
        """Of every market, or of one alone. UserInputError: strategy-unknown."""
        self._known_strategy(name)
        if market is None:
            return await self.change_setting("strategy", name, by)
        old = self._tuning.strategy_for(market)
        await self._store(f"strategy.{market.code}", name, by, old)
        return SettingChange(f"strategy.{market.code}", old, name)

    def params(self, strategy: str | None) -> tuple[str, list[ParamView]]:
        """UserInputError: strategy-unknown."""
        name = strategy or self._tuning.current.strategy
        self._known_strategy(name)
        return name, views(get(name, self._tuning.params_of(name)))

    async def change_param(self, strategy: str, name: str, value: str | None, by: str) -> SettingChange:
        """None = back to the default. UserInputError: strategy-unknown, and what the parameter says of the value."""
        _, before = self.params(strategy)
        old = {view.name: view.value for view in before}
        params = self._tuning.params_of(strategy)
        get(strategy, {**params, name: old.get(name, "") if value is None else value})
        if value is None:
            get(strategy, {key: text for key, text in params.items() if key != name})
        await self._store(f"param.{strategy}.{name}", value, by, old[name])
        _, after = self.params(strategy)
        return SettingChange(f"{strategy}.{name}", old[name], {view.name: view.value for view in after}[name])

    def _known_strategy(self, name: str) -> None:
        if name not in names():
            raise UserInputError("strategy-unknown", name=name, names=", ".join(names()))

    def _known_markets(self, markets: Sequence[Market]) -> None:
        for market in markets:
            if market not in self._quotes.infos:
                raise UserInputError("market-unknown", text=market.code)

    async def _store(self, key: str, value: str | None, by: str, old: str) -> None:
        row = SettingRow(key, value, by, self._clock.now())

        def store(records: Records, tell: Tell) -> None:
            records.settings.add(row)
            data = {"key": key, "old": old, "new": value or "default", "by": by}
            tell(EventKind.SETTING_CHANGED, data=data)

        await self._chronicle.write(store)
        self._tuning.apply(row)
        for listener in self._listeners:
            listener(key)
