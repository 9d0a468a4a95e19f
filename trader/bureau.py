"""Changes of settings by chat: checked, stored with who and when, in force at once (E9).

What loosens a limit or a guard waits `raise_delay_seconds` first: long enough to think again, or to see that somebody
else is at the phone. It is a row like any other, so a restart neither loses nor hastens it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

from trader.chronicle import Chronicle, Tell
from trader.clock import Clock
from trader.errors import UserInputError
from trader.loosening import waits
from trader.market.quotes import QuoteBoard
from trader.model.events import EventKind, SettingRow
from trader.model.market import Market
from trader.model.views import ParamView, PendingRaise, SettingChange, Undoable
from trader.ports import Records
from trader.settings.fields import as_text
from trader.signals.params import views
from trader.signals.registry import get, names
from trader.state import CLOCK
from trader.tuning import PENDING, Tuning, pending_row

HISTORY = 200
"""Changes looked through for the one that is taken back."""


class Bureau:
    """The one that changes settings while the service runs: one change at a time, each a row and an event."""

    def __init__(self, chronicle: Chronicle, clock: Clock, tuning: Tuning, quotes: QuoteBoard) -> None:
        self._chronicle = chronicle
        self._clock = clock
        self._tuning = tuning
        self._quotes = quotes
        self._listeners: list[Callable[[str], None]] = []
        self._changing = asyncio.Lock()

    def on_change(self, listener: Callable[[str], None]) -> None:
        """Called with the key after a change came into force."""
        self._listeners.append(listener)

    async def change_setting(self, key: str, value: str | None, by: str) -> SettingChange:
        """None = back to the environment's value. A change that waits says until when, and takes the place of one
        that waits already; any other ends that one. UserInputError: setting-unknown, setting-bad-value,
        market-unknown, strategy-unknown."""
        async with self._changing:
            return await self._change_setting(key, value, by)

    async def _change_setting(self, key: str, value: str | None, by: str) -> SettingChange:
        checked = None if value is None else self._tuning.check(key, value)
        if value is None:
            self._tuning.check(key, as_text(getattr(self._tuning.current, key, "")))
        if checked is not None and key == "strategy":
            self._known_strategy(checked)
        if checked is not None and key == "markets":
            self._known_markets([Market.parse(code) for code in checked.split()])
        old = as_text(getattr(self._tuning.current, key))
        new = self._tuning.base_value(key) if checked is None else checked
        delay = self._tuning.current.raise_delay_seconds
        if delay and waits(key, old, new):
            due = self._clock.now() + timedelta(seconds=delay)
            row = pending_row(key, checked, by, self._clock.now(), due)
            data = {"key": key, "old": old, "new": new, "by": by, "due": due.isoformat()}
            await self._put([row], EventKind.SETTING_WAITS, data)
            return SettingChange(key, old, new, due)
        await self._store(key, checked, by, old)
        return SettingChange(key, old, as_text(getattr(self._tuning.current, key)))

    async def cancel_raise(self, key: str, by: str) -> SettingChange:
        """Forget a change that waits. UserInputError: raise-none."""
        async with self._changing:
            pending = self._tuning.pending(key)
            if pending is None:
                raise UserInputError("raise-none", key=key)
            return await self._forget(pending, by)

    async def _forget(self, pending: PendingRaise, by: str) -> SettingChange:
        key, old = pending.key, as_text(getattr(self._tuning.current, pending.key))
        data = {"key": key, "old": old, "new": pending.new, "by": by}
        await self._put([self._nothing_waits(key, by)], EventKind.SETTING_CANCELLED, data)
        return SettingChange(key, pending.new, old)

    async def apply_due(self) -> None:
        """Changes whose wait is over come into force, also those of before a restart. StorageFailed: next time."""
        now = self._clock.now()
        if not any(now >= pending.due for pending in self._tuning.all_pending()):
            return
        async with self._changing:
            for pending in self._tuning.all_pending():
                if now >= pending.due:
                    await self._apply(pending)

    async def _apply(self, pending: PendingRaise) -> None:
        """One that cannot come into force any more (its bounds moved with an upgrade) is forgotten, and told so."""
        key = pending.key
        try:
            self._tuning.check(key, pending.new)
        except UserInputError:
            await self._forget(pending, CLOCK)
            return
        await self._store(key, pending.value, pending.by, as_text(getattr(self._tuning.current, key)))

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

    # ---- taking back

    async def undoable(self, key: str, by: str) -> Undoable:
        """The newest change of `key`; where that is empty, this person's newest that nobody has changed again.
        UserInputError: undo-none."""
        rows = await self._chronicle.storage.read(lambda records: records.settings.history(HISTORY, key or None))
        changes: dict[str, SettingRow] = {}
        for row in rows:
            if not row.key.startswith(PENDING):
                changes.setdefault(row.key, row)
        newest = next((row for row in changes.values() if key or row.set_by == by), None)
        if newest is None:
            raise UserInputError("undo-none", key=key)
        both = await self._chronicle.storage.read(lambda records: records.settings.history(2, newest.key))
        value = both[1].value if len(both) > 1 else None
        old, new = self._in_force(newest.key, newest.value), self._in_force(newest.key, value)
        if old == new:
            raise UserInputError("undo-none", key=newest.key)
        return Undoable(newest.key, value, old, new, newest.set_by, newest.set_at)

    async def undo(self, undoable: Undoable, by: str) -> SettingChange:
        """UserInputError as for any change."""
        kind, _, rest = undoable.key.partition(".")
        if kind == "param":
            strategy, _, name = rest.partition(".")
            return await self.change_param(strategy, name, undoable.value, by)
        if kind == "strategy" and rest:
            if undoable.value is not None:
                self._known_strategy(undoable.value)
            await self._store(undoable.key, undoable.value, by, undoable.old)
            return SettingChange(undoable.key, undoable.old, undoable.new)
        return await self.change_setting(undoable.key, undoable.value, by)

    def _in_force(self, key: str, value: str | None) -> str:
        """What a stored value, or none, comes to."""
        if value is not None:
            return value
        kind, _, rest = key.partition(".")
        if kind == "param":
            strategy, _, name = rest.partition(".")
            return next((view.default for view in self.params(strategy)[1] if view.name == name), "")
        return self._tuning.current.strategy if kind == "strategy" and rest else self._tuning.base_value(key)

    def _known_strategy(self, name: str) -> None:
        if name not in names():
            raise UserInputError("strategy-unknown", name=name, names=", ".join(names()))

    def _known_markets(self, markets: Sequence[Market]) -> None:
        for market in markets:
            if market not in self._quotes.infos:
                raise UserInputError("market-unknown", text=market.code)

    async def _store(self, key: str, value: str | None, by: str, old: str) -> None:
        rows = [SettingRow(key, value, by, self._clock.now())]
        if self._tuning.pending(key) is not None:
            rows.append(self._nothing_waits(key, by))
        await self._put(rows, EventKind.SETTING_CHANGED, {"key": key, "old": old, "new": value or "default", "by": by})
        for listener in self._listeners:
            listener(key)

    def _nothing_waits(self, key: str, by: str) -> SettingRow:
        return SettingRow(f"{PENDING}{key}", None, by, self._clock.now())

    async def _put(self, rows: Sequence[SettingRow], kind: EventKind, data: dict[str, str]) -> None:
        def store(records: Records, tell: Tell) -> None:
            for row in rows:
                records.settings.add(row)
            tell(kind, data=data)

        await self._chronicle.write(store)
        for row in rows:
            self._tuning.apply(row)
