"""What people want to be told of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, text

from storage import tables
from storage.repositories.statements import COUNTED, Transaction, add_new, market_of, put
from trader.model.alert import Alert, AlertKind, AlertState, Comparison, Condition
from trader.model.market import Timeframe

_a = tables.alerts.c

_ROWS = select(*(c for c in tables.alerts.columns if c.name != "id"))
_ACTIVE = _ROWS.where(text(tables.ACTIVE_ALERT)).order_by(_a.id)
_GET = _ROWS.where(_a.alert_id == bindparam("key"))
_OF_PERSON = _ROWS.where(_a.person == bindparam("who")).order_by(_a.id.desc()).limit(bindparam("n"))
_PRUNE = (
    delete(tables.alerts)
    .where(_a.state != AlertState.ACTIVE.value, _a.expires_at < bindparam("moment"))
    .execution_options(**COUNTED)
)


class SqlAlerts:
    def __init__(self, transaction: Transaction) -> None:
        self._t = transaction

    def add(self, alert: Alert) -> None:
        if self._t.run(add_new(self._t.dialect, tables.alerts, "alert_id"), _row(alert)) == 0:
            raise ValueError(f"alert {alert.alert_id} is stored already")

    def get(self, alert_id: str) -> Alert | None:
        row = self._t.one(_GET, key=alert_id)
        return _alert(row) if row else None

    def active(self) -> list[Alert]:
        return [_alert(row) for row in self._t.all(_ACTIVE)]

    def of_person(self, person: str, limit: int) -> list[Alert]:
        return [_alert(row) for row in self._t.all(_OF_PERSON, who=person, n=limit)]

    def save(self, alert: Alert) -> None:
        self._t.run(put(self._t.dialect, tables.alerts, "alert_id"), _row(alert))

    def prune(self, before: datetime) -> int:
        return self._t.run(_PRUNE, {"moment": before})


def _row(alert: Alert) -> dict[str, Any]:
    condition = alert.condition
    return {
        "alert_id": alert.alert_id,
        "person": alert.person,
        "place": alert.place,
        "market": alert.market.code,
        "kind": condition.kind.value,
        "comparison": condition.comparison.value,
        "value": condition.value,
        "span": condition.span,
        "timeframe": condition.timeframe.value if condition.timeframe else "",
        "repeat": alert.repeat,
        "created_at": alert.created_at,
        "expires_at": alert.expires_at,
        "holds": alert.holds,
        "state": alert.state.value,
        "fired_at": alert.fired_at,
        "muted_until": alert.muted_until,
    }


def _alert(row: Sequence[Any]) -> Alert:
    alert_id, person, place, market, kind, comparison, value, span, timeframe, *rest = row
    repeat, created_at, expires_at, holds, state, fired_at, muted_until = rest
    frame = Timeframe(timeframe) if timeframe else None
    return Alert(
        alert_id,
        person,
        place,
        market_of(market),
        Condition(AlertKind(kind), Comparison(comparison), value, span, frame),
        repeat,
        created_at,
        expires_at,
        holds,
        AlertState(state),
        fired_at,
        muted_until,
    )
