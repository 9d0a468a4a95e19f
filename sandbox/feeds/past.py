"""What a synthetic market did before the sandbox started: a year of days and two to three days of minutes.

The minutes end where the ticks begin. Days that the minutes cover are summed from them, earlier days lead up to
the first minute's open, so every series agrees with the next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from sandbox.feeds.grid import Floats, PriceGrid
from sandbox.feeds.profiles import COMMON_MINUTE_VOL, SIZE_SPREAD, Profile
from sandbox.feeds.regimes import Regimes
from sandbox.market.bars import Forming
from sandbox.values import Bar

DAYS = 365
_STEPS = 12
_DAY_STEPS = 24
_YEAR_DAMPING = 0.6
"""Days are calmer than the lively minutes would add up to, so that a year stays believable."""
_VOLUME_STEP = Decimal("0.00000001")
_QUARTER = Decimal("0.25")
_MEAN_SIZE = float(np.exp(SIZE_SPREAD**2 / 2))


class Past:
    """History of all markets; `last` is each market's last close, where its ticks go on."""

    def __init__(self, profiles: tuple[Profile, ...], grids: dict[str, PriceGrid], end: datetime, seed: int) -> None:
        self._profiles = profiles
        self._grids = grids
        self._end = end
        self._first_minute = (end - timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
        self._minutes = int((end - self._first_minute).total_seconds()) // 60
        self._seed = seed
        self.last: dict[str, float] = {}
        rng = np.random.default_rng([seed, 0])
        self._common = rng.normal(0.0, COMMON_MINUTE_VOL / _STEPS**0.5, (self._minutes, _STEPS))
        self._common_days = rng.normal(0.0, COMMON_MINUTE_VOL, (DAYS, _DAY_STEPS)) * _day_scale()
        self._paths = {p.info.code: self._minute_path(p, i) for i, p in enumerate(profiles)}

    def bars(self) -> Iterator[Bar]:
        """Closed days, then closed minutes, oldest first, market by market."""
        for index, profile in enumerate(self._profiles):
            minutes = self._minute_bars(profile, index)
            yield from self._day_bars(profile, index)
            yield from _covered_days(minutes, self._end)
            yield from minutes

    def forget(self) -> None:
        """Nobody asks for the history any more."""
        self._paths.clear()
        self._grids.clear()

    def _minute_path(self, profile: Profile, index: int) -> Floats:
        """Prices at `_STEPS` moments of every minute, shape (minutes, steps); the last one is `profile.price`."""
        rng = np.random.default_rng([self._seed, 1, index])
        regimes = Regimes(rng)
        moods = [regimes.next_minute() for _ in range(self._minutes)]
        drift = np.array([m.drift for m in moods])[:, None] / _STEPS
        vol = np.array([m.vol for m in moods])[:, None] / _STEPS**0.5
        own = (drift + vol * rng.standard_normal((self._minutes, _STEPS))) * profile.minute_vol
        path = np.cumsum(own + profile.beta * self._common).reshape(self._minutes, _STEPS)
        prices: Floats = profile.price * np.exp(path - path[-1, -1])
        self.last[profile.info.code] = float(self._grids[profile.info.code].snap(prices[-1:, -1])[0])
        return prices

    def _minute_bars(self, profile: Profile, index: int) -> list[Bar]:
        rng = np.random.default_rng([self._seed, 2, index])
        path = self._paths[profile.info.code]
        trades = rng.poisson(profile.ticks_per_second * 60, self._minutes)
        # The last bar must exist: its close is where the ticks go on.
        trades[-1] = max(trades[-1], 2)
        path = np.where((trades == 1)[:, None], path[:, -1:], path)
        noise = rng.lognormal(0.0, 0.35, self._minutes)
        volume = profile.notional * _MEAN_SIZE * trades * noise / path[:, -1]
        times = [self._first_minute + timedelta(minutes=i) for i in range(self._minutes)]
        chosen = np.flatnonzero(trades)
        late = timedelta(milliseconds=58_700)
        return self._rows(profile, "1m", path[chosen], volume[chosen], [times[i] for i in chosen], late)

    def _day_bars(self, profile: Profile, index: int) -> list[Bar]:
        """Days before the first minute, ending at the first minute's open."""
        rng = np.random.default_rng([self._seed, 3, index])
        own = rng.normal(0.0, profile.minute_vol, (DAYS, _DAY_STEPS)) * _day_scale()
        path = np.cumsum(own + profile.beta * self._common_days).reshape(DAYS, _DAY_STEPS)
        prices: Floats = self._paths[profile.info.code][0, 0] * np.exp(path - path[-1, -1])
        turnover = profile.notional * _MEAN_SIZE * profile.ticks_per_second * 86400
        volume = turnover * rng.lognormal(0.0, 0.4, DAYS) / prices[:, -1]
        times = [self._first_minute - timedelta(days=DAYS - i) for i in range(DAYS)]
        return self._rows(profile, "1d", prices, volume, times, timedelta(milliseconds=86_398_500))

    def _rows(
        self, profile: Profile, unit: str, path: Floats, volume: Floats, times: list[datetime], late: timedelta
    ) -> list[Bar]:
        code = profile.info.code
        grid = self._grids[code]
        snapped = grid.snap(path)
        opens, closes = grid.decimals(snapped[:, 0]), grid.decimals(snapped[:, -1])
        highs, lows = grid.decimals(snapped.max(axis=1)), grid.decimals(snapped.min(axis=1))
        units = np.maximum(volume * 1e8, 1).astype(np.int64).tolist()
        bars: list[Bar] = []
        for at, o, h, lo, c, size in zip(times, opens, highs, lows, closes, units, strict=True):
            amount = _VOLUME_STEP * size
            bars.append(Bar(code, unit, at, o, h, lo, c, amount, amount * (o + h + lo + c) * _QUARTER, at + late))
        return bars


def _day_scale() -> float:
    """Factor from a minute's deviation to that of one of the day's steps."""
    return float((1440 / _DAY_STEPS) ** 0.5 * _YEAR_DAMPING)


def _covered_days(minutes: list[Bar], end: datetime) -> Iterator[Bar]:
    """The finished days within the minutes, summed exactly."""
    today = end.replace(hour=0, minute=0, second=0, microsecond=0)
    day: Forming | None = None
    for bar in minutes:
        if bar.opened_at >= today:
            break
        opened = int(bar.opened_at.timestamp()) // 86400 * 86400
        if day is None or day.opened != opened:
            if day is not None:
                yield day.bar(bar.market, "1d")
            day = Forming(opened, bar.open)
        day.fold(bar)
    if day is not None:
        yield day.bar(minutes[0].market, "1d")
