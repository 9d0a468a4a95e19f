"""How sure is that?  Proportions with their intervals, and how good stated chances were.  Pure, float64."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z95, Z90 = 1.959963984540054, 1.6448536269514722

ENOUGH = 100
"""Below so many resolved answers no verdict is given: telling 55 % from 50 % takes about 385."""


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


def wilson(hits: int, n: int, z: float = Z95) -> Interval:
    """Interval of a proportion.  ValueError: n < 1 or hits outside 0…n.

    Source: Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22(158)."""
    if n < 1 or not 0 <= hits <= n:
        raise ValueError(f"{hits} of {n} is no proportion")
    share, z2 = hits / n, z * z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return Interval(max(centre - half, 0.0), min(centre + half, 1.0))


def difference(hits_a: int, n_a: int, hits_b: int, n_b: int, z: float = Z90) -> Interval:
    """Interval of share A − share B.  ValueError as `wilson`.

    Source: Newcombe (1998), "Interval estimation for the difference between independent proportions", Statistics in
    Medicine 17(8), method 10: built from the two Wilson intervals."""
    a, b = wilson(hits_a, n_a, z), wilson(hits_b, n_b, z)
    p, q = hits_a / n_a, hits_b / n_b
    down = math.hypot(p - a.low, b.high - q)
    up = math.hypot(a.high - p, q - b.low)
    return Interval(p - q - down, p - q + up)


def brier(chances: Sequence[float], happened: Sequence[bool]) -> float:
    """Mean squared error of stated chances: 0 is perfect, 0.25 is what always saying 50 % earns.  ValueError: empty
    or of unequal lengths.  Source: Brier (1950), Monthly Weather Review 78(1)."""
    if not chances or len(chances) != len(happened):
        raise ValueError("as many chances as outcomes, at least one")
    return math.fsum((p - y) ** 2 for p, y in zip(chances, happened, strict=True)) / len(chances)


def brier_skill(chances: Sequence[float], happened: Sequence[bool]) -> float | None:
    """1 − B ÷ B of always saying the base rate: above 0 is better than knowing only how often it happens. None when
    the same thing happened every time. ValueError as `brier`."""
    score = brier(chances, happened)
    base = sum(happened) / len(happened)
    reference = base * (1 - base)
    return None if reference == 0 else 1 - score / reference


def calibration_error(chances: Sequence[float], happened: Sequence[bool], bins: int = 5) -> float:
    """Expected calibration error: mean gap between what was said and how often it came true, over equal-width bins
    weighted by their size.  ValueError as `brier`."""
    if not chances or len(chances) != len(happened):
        raise ValueError("as many chances as outcomes, at least one")
    groups: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for p, y in zip(chances, happened, strict=True):
        groups[min(int(p * bins), bins - 1)].append((p, y))
    gaps = (abs(math.fsum(p for p, _ in g) - sum(y for _, y in g)) for g in groups)
    return math.fsum(gaps) / len(chances)
