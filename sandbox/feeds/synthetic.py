"""The synthetic feed: invented but believable markets, the same for the same seed, start and speed.

One minute of all markets is drawn at a time, in order, so it does not matter how `advance` is sliced. Each market
has moods (`regimes`), follows a common factor that is mostly Bitcoin, and its trades hit the bid or lift the ask
with a chance that leans with the move. Far above real time the trades are thinned, not the moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from sandbox.feeds.grid import Floats, PriceGrid
from sandbox.feeds.past import Past
from sandbox.feeds.profiles import COMMON_MINUTE_VOL, PROFILES, SIZE_SPREAD, Profile
from sandbox.feeds.queue import TickQueue
from sandbox.feeds.regimes import Regimes
from sandbox.values import Bar, MarketInfo, Taker, Tick
from sandbox.wire import from_ms, to_ms

_MINUTE_MS = 60_000
_WARM_UP_MINUTES = 3
"""Trades begin this long before `start`, so that recent trades and second candles exist at once."""
_MOST_TICKS_PER_REAL_SECOND = 400.0
_FEWEST_PER_MINUTE = 3.0
_VOLUME_STEP = Decimal("0.00000001")
_SMALLEST_NOTIONAL = 5_000.0
_HOME_PULL = 0.0004
"""Share of the distance to the profile's price that closes in a minute: days at high speed stay in a sane range."""


@dataclass(slots=True)
class _State:
    """Where one market is: logarithm of its mid price and of the centre of its present range."""

    profile: Profile
    grid: PriceGrid
    rng: np.random.Generator
    regimes: Regimes
    log_price: float
    log_centre: float


class SyntheticFeed:
    """Implements `Feed`; `start` is the moment it is made for.

    Args:
        seed: any integer >= 0; another seed gives other markets.
        now: aware UTC, the sandbox's first moment.
    """

    def __init__(self, seed: int, now: datetime, profiles: tuple[Profile, ...] = PROFILES) -> None:
        self._start = now
        self._profiles = profiles
        first = now.replace(second=0, microsecond=0) - timedelta(minutes=_WARM_UP_MINUTES)
        grids = {p.info.code: PriceGrid(p.info.code) for p in profiles}
        self._past = Past(profiles, grids, first, seed)
        self._next_ms = to_ms(first)
        self._thinning = 1.0
        self._common_rng = np.random.default_rng([seed, 4])
        self._common_regimes = Regimes(self._common_rng)
        self._states = {
            p.info.code: _State(
                p,
                grids[p.info.code],
                rng := np.random.default_rng([seed, 5, i]),
                Regimes(rng),
                log := float(np.log(self._past.last[p.info.code])),
                log,
            )
            for i, p in enumerate(profiles)
        }
        self._queue = TickQueue(first)

    @property
    def markets(self) -> tuple[MarketInfo, ...]:
        return tuple(p.info for p in self._profiles)

    @property
    def start(self) -> datetime:
        return self._start

    def history(self) -> Iterable[Bar]:
        return self._past.bars()

    def set_speed(self, speed: float) -> None:
        """Thin the trades so that at most about 400 of them fall into a real second; from the next minute on."""
        usual = sum(p.ticks_per_second for p in self._profiles) * speed
        self._thinning = min(1.0, _MOST_TICKS_PER_REAL_SECOND / usual)

    def advance(self, until: datetime) -> Iterator[Tick]:
        return self._queue.due(until, self._draw_until)

    def set_price(self, market: str, price: Decimal) -> None:
        """Jump to the valid price at or below `price`; the minute's remaining trades move along.

        Raises:
            KeyError: no such market.
            ValueError: `price` is not above the smallest tick.
        """
        state = self._states[market]
        before = self._queue.next_price(market) or Decimal(float(np.exp(state.log_price)))
        factor = self._queue.jump(market, price, before)
        state.log_price += float(np.log(float(factor)))
        state.log_centre = state.log_price

    async def open(self) -> None:
        """Nothing to connect."""

    async def close(self) -> None:
        """Nothing to disconnect; what was drawn is some megabytes."""
        self._past.forget()
        self._states.clear()

    def _draw_until(self, until: datetime) -> bool:
        if self._next_ms > to_ms(until):
            return False
        self._queue.extend(self._draw_minute())
        return True

    def _draw_minute(self) -> Iterator[Tick]:
        """The next minute of all markets, in time order."""
        start = self._next_ms
        self._next_ms += _MINUTE_MS
        mood = self._common_regimes.next_minute()
        steps = (mood.drift / 60 + mood.vol / 60**0.5 * self._common_rng.standard_normal(60)) * COMMON_MINUTE_VOL
        common = np.concatenate(([0.0], np.cumsum(steps)))
        rows: list[tuple[int, str, Decimal, Decimal, bool]] = []
        for state in self._states.values():
            rows.extend(self._draw_market(state, start, common))
        rows.sort(key=lambda row: row[0])
        before, count = -1, 0
        for ms, market, price, volume, buying in rows:
            count = count + 1 if ms == before else 0
            before = ms
            taker: Taker = "BID" if buying else "ASK"
            yield Tick(market, from_ms(ms), price, volume, taker, ms * 10_000 + count)

    def _draw_market(
        self, state: _State, start: int, common: Floats
    ) -> Iterable[tuple[int, str, Decimal, Decimal, bool]]:
        """One minute of one market as rows of (unix ms, market, price, volume, buyer was taker)."""
        profile, rng = state.profile, state.rng
        mood = state.regimes.next_minute()
        if state.regimes.changed:
            state.log_centre = state.log_price
        usual = profile.ticks_per_second * 60
        count = int(rng.poisson(max(usual * self._thinning, min(usual, _FEWEST_PER_MINUTE)) * mood.activity))
        seconds = np.sort(rng.random(count)) * 60
        edges = np.concatenate((seconds, [60.0]))
        gaps = np.diff(edges, prepend=0.0)
        shocks = rng.standard_normal(count + 1)
        pull = mood.pull * (state.log_centre - state.log_price)
        pull += _HOME_PULL * (np.log(profile.price) - state.log_price)
        own = (mood.drift * gaps / 60 + mood.vol * np.sqrt(gaps / 60) * shocks) * profile.minute_vol
        own[count // 2] += mood.jump * profile.minute_vol
        factor = np.interp(edges, np.arange(61), common) * profile.beta
        path = state.log_price + np.cumsum(own) + factor + pull * edges / 60
        state.log_price = float(path[-1])
        mid = np.exp(path[:-1])
        steps = state.grid.steps(mid)
        below = np.floor(mid / steps) * steps
        lean = np.tanh(shocks[:-1] + 0.5 * mood.drift)
        buying = rng.random(count) < 0.5 + 0.35 * lean
        prices = state.grid.snap(np.where(buying, below + steps, np.maximum(below, steps)))
        size = np.exp(SIZE_SPREAD * rng.standard_normal(count)) * (1 + 0.5 * np.abs(lean))
        notional = np.clip(profile.notional * size, _SMALLEST_NOTIONAL, profile.notional * 60)
        units = np.maximum(notional / prices * 1e8, 1).astype(np.int64).tolist()
        return zip(
            (start + (seconds * 1000).astype(np.int64)).tolist(),
            [profile.info.code] * count,
            state.grid.decimals(prices),
            [_VOLUME_STEP * unit for unit in units],
            buying.tolist(),
            strict=True,
        )
