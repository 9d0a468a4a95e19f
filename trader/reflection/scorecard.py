"""Does the AI earn its cost?  In: judged answers.  Out: scores per member and for the ensemble.  Pure (R9).

Every answer counts, also HOLD and the votes on trades that were not made; figures come with their sample size, and
below `ENOUGH` no verdict is given. Value added is KRW against the same rules without any model: what was kept from
losing, less what was kept from winning, less the bill."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from statistics import fmean, median, quantiles

from trader.model.advice import MemberStatus, Stance
from trader.model.order import Side
from trader.model.reflection import Move
from trader.reflection.outcomes import STANCE, followed, hit
from trader.reflection.statistics import ENOUGH, Interval, brier, brier_skill, calibration_error, wilson

ZERO, ONE = Decimal(0), Decimal(1)
NOT_CALLED = frozenset({MemberStatus.BUDGET, MemberStatus.RESTING})
"""Endings of a question that was never put to the member."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One member's part in one consultation and what the market did then. `side` is the rules' wish (None: they had
    none), `notional` what they would have traded, `share` 0…1 what this answer left of it. `move` is at the horizon of
    the card, `foretold` at the one the answer named, which is what its `p_up` is about; None: not known yet. `stance`
    None: no valid answer."""

    consultation_id: str
    member: str
    status: MemberStatus
    stance: Stance | None
    p_up: Decimal | None
    side: Side | None
    notional: Decimal
    share: Decimal
    cost: Decimal
    latency_seconds: float
    move: Move | None
    foretold: Move | None


@dataclass(frozen=True, slots=True)
class Score:
    """Of one member, or of the ensemble. Returns are fractions, money KRW, times seconds; None = nothing to tell it
    from. `calls` are questions put to it, `failed` those without a valid answer; `n` is the number of resolved answers
    that hits and returns stand on."""

    name: str
    calls: int
    failed: int
    cost: Decimal
    n: int
    hits: int
    hit_interval: Interval | None
    mean_net: float | None
    median_net: float | None
    brier: float | None
    skill: float | None
    calibration: float | None
    value_added: Decimal
    latency_p50: float | None
    latency_p95: float | None

    @property
    def enough(self) -> bool:
        return self.n >= ENOUGH

    @property
    def hit_rate(self) -> float | None:
        return self.hits / self.n if self.n else None

    @property
    def below_the_bar(self) -> bool:
        """Known to cost more than it brings, and no better at chances than the base rate."""
        return self.enough and self.value_added < 0 and (self.skill is None or self.skill <= 0)


def score(name: str, judged: Sequence[Judged], fee_rate: Decimal) -> Score:
    """One line of the scorecard, from everything of one member at one horizon."""
    resolved = [(j, j.stance, j.move) for j in judged if j.stance is not None and j.move is not None]
    nets = [float(followed(stance, move, fee_rate)) for _, stance, move in resolved]
    hits = sum(hit(stance, move, fee_rate, side=j.side) for j, stance, move in resolved)
    stated = _stated(judged)
    chances, happened = [p for p, _ in stated], [y for _, y in stated]
    latencies = [j.latency_seconds for j in judged if j.latency_seconds > 0]
    cost = sum((j.cost for j in judged), ZERO)
    called = [j for j in judged if j.status not in NOT_CALLED]
    return Score(
        name=name,
        calls=len(called),
        failed=sum(j.stance is None for j in called),
        cost=cost,
        n=len(resolved),
        hits=hits,
        hit_interval=wilson(hits, len(resolved)) if resolved else None,
        mean_net=fmean(nets) if nets else None,
        median_net=median(nets) if nets else None,
        brier=brier(chances, happened) if chances else None,
        skill=brier_skill(chances, happened) if chances else None,
        calibration=calibration_error(chances, happened) if len(chances) >= ENOUGH else None,
        value_added=sum((value_added(j, fee_rate) for j in judged), ZERO) - cost,
        latency_p50=median(latencies) if latencies else None,
        latency_p95=_p95(latencies),
    )


def _stated(judged: Sequence[Judged]) -> list[tuple[float, bool]]:
    """Each chance that was stated, and whether it came true where it was said to."""
    return [(float(j.p_up), j.foretold.up) for j in judged if j.p_up is not None and j.foretold is not None]


def value_added(judged: Judged, fee_rate: Decimal) -> Decimal:
    """KRW against the same rules without a model, before the bill; 0 while the outcome is not known.

    The rules would have made followed(side) × notional; this answer leaves `share` of it. Where the rules had no wish,
    whatever came of the answer's own trade is added value."""
    if judged.move is None:
        return ZERO
    if judged.side is None:
        result = followed(judged.stance, judged.move, fee_rate) if judged.stance is not None else ZERO
        return judged.share * judged.notional * result
    return (judged.share - ONE) * judged.notional * followed(STANCE[judged.side], judged.move, fee_rate)


def _p95(values: Sequence[float]) -> float | None:
    if not values:
        return None
    return values[0] if len(values) == 1 else quantiles(values, n=20, method="inclusive")[18]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two members on the same questions: how often they said the same, and were wrong together."""

    first: str
    second: str
    n: int
    agreed: int
    both_wrong: int


def pairs(by_member: Mapping[str, Sequence[Judged]], fee_rate: Decimal) -> list[Pair]:
    """Every two members; three of one vendor are not three opinions, and this shows it."""
    found: list[Pair] = []
    for first, second in combinations(sorted(by_member), 2):
        others = {j.consultation_id: j for j in by_member[second] if j.stance is not None and j.move is not None}
        n = agreed = wrong = 0
        for one in by_member[first]:
            other = others.get(one.consultation_id)
            if other is None or one.stance is None or one.move is None or other.stance is None or other.move is None:
                continue
            n += 1
            agreed += one.stance is other.stance
            first_right = hit(one.stance, one.move, fee_rate, side=one.side)
            wrong += not first_right and not hit(other.stance, other.move, fee_rate, side=other.side)
        found.append(Pair(first, second, n, agreed, wrong))
    return found


def calibration_bins(judged: Sequence[Judged], bins: int = 5) -> list[tuple[float, float, int]]:
    """For the picture: (mean stated chance, share that came true, n) of each bin that holds anything."""
    groups: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for chance, up in _stated(judged):
        groups[min(int(chance * bins), bins - 1)].append((chance, up))
    return [(math.fsum(p for p, _ in g) / len(g), sum(y for _, y in g) / len(g), len(g)) for g in groups if g]
