"""Settings changed while running: rows from chat laid over the environment.

In: `Settings` and the stored rows. Out: the settings in force, where each came from, and changes checked by the same
validation as the environment (E9). Strategy parameters are rows too: `param.<strategy>.<name>`; a strategy of one
market alone is `strategy.<market>`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

import structlog
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from trader.errors import UserInputError
from trader.model.events import SettingRow
from trader.model.market import EPOCH, Market
from trader.model.views import PendingRaise, SettingView
from trader.settings import Settings
from trader.settings.fields import as_text, bound, choices, field_extra

log = structlog.get_logger(__name__)


PENDING = "pending."
"""Before the key of a setting: the row of a change that waits."""


def pending_row(key: str, value: str | None, by: str, now: datetime, due: datetime) -> SettingRow:
    """The row of a change that waits until `due`."""
    return SettingRow(f"{PENDING}{key}", json.dumps({"value": value, "due": due.isoformat()}), by, now)


def tunable_keys() -> list[str]:
    """Names of the settings chat may change, in the order they are declared."""
    return [name for name, info in Settings.model_fields.items() if field_extra(info).get("chat")]


class Tuning:
    """The settings in force. Changing one makes a new `Settings`; whoever needs them asks `current` each time."""

    def __init__(self, base: Settings, rows: Mapping[str, SettingRow]) -> None:
        self._base = base
        """A stored row that is out of bounds by now (an upgrade moved them) is left aside: better that setting's own
        value than no start."""
        self._rows: dict[str, SettingRow] = {}
        self.current = base
        for row in rows.values():
            try:
                self.apply(row)
            except ValueError as err:
                log.warning("setting_left_aside", key=row.key, value=row.value, error=_plain(err))

    def _effective(self, rows: Mapping[str, SettingRow]) -> Settings:
        known = tunable_keys()
        overrides = {key: row.value for key, row in rows.items() if key in known}
        given = {name: getattr(self._base, name) for name in Settings.model_fields}
        return Settings.model_validate({**given, **overrides})

    def check(self, key: str, value: str) -> str:
        """The value as it would be stored. UserInputError: unknown key, or a value out of bounds (says the bounds)."""
        if key not in tunable_keys():
            raise UserInputError("setting-unknown", key=key)
        row = SettingRow(key, value, "", EPOCH)
        try:
            checked = self._effective({**self._rows, key: row})
        except (ValidationError, ValueError) as err:
            view = self._view(key, Settings.model_fields[key])
            raise UserInputError(
                "setting-bad-value",
                key=key,
                value=value,
                choices=" ".join(view.choices),
                low=view.low,
                high=view.high,
            ) from err
        return as_text(getattr(checked, key))

    def apply(self, row: SettingRow) -> None:
        """Take a stored row into force."""
        rows = {k: v for k, v in self._rows.items() if k != row.key}
        if row.value is not None:
            rows[row.key] = row
        self.current = self._effective(rows)
        self._rows = rows

    def base_value(self, key: str) -> str:
        """What a setting comes to when chat's change is taken back."""
        return as_text(getattr(self._base, key))

    def pending(self, key: str) -> PendingRaise | None:
        """The change of this setting that waits."""
        row = self._rows.get(f"{PENDING}{key}")
        if row is None or row.value is None:
            return None
        stored = json.loads(row.value)
        value, due = stored["value"], datetime.fromisoformat(stored["due"])
        return PendingRaise(key, value, self.base_value(key) if value is None else value, row.set_by, row.set_at, due)

    def all_pending(self) -> list[PendingRaise]:
        found = (self.pending(key) for key in tunable_keys())
        return sorted((one for one in found if one is not None), key=lambda one: one.due)

    def strategy_for(self, market: Market) -> str:
        row = self._rows.get(f"strategy.{market.code}")
        return row.value if row and row.value else self.current.strategy

    def params_of(self, strategy: str) -> dict[str, str]:
        """Parameters of a strategy that chat has changed, as text."""
        prefix = f"param.{strategy}."
        return {key.removeprefix(prefix): row.value or "" for key, row in self._rows.items() if key.startswith(prefix)}

    def row(self, key: str) -> SettingRow | None:
        return self._rows.get(key)

    def views(self) -> list[SettingView]:
        """Every setting with its value and where it came from; secrets masked."""
        return [self._view(name, info) for name, info in Settings.model_fields.items()]

    def _view(self, name: str, info: FieldInfo) -> SettingView:
        row = self._rows.get(name)
        origin = "chat" if row else "environment" if name in self._base.model_fields_set else "default"
        value = getattr(self.current, name)
        secret = hasattr(value, "get_secret_value")
        shown = ("***" if value.get_secret_value() else "") if secret else as_text(value)
        extra = field_extra(info)
        return SettingView(
            key=name,
            value=shown,
            default="" if secret else as_text(info.default),
            unit=str(extra.get("unit", "")),
            origin=origin,
            set_by=row.set_by if row else "",
            set_at=row.set_at if row else None,
            changeable=bool(extra.get("chat")),
            pending=self.pending(name),
            group=str(extra.get("group", "")),
            choices=choices(info),
            low=bound(info, "ge", "gt"),
            high=bound(info, "le", "lt"),
            base="" if secret else self.base_value(name),
        )


def _plain(err: ValueError) -> str:
    """What pydantic says, without its addresses."""
    if isinstance(err, ValidationError):
        return "; ".join(str(e["msg"]) for e in err.errors())
    return str(err)
