"""Valid prices of a market as arrays: the tick table of `sandbox.rules` for many prices at once.  Pure.

Simulated prices are float64 until they become a count of ticks; the Decimal is tick times count, hence exact."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from sandbox.rules import tick_size

Floats = NDArray[np.float64]


class PriceGrid:
    """Snaps prices (quote per base) of one market to its ticks."""

    def __init__(self, code: str) -> None:
        bounds: list[float] = []
        ticks: list[Decimal] = []
        for power in range(-8, 10):
            for lead in (1, 2, 5):
                bound = Decimal(lead).scaleb(power)
                tick = tick_size(code, bound)
                if not ticks or tick != ticks[-1]:
                    bounds.append(float(bound))
                    ticks.append(tick)
        self._bounds = np.array(bounds)
        self._ticks = ticks
        self._steps = np.array([float(tick) for tick in ticks])
        self._known: dict[tuple[int, int], Decimal] = {}

    def steps(self, prices: Floats) -> Floats:
        """The tick at each price."""
        return self._steps[self._bands(prices)]

    def snap(self, prices: Floats) -> Floats:
        """The nearest valid price above zero, as float64 close to the exact one."""
        steps = self.steps(prices)
        return np.maximum(np.rint(prices / steps), 1.0) * steps

    def decimals(self, prices: Floats) -> list[Decimal]:
        """Exact prices of values that `snap` gave; equal prices are the same object, which saves memory."""
        bands = self._bands(prices * (1 + 1e-12))
        counts = np.rint(prices / self._steps[bands]).astype(np.int64)
        known = self._known
        found: list[Decimal] = []
        for key in zip(bands.tolist(), counts.tolist(), strict=True):
            price = known.get(key)
            if price is None:
                price = known[key] = self._ticks[key[0]] * key[1]
            found.append(price)
        if len(known) > 50_000:
            known.clear()
        return found

    def _bands(self, prices: Floats) -> NDArray[np.int64]:
        return np.maximum(np.searchsorted(self._bounds, prices, side="right") - 1, 0)
