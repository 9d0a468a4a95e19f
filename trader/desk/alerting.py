"""Alerts: everybody's own conditions on the market."""

from __future__ import annotations

from datetime import datetime

from trader.desk.tools import Part
from trader.model.alert import Alert, Condition, Reading
from trader.model.market import Market


class Alerting(Part):
    async def alerts(self, person: str) -> list[Alert]:
        """Of this person: those in force, then what is over."""
        return await self._t.alerts.mine(person)

    async def add_alert(
        self,
        person: str,
        place: str,
        market: Market,
        condition: Condition,
        *,
        repeat: bool = False,
        until: datetime | None = None,
    ) -> tuple[Alert, Reading]:
        """Told in the conversation `place`; with how it stands now. UserInputError: alert-span, alert-value,
        alert-too-many, alert-too-long, market-unknown. VenueError."""
        return await self._t.alerts.add(person, place, market, condition, repeat=repeat, until=until)

    async def alert_again(self, person: str, place: str, id_start: str) -> tuple[Alert, Reading]:
        """One that is over, or another like one that is not. UserInputError: alert-unknown, alert-ambiguous, and as
        `add_alert`. VenueError."""
        return await self._t.alerts.again(person, place, id_start)

    async def delete_alerts(self, person: str, id_start: str) -> list[Alert]:
        """One, or all with an empty id. UserInputError: alert-unknown, alert-ambiguous, alert-over."""
        return await self._t.alerts.delete(person, id_start)

    async def mute_alerts(self, person: str, id_start: str, until: datetime | None) -> list[Alert]:
        """As `delete_alerts`; None: until it is said otherwise."""
        return await self._t.alerts.mute(person, id_start, until)

    async def unmute_alerts(self, person: str, id_start: str) -> list[Alert]:
        """As `delete_alerts`."""
        return await self._t.alerts.unmute(person, id_start)
