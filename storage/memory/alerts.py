"""The memory's alerts; the same contract as over SQL."""

from __future__ import annotations

from datetime import datetime

from storage.memory.shelf import Shelf, Undo, checked, newest
from trader.model.alert import Alert, AlertState


class MemoryAlerts:
    def __init__(self, undo: Undo) -> None:
        self._alerts: Shelf[str, Alert] = Shelf(undo)

    def add(self, alert: Alert) -> None:
        if alert.alert_id in self._alerts:
            raise ValueError(f"alert {alert.alert_id} is stored already")
        self.save(alert)

    def get(self, alert_id: str) -> Alert | None:
        return self._alerts.get(alert_id)

    def active(self) -> list[Alert]:
        return [alert for alert in self._alerts if alert.state is AlertState.ACTIVE]

    def of_person(self, person: str, limit: int) -> list[Alert]:
        return newest((alert for alert in self._alerts if alert.person == person), limit)

    def save(self, alert: Alert) -> None:
        self._alerts.put(alert.alert_id, checked(alert))

    def prune(self, before: datetime) -> int:
        old = [a.alert_id for a in self._alerts if a.state is not AlertState.ACTIVE and a.expires_at < before]
        for alert_id in old:
            self._alerts.remove(alert_id)
        return len(old)
