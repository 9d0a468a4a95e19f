"""Alerts held against the market: by every trade of the stream, and by candles as they close.

In: rows, prices, closed candles. Out: an event for each that fires, in the transaction that says so in its row, so that
a restart neither repeats nor loses one. A trade costs two comparisons per market where nothing turns: the nearest
prices at which anything would are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from trader.alerts import candles, window
from trader.alerts.window import Window
from trader.background import Background
from trader.chronicle import Chronicle, Tell
from trader.clock import Clock
from trader.errors import StorageFailed, TraderError
from trader.market.collector import CollectFailed, Collector, NoCandles
from trader.model.alert import Alert, AlertKind, AlertState, Condition, Reading
from trader.model.events import EventKind
from trader.model.market import Market, Timeframe
from trader.model.plain import plain
from trader.ports import Records

log = structlog.get_logger(__name__)

APART = timedelta(minutes=5)
"""A repeating alert is told at most so often: a price may tremble around its level."""

Series = tuple[Market, Timeframe]


@dataclass(slots=True)
class _Entry:
    """`written` is what its row says of `holds`; `seen` the candle it was judged by."""

    alert: Alert
    written: bool
    seen: datetime | None = None


@dataclass(slots=True)
class _Live:
    """The alerts of a market that trades tell. Between `low` and `high` no price changes anything; None: look anew."""

    entries: list[_Entry] = field(default_factory=list)
    windows: dict[int, Window] = field(default_factory=dict)
    price: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class _Firing:
    alert: Alert
    value: Decimal | None


class AlertWatch:
    def __init__(self, chronicle: Chronicle, clock: Clock, collector: Collector) -> None:
        self._chronicle = chronicle
        self._clock = clock
        self._collector = collector
        self._entries: dict[str, _Entry] = {}
        self._live: dict[Market, _Live] = {}
        self._firing: dict[str, _Firing] = {}
        self._telling = Background()

    # ---- what is watched

    async def load(self) -> None:
        """Take what rows say, at the start. StorageFailed."""
        for alert in await self._chronicle.storage.read(lambda records: records.alerts.active()):
            self.put(alert)

    def put(self, alert: Alert) -> None:
        """Watch it from now on, in place of what was known of it."""
        self.drop(alert.alert_id)
        entry = self._entries[alert.alert_id] = _Entry(alert, alert.holds)
        if alert.condition.kind.live:
            live = self._live.setdefault(alert.market, _Live())
            live.entries.append(entry)
            if alert.condition.kind is AlertKind.MOVE:
                live.windows.setdefault(alert.condition.span, Window(alert.condition.span))
            live.low = live.high = None

    def drop(self, alert_id: str) -> None:
        entry = self._entries.pop(alert_id, None)
        self._firing.pop(alert_id, None)
        live = self._live.get(entry.alert.market) if entry is not None else None
        if entry is None or live is None or entry not in live.entries:
            return
        live.entries.remove(entry)
        spans = {e.alert.condition.span for e in live.entries if e.alert.condition.kind is AlertKind.MOVE}
        live.windows = {span: kept for span, kept in live.windows.items() if span in spans}
        if not live.entries:
            del self._live[entry.alert.market]

    @property
    def markets(self) -> frozenset[Market]:
        """Those whose trades must be seen."""
        return frozenset(self._live)

    # ---- trades

    def price(self, market: Market, price: Decimal, at: datetime) -> None:
        """A trade. Cheap where nobody asked for anything."""
        live = self._live.get(market)
        if live is None:
            return
        live.price = price
        moved = False
        for kept in live.windows.values():
            moved = kept.put(price, at) or moved
        if moved or live.low is None or live.high is None or not live.low < price < live.high:
            self._judge(live, price)

    def _judge(self, live: _Live, price: Decimal) -> None:
        now = self._clock.now()
        for entry in list(live.entries):
            if not entry.alert.muted(now) and now < entry.alert.expires_at:
                self._seen(entry, _reading(live, entry.alert.condition, price), now)
        turns = [level for entry in live.entries for level in _levels(live, entry.alert.condition)]
        live.low = max((level for level in turns if level <= price), default=Decimal(0))
        live.high = min((level for level in turns if level >= price), default=Decimal("Infinity"))

    def _seen(self, entry: _Entry, reading: Reading, now: datetime) -> None:
        before, alert = entry.alert.holds, entry.alert
        if reading.holds == before:
            return
        entry.alert = replace(alert, holds=reading.holds)
        lately = alert.repeat and alert.fired_at is not None and now - alert.fired_at < APART * self._clock.speed
        if reading.holds and not lately:
            self._fire(entry, reading.value, now)

    def _fire(self, entry: _Entry, value: Decimal | None, now: datetime) -> None:
        state = AlertState.ACTIVE if entry.alert.repeat else AlertState.FIRED
        entry.alert = replace(entry.alert, fired_at=now, state=state)
        firing = _Firing(entry.alert, value)
        if not entry.alert.repeat:
            self.drop(entry.alert.alert_id)
        self._firing[entry.alert.alert_id] = firing
        self._start(entry, firing)

    def _start(self, entry: _Entry, firing: _Firing) -> None:
        async def tell() -> None:
            try:
                await self._tell(firing)
                entry.written = True
            except StorageFailed as err:
                log.error("alert_not_stored", alert=firing.alert.alert_id, error=str(err))  # `tend` tries again

        self._telling.start(tell(), name="alert")

    async def _tell(self, firing: _Firing) -> None:
        """Row and event, unless somebody has deleted it meanwhile. StorageFailed."""
        alert = firing.alert

        def write(records: Records, tell: Tell) -> None:
            stored = records.alerts.get(alert.alert_id)
            if stored is not None and stored.state is AlertState.ACTIVE:
                changed = replace(stored, holds=True, fired_at=alert.fired_at, state=alert.state)
                records.alerts.save(changed)
                tell(EventKind.ALERT, market=alert.market, data=event_data(alert, "fired", firing.value))

        await self._chronicle.write(write)
        if self._firing.get(alert.alert_id) is firing:
            del self._firing[alert.alert_id]

    # ---- candles

    async def look(self) -> None:
        """After candles have closed: read the series people asked for, judge what is new. A series that cannot be read
        stops no other. Raises what the first of them raised."""
        now = self._clock.now()
        due: dict[Series, list[_Entry]] = {}
        for entry in self._entries.values():
            frame = entry.alert.condition.timeframe
            fresh = frame is not None and (entry.seen is None or frame.floor(now) >= entry.seen + 2 * frame.span)
            if frame is not None and fresh and not entry.alert.muted(now):
                due.setdefault((entry.alert.market, frame), []).append(entry)
        failed: list[TraderError] = []
        for series, entries in due.items():
            try:
                await self._look_at(series, entries, now)
            except TraderError as err:
                failed.append(err)
        if failed:
            raise failed[0]

    async def _look_at(self, series: Series, entries: Sequence[_Entry], now: datetime) -> None:
        rows = max(candles.rows_needed(entry.alert.condition) for entry in entries)
        await self._read(*series, rows)
        for entry in entries:
            if entry.alert.alert_id not in self._entries:
                continue  # deleted while the candles came
            try:
                read = await self._collector.load(*series, candles.rows_needed(entry.alert.condition))
            except NoCandles:
                continue
            entry.seen = datetime.fromtimestamp(int(read.opened_at[-1]), now.tzinfo)
            self._seen(entry, candles.read(entry.alert.condition, read), now)

    async def reading(self, market: Market, condition: Condition, price: Decimal) -> Reading:
        """As it stands now, for one that is about to be watched. VenueError."""
        if condition.kind is AlertKind.PRICE:
            return Reading(condition.comparison.holds(price, condition.value), price)
        if condition.timeframe is not None:
            rows = candles.rows_needed(condition)
            await self._read(market, condition.timeframe, rows)
            try:
                return candles.read(condition, await self._collector.load(market, condition.timeframe, rows))
            except NoCandles:
                return Reading(False, None)
        kept = Window(condition.span)
        await self._fill(market, [kept])
        kept.put(price, self._clock.now())
        return window.read(kept, condition.comparison, condition.value, price)

    async def fill(self, market: Market | None = None) -> None:
        """What moved before we were here, or while the stream was away; None: in every market. VenueError."""
        for each in list(self._live) if market is None else [market]:
            live = self._live.get(each)
            if live is not None:
                await self._fill(each, list(live.windows.values()))
                live.low = live.high = None

    async def _fill(self, market: Market, windows: Sequence[Window]) -> None:
        if not windows:
            return
        minutes = max(kept.span for kept in windows) // 60 + 1
        await self._read(market, Timeframe.M1, minutes)
        history = await self._collector.candles(market, Timeframe.M1, minutes)
        now = self._clock.now()
        for kept in windows:
            since = now - timedelta(seconds=kept.span)
            kept.fill((candle for candle in history if candle.closed_at > since), now)

    async def _read(self, market: Market, timeframe: Timeframe, rows: int) -> None:
        """VenueError: what kept the candles from being read."""
        try:
            await self._collector.warm_up([market], timeframe, rows)
        except CollectFailed as failed:
            raise next(iter(failed.causes.values())) from failed

    # ---- what time does

    async def tend(self) -> None:
        """Every few seconds: firings that could not be stored, what rows must know, ends of alerts and of silence.
        StorageFailed: tried again next time."""
        now = self._clock.now()
        if not self._telling.tasks:
            for firing in list(self._firing.values()):
                await self._tell(firing)
        await self._write_holds()
        over = [entry.alert for entry in self._entries.values() if now >= entry.alert.expires_at]
        for alert in over:
            await self._expire(alert)
        for live in list(self._live.values()):
            ended = [e for e in live.entries if e.alert.muted_until is not None and now >= e.alert.muted_until]
            for entry in ended:
                entry.alert = replace(entry.alert, muted_until=None)
            if ended and live.price is not None:
                self._judge(live, live.price)

    async def _write_holds(self) -> None:
        changed = [entry for entry in self._entries.values() if entry.alert.holds != entry.written]
        if not changed:
            return
        known = {entry.alert.alert_id: entry.alert.holds for entry in changed}

        def write(records: Records) -> None:
            for alert_id, holds in known.items():
                stored = records.alerts.get(alert_id)
                if stored is not None and stored.state is AlertState.ACTIVE:
                    records.alerts.save(replace(stored, holds=holds))

        await self._chronicle.storage.write(write)
        for entry in changed:
            entry.written = known[entry.alert.alert_id]

    async def _expire(self, alert: Alert) -> None:
        def write(records: Records, tell: Tell) -> None:
            stored = records.alerts.get(alert.alert_id)
            if stored is not None and stored.state is AlertState.ACTIVE:
                records.alerts.save(replace(stored, state=AlertState.EXPIRED))
                tell(EventKind.ALERT, market=alert.market, data=event_data(alert, "expired", None))

        await self._chronicle.write(write)
        self.drop(alert.alert_id)

    async def close(self) -> None:
        """What is being told is told: it takes one transaction."""
        await self._telling.finish()


def _reading(live: _Live, condition: Condition, price: Decimal) -> Reading:
    if condition.kind is AlertKind.MOVE:
        return window.read(live.windows[condition.span], condition.comparison, condition.value, price)
    return Reading(condition.comparison.holds(price, condition.value), price)


def _levels(live: _Live, condition: Condition) -> Iterable[Decimal]:
    if condition.kind is AlertKind.MOVE:
        return window.levels(live.windows[condition.span], condition.comparison, condition.value)
    return (condition.value,)


def event_data(alert: Alert, outcome: str, value: Decimal | None) -> dict[str, str]:
    """`outcome` is fired or expired."""
    condition = alert.condition
    return {
        "alert_id": alert.alert_id,
        "person": alert.person,
        "to": alert.place,
        "outcome": outcome,
        "condition": condition.kind.value,
        "comparison": condition.comparison.value,
        "level": plain(condition.value),
        "span": str(condition.span or ""),
        "timeframe": condition.timeframe.value if condition.timeframe else "",
        "value": plain(value),
        "repeat": "yes" if alert.repeat else "",
    }
