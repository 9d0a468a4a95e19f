"""What a person may ask of alerts: set, list, delete, silence, set again.

Everybody has their own; nobody sees or touches another's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from trader.alerts.watch import AlertWatch
from trader.chronicle import Chronicle
from trader.clock import Clock
from trader.errors import TraderError, UserInputError, VenueError
from trader.ids import new_id
from trader.market.quotes import QuoteBoard
from trader.model.alert import Alert, AlertKind, AlertState, Comparison, Condition, Reading
from trader.model.market import Market
from trader.ports import Exchange, Records

log = structlog.get_logger(__name__)

MOST_OF_A_PERSON = 50
MOST = 500
LASTS = timedelta(days=30)
LONGEST = timedelta(days=366)
LISTED = 100
KEPT_FOR = timedelta(days=30)
"""Alerts that are over are forgotten so long after their own end."""
FRESH_SECONDS = 5.0

SPANS = {AlertKind.MOVE: (60, 86_400), AlertKind.RSI: (2, 100), AlertKind.SMA: (2, 200), AlertKind.VOLUME: (2, 200)}
"""Shortest and longest: seconds of a move, candles of the others."""
HIGHEST = {AlertKind.MOVE: Decimal(1), AlertKind.RSI: Decimal(100), AlertKind.VOLUME: Decimal(1000)}


class AlertBook:
    def __init__(
        self, exchange: Exchange, chronicle: Chronicle, clock: Clock, quotes: QuoteBoard, watch: AlertWatch
    ) -> None:
        self._exchange = exchange
        self._chronicle = chronicle
        self._clock = clock
        self._quotes = quotes
        self._watch = watch
        self._listeners: list[Callable[[], None]] = []

    def on_change(self, listener: Callable[[], None]) -> None:
        """Called when other markets are watched than before."""
        self._listeners.append(listener)

    async def mine(self, person: str) -> list[Alert]:
        """Those in force, oldest first, then what is over, newest first."""
        found = await self._chronicle.storage.read(lambda records: records.alerts.of_person(person, LISTED))
        active = [alert for alert in found if alert.state is AlertState.ACTIVE]
        over = [alert for alert in found if alert.state in (AlertState.FIRED, AlertState.EXPIRED)]
        return [*reversed(active), *over]

    async def add(
        self,
        person: str,
        place: str,
        market: Market,
        condition: Condition,
        *,
        repeat: bool = False,
        until: datetime | None = None,
    ) -> tuple[Alert, Reading]:
        """The alert, and how its condition stands now. A PRICE compared with EITHER is to be reached: from below or
        above, as the price stands. UserInputError: alert-span, alert-value, alert-too-many, alert-too-long,
        market-unknown. VenueError."""
        now = self._clock.now()
        _check(condition)
        if until is not None and until - now > LONGEST:
            raise UserInputError("alert-too-long", days=str(LONGEST.days))
        if self._quotes.infos and market not in self._quotes.infos:
            raise UserInputError("market-unknown", text=market.code)
        price = await self._price(market)
        if condition.kind is AlertKind.PRICE and condition.comparison is Comparison.EITHER:
            upwards = price < condition.value
            condition = replace(condition, comparison=Comparison.AT_LEAST if upwards else Comparison.AT_MOST)
        reading = await self._watch.reading(market, condition, price)
        alert = Alert(
            new_id(), person, place, market, condition, repeat, now, until or now + LASTS, holds=reading.holds
        )
        await self._chronicle.storage.write(lambda records: _add(records, alert, now))
        self._watch.put(alert)
        try:
            await self._watch.fill(market)
        except TraderError as err:
            log.warning("alert_history_unread", market=str(market), error=str(err))  # it was set all the same
        for listener in self._listeners:
            listener()
        return alert, reading

    async def again(self, person: str, place: str, id_start: str) -> tuple[Alert, Reading]:
        """The same once more. UserInputError: alert-unknown, alert-ambiguous, and as `add`."""
        old = await self._find(person, id_start)
        return await self.add(person, place or old.place, old.market, old.condition, repeat=old.repeat)

    async def delete(self, person: str, id_start: str) -> list[Alert]:
        """One (by the beginning of its id), or with an empty one all that are in force. UserInputError: alert-unknown,
        alert-ambiguous."""
        found = await self._found(person, id_start)
        await self._save([replace(alert, state=AlertState.DELETED) for alert in found])
        for alert in found:
            self._watch.drop(alert.alert_id)
        for listener in self._listeners:
            listener()
        return found

    async def mute(self, person: str, id_start: str, until: datetime | None) -> list[Alert]:
        """As `delete`; until it is said otherwise when `until` is None."""
        found = [replace(a, muted_until=until or a.expires_at) for a in await self._found(person, id_start)]
        return await self._changed(found)

    async def unmute(self, person: str, id_start: str) -> list[Alert]:
        """As `delete`."""
        return await self._changed([replace(a, muted_until=None) for a in await self._found(person, id_start)])

    async def _changed(self, alerts: list[Alert]) -> list[Alert]:
        await self._save(alerts)
        for alert in alerts:
            self._watch.put(alert)
        return alerts

    async def _save(self, alerts: list[Alert]) -> None:
        def write(records: Records) -> None:
            for alert in alerts:
                stored = records.alerts.get(alert.alert_id)
                if stored is not None and stored.state is AlertState.ACTIVE:
                    records.alerts.save(replace(stored, state=alert.state, muted_until=alert.muted_until))

        await self._chronicle.storage.write(write)

    async def _found(self, person: str, id_start: str) -> list[Alert]:
        if id_start:
            found = await self._find(person, id_start)
            if found.state is not AlertState.ACTIVE:
                raise UserInputError("alert-over", id=found.alert_id[:6])
            return [found]
        return [alert for alert in await self.mine(person) if alert.state is AlertState.ACTIVE]

    async def _find(self, person: str, id_start: str) -> Alert:
        start = id_start.upper()
        found = [alert for alert in await self.mine(person) if alert.alert_id.startswith(start)]
        exact = [alert for alert in found if alert.alert_id == start]
        if len(exact or found) != 1:
            raise UserInputError("alert-ambiguous" if found else "alert-unknown", id=id_start)
        return (exact or found)[0]

    async def _price(self, market: Market) -> Decimal:
        if self._quotes.stale(market, FRESH_SECONDS):
            await self._quotes.refresh(self._exchange, [market])
        quote = self._quotes.quote(market)
        if quote is None:
            raise VenueError(f"no price of {market}")
        return quote.last


def _add(records: Records, alert: Alert, now: datetime) -> None:
    """Counted in the transaction that adds: two at once must not both be the last one."""
    records.alerts.prune(now - KEPT_FOR)
    active = records.alerts.active()
    if len(active) >= MOST or sum(a.person == alert.person for a in active) >= MOST_OF_A_PERSON:
        raise UserInputError("alert-too-many", most=str(MOST_OF_A_PERSON))
    records.alerts.add(alert)


def _check(condition: Condition) -> None:
    shortest, longest = SPANS.get(condition.kind, (0, 0))
    if not shortest <= condition.span <= longest:
        raise UserInputError("alert-span", kind=condition.kind.value, least=str(shortest), most=str(longest))
    highest = HIGHEST.get(condition.kind)
    if condition.kind is not AlertKind.SMA and not 0 < condition.value <= (highest or condition.value):
        raise UserInputError("alert-value", value=str(condition.value))
