"""Candles of one market, built from trades and from history (reference §4).

Ticks form the second, the minute and the day that run now. A closed minute is folded into the longer minute
candles and a closed day into week, month and year, so a tick costs three small updates whatever the number of
units. A bar exists only if a trade happened. Prices are quote per base, volumes base, values quote; all exact."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sandbox.values import Bar
from sandbox.wire import EPOCH, ZERO, from_ms, to_ms

MINUTE_SECONDS = {
    "3m": 180,
    "5m": 300,
    "10m": 600,
    "15m": 900,
    "30m": 1800,
    "60m": 3600,
    "240m": 14400,
}
CALENDAR_UNITS = ("1w", "1M", "1y")
DAY = 86400

_KEPT = {"1s": 3600, "1m": 5 * 1440, "1d": 1500}
_KEPT_OTHERS = 2000
_SLACK = 200


def period_start(unit: str, day: datetime) -> datetime:
    """First UTC midnight of the week (Monday), month or year that holds `day`."""
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "1w":
        return midnight - timedelta(days=midnight.weekday())
    return midnight.replace(day=1) if unit == "1M" else midnight.replace(month=1, day=1)


class Forming:
    """A bar that still changes. `opened` is unix seconds, `last_ms` the unix milliseconds of its last trade."""

    __slots__ = ("close", "high", "last_ms", "low", "open", "opened", "value", "volume")

    def __init__(self, opened: int, price: Decimal) -> None:
        self.opened = opened
        self.open = self.high = self.low = self.close = price
        self.volume = self.value = ZERO
        self.last_ms = opened * 1000

    def trade(self, ms: int, price: Decimal, volume: Decimal, value: Decimal) -> None:
        if price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        self.close = price
        self.volume += volume
        self.value += value
        self.last_ms = ms

    def fold(self, bar: Bar) -> None:
        """Take in a later bar that lies inside this one."""
        self.high = max(self.high, bar.high)
        self.low = min(self.low, bar.low)
        self.close = bar.close
        self.volume += bar.volume
        self.value += bar.value
        self.last_ms = to_ms(bar.last_at)

    def bar(self, market: str, unit: str) -> Bar:
        return Bar(
            market,
            unit,
            from_ms(self.opened * 1000),
            self.open,
            self.high,
            self.low,
            self.close,
            self.volume,
            self.value,
            from_ms(self.last_ms),
        )


def _start_from(bar: Bar, opened: int) -> Forming:
    forming = Forming(opened, bar.open)
    forming.fold(bar)
    return forming


class BarStore:
    """All candles of one market, oldest dropped first when a unit holds too many."""

    def __init__(self, market: str) -> None:
        self._market = market
        self._closed: dict[str, list[Bar]] = {}
        self._running: dict[str, Forming] = {}
        # Longer candles of a market that nobody asks for are not built until they are asked for.
        self._unbuilt = {*MINUTE_SECONDS, *CALENDAR_UNITS}
        self._day_minutes: deque[tuple[int, Decimal, Decimal]] = deque()
        self._day_volume = ZERO
        self._day_value = ZERO
        self._last_ms = 0

    def load(self, history: Iterable[Bar]) -> None:
        """Take in closed 1d and 1m bars, oldest first within each unit, before the first `add`.

        Raises:
            ValueError: a bar has another unit.
        """
        bars = list(history)
        for bar in bars:
            if bar.unit == "1d":
                self._close_day(bar)
            elif bar.unit != "1m":
                raise ValueError(f"history holds 1d and 1m bars, not {bar.unit}")
        days = self._closed.get("1d", [])
        today = days[-1].opened_at + timedelta(days=1) if days else EPOCH
        for bar in bars:
            if bar.unit != "1m":
                continue
            self._close_minute(bar)
            if bar.opened_at >= today:
                self._fold_day(bar)
            self._last_ms = max(self._last_ms, to_ms(bar.last_at))

    def add(self, ms: int, price: Decimal, volume: Decimal) -> None:
        """One trade at unix milliseconds `ms`; a time before the last trade counts as that trade's time."""
        ms = max(ms, self._last_ms)
        self._last_ms = ms
        value = price * volume
        second = ms // 1000
        self._put("1s", second, ms, price, volume, value)
        self._put("1m", second - second % 60, ms, price, volume, value)
        self._put("1d", second - second % DAY, ms, price, volume, value)

    def add_second(self, ms: int, price: Decimal, volume: Decimal) -> None:
        """A trade of which only the second candle is not known yet; before the first `add`, in time order."""
        self._put("1s", ms // 1000, ms, price, volume, price * volume)

    def _put(self, unit: str, opened: int, ms: int, price: Decimal, volume: Decimal, value: Decimal) -> None:
        forming = self._running.get(unit)
        if forming is None or forming.opened != opened:
            if forming is not None:
                self._close(unit, forming)
            forming = self._running[unit] = Forming(opened, price)
        forming.trade(ms, price, volume, value)

    def newest(self, unit: str) -> Bar | None:
        """The bar in progress, or the last one when no trade followed it."""
        self._build(unit)
        tail = self._tail(unit)
        if tail:
            return tail[-1]
        closed = self._closed.get(unit)
        return closed[-1] if closed else None

    def recent(self, unit: str, count: int, before: datetime | None = None) -> list[Bar]:
        """At most `count` bars that open before `before` (exclusive), newest first, the one in progress included."""
        self._build(unit)
        tail = self._tail(unit)
        if before is not None:
            tail = [bar for bar in tail if bar.opened_at < before]
        chosen = tail[::-1][:count]
        closed = self._closed.get(unit, [])
        end = len(closed) if before is None else bisect_left(closed, before, key=lambda bar: bar.opened_at)
        chosen.extend(reversed(closed[max(0, end - (count - len(chosen))) : end]))
        return chosen

    def minutes_between(self, start: datetime, end: datetime) -> list[Bar]:
        """Closed minute bars with start <= open < end, oldest first."""
        closed = self._closed.get("1m", [])
        left = bisect_left(closed, start, key=lambda bar: bar.opened_at)
        return closed[left : bisect_left(closed, end, key=lambda bar: bar.opened_at)]

    def closed_days(self) -> list[Bar]:
        """Finished days, oldest first; not to be changed."""
        return self._closed.get("1d", [])

    def day_totals(self, now: datetime) -> tuple[Decimal, Decimal]:
        """Volume and value of the last 24 hours, to the minute."""
        oldest = to_ms(now) // 1000 - DAY
        while self._day_minutes and self._day_minutes[0][0] <= oldest:
            _, volume, value = self._day_minutes.popleft()
            self._day_volume -= volume
            self._day_value -= value
        minute = self._running.get("1m")
        if minute is None or minute.opened <= oldest:
            return self._day_volume, self._day_value
        return self._day_volume + minute.volume, self._day_value + minute.value

    def _tail(self, unit: str) -> list[Bar]:
        """Bars of `unit` not stored as closed: the folded part and the base bar in progress, oldest first."""
        forming = self._running.get(unit)
        if unit in ("1s", "1m", "1d"):
            return [] if forming is None else [forming.bar(self._market, unit)]
        base = self._running.get("1m" if unit in MINUTE_SECONDS else "1d")
        tail = [] if forming is None else [forming.bar(self._market, unit)]
        if base is None:
            return tail
        opened = self._bucket(unit, base.opened)
        if forming is not None and forming.opened == opened:
            joined = _start_from(tail[0], opened)
            joined.fold(base.bar(self._market, unit))
            return [joined.bar(self._market, unit)]
        return [*tail, _start_from(base.bar(self._market, unit), opened).bar(self._market, unit)]

    @staticmethod
    def _bucket(unit: str, opened: int) -> int:
        size = MINUTE_SECONDS.get(unit)
        if size is not None:
            return opened - opened % size
        return int(period_start(unit, datetime.fromtimestamp(opened, UTC)).timestamp())

    def _close(self, unit: str, forming: Forming) -> None:
        bar = forming.bar(self._market, unit)
        if unit == "1s":
            self._keep("1s", bar)
        elif unit == "1m":
            self._close_minute(bar)
        else:
            self._close_day(bar)

    def _close_minute(self, bar: Bar) -> None:
        self._keep("1m", bar)
        self._day_minutes.append((int(bar.opened_at.timestamp()), bar.volume, bar.value))
        self._day_volume += bar.volume
        self._day_value += bar.value
        for unit in MINUTE_SECONDS:
            self._fold(unit, bar)

    def _close_day(self, bar: Bar) -> None:
        self._keep("1d", bar)
        for unit in CALENDAR_UNITS:
            self._fold(unit, bar)

    def _fold_day(self, minute: Bar) -> None:
        opened = int(minute.opened_at.timestamp())
        opened -= opened % DAY
        day = self._running.get("1d")
        if day is not None and day.opened == opened:
            day.fold(minute)
            return
        if day is not None:
            self._close_day(day.bar(self._market, "1d"))
        self._running["1d"] = _start_from(minute, opened)

    def _build(self, unit: str) -> None:
        if unit in self._unbuilt:
            self._unbuilt.remove(unit)
            for bar in self._closed.get("1m" if unit in MINUTE_SECONDS else "1d", []):
                self._fold(unit, bar)

    def _fold(self, unit: str, bar: Bar) -> None:
        if unit in self._unbuilt:
            return
        opened = self._bucket(unit, int(bar.opened_at.timestamp()))
        forming = self._running.get(unit)
        if forming is not None and forming.opened == opened:
            forming.fold(bar)
            return
        if forming is not None:
            self._keep(unit, forming.bar(self._market, unit))
        self._running[unit] = _start_from(bar, opened)

    def _keep(self, unit: str, bar: Bar) -> None:
        closed = self._closed.setdefault(unit, [])
        closed.append(bar)
        limit = _KEPT.get(unit, _KEPT_OTHERS)
        if len(closed) > limit + _SLACK:
            for longer in MINUTE_SECONDS if unit == "1m" else CALENDAR_UNITS if unit == "1d" else ():
                self._build(longer)
            del closed[:-limit]
