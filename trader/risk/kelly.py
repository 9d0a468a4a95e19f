"""The growth criterion from the bot's own closed positions.  In: positions.  Out: a share of equity.  Pure (E6).

f* = (p·b − (1 − p)) ÷ b with p the share of wins and b the mean win over the mean loss, as net returns on what was
paid. Source: Kelly (1956), "A new interpretation of information rate", Bell System Technical Journal 35(4). Both are
measured; while there are too few positions to measure them, a configured share stands in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from trader.model.limits import Sizing
from trader.model.order import ZERO
from trader.model.portfolio import Position

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """Closed positions as net returns, fractions of what was paid. `mean_loss` is a positive number; 0 = no such."""

    wins: int = 0
    losses: int = 0
    mean_win: Decimal = ZERO
    mean_loss: Decimal = ZERO

    @property
    def count(self) -> int:
        return self.wins + self.losses


def track_record(closed: Iterable[Position]) -> TrackRecord:
    """Positions without a purchase (taken over for nothing) say nothing and are left out; a result of 0 is a loss."""
    returns = [p.realised_pnl / p.bought_cost for p in closed if p.bought_cost > 0]
    wins = [r for r in returns if r > 0]
    losses = [-r for r in returns if r <= 0]
    return TrackRecord(len(wins), len(losses), _mean(wins), _mean(losses))


def _mean(values: list[Decimal]) -> Decimal:
    return sum(values, ZERO) / len(values) if values else ZERO


def kelly_share(record: TrackRecord, sizing: Sizing) -> Decimal:
    """The share of equity to spend, 0…1: the scaled criterion once `kelly_sample` positions are closed, until then
    `kelly_start_fraction`. 0 where the record says that this way of trading loses.

    Without a single loss b is unknown; the criterion then tends to p, which is what is taken."""
    if record.count < sizing.kelly_sample:
        return sizing.kelly_start_fraction
    p = Decimal(record.wins) / record.count
    if record.mean_loss == 0:
        full = p
    elif record.mean_win == 0:
        full = ZERO
    else:
        b = record.mean_win / record.mean_loss
        full = (p * b - (ONE - p)) / b
    return min(max(full * sizing.kelly_scale, ZERO), ONE)
