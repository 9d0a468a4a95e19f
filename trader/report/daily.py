"""What the morning message says: yesterday's Korean day, what happened since, and where we stand.  Pure.

Told at 09:00 in Seoul, when yesterday has been over for nine hours: its figures are final, and those of the night stand
apart, so that the parts add up to what /pnl shows for two days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from trader.model.market import Market
from trader.model.order import ZERO, Fill
from trader.model.plain import plain
from trader.model.portfolio import Portfolio, Position
from trader.model.seoul import SEOUL, day_start
from trader.model.views import PnlReport


@dataclass(frozen=True, slots=True)
class DailyReport:
    """Sums in KRW, net of fees. `start` is yesterday's midnight; `realised`, `fees`, `closed`, `wins`, `best`, `worst`
    and `by_market` (results of the positions closed) are yesterday's; the rest is as of `at`. None = not known."""

    start: datetime
    at: datetime
    realised: Decimal
    fees: Decimal
    closed: int
    wins: int
    best: Position | None
    worst: Position | None
    by_market: dict[Market, Decimal] = field(default_factory=dict)
    realised_today: Decimal = ZERO
    unrealised: Decimal | None = None
    equity: Decimal | None = None
    cash: Decimal | None = None
    positions: int = 0

    def as_data(self) -> dict[str, str]:
        """The data of its event: figures as plain decimal text, empty where not known or where there is none."""
        best, worst = self.best, self.worst
        return {
            "date": f"{self.start.astimezone(SEOUL):%Y-%m-%d}",
            "realised": plain(self.realised),
            "realised_today": plain(self.realised_today),
            "unrealised": plain(self.unrealised),
            "fees": plain(self.fees),
            "closed": str(self.closed),
            "wins": str(self.wins),
            "best_market": best.market.code if best else "",
            "best": plain(best.realised_pnl) if best else "",
            "worst_market": worst.market.code if worst else "",
            "worst": plain(worst.realised_pnl) if worst else "",
            "by_market": " ".join(f"{market.code}={plain(result)}" for market, result in self.by_market.items()),
            "equity": plain(self.equity),
            "cash": plain(self.cash),
            "positions": str(self.positions),
        }


def daily_report(
    pnl: PnlReport, closed: Sequence[Position], fills: Sequence[Fill], portfolio: Portfolio, now: datetime
) -> DailyReport:
    """Yesterday's figures out of two days of rows.

    Args:
        pnl: of the last two Korean days.
        closed, fills: positions closed and fills booked since yesterday's midnight; later ones do not matter.
        portfolio: as of now.
    Raises:
        ValueError: `pnl` does not hold exactly yesterday and today.
    """
    start, end = day_start(now, 1), day_start(now)
    if [day for day, _ in pnl.by_day] != [start, end]:
        raise ValueError("the daily report needs the results of yesterday and today")
    yesterday = [p for p in closed if p.closed_at is not None and start <= p.closed_at < end]
    ranked = sorted(yesterday, key=lambda p: p.realised_pnl)
    by_market: dict[Market, Decimal] = {}
    for position in sorted(yesterday, key=lambda p: p.market):
        by_market[position.market] = by_market.get(position.market, ZERO) + position.realised_pnl
    known = all(market in portfolio.bids for market in portfolio.positions)
    return DailyReport(
        start=start,
        at=now,
        realised=pnl.by_day[0][1],
        fees=sum((fill.fee for fill in fills if start <= fill.at < end), ZERO),
        closed=len(yesterday),
        wins=sum(1 for p in yesterday if p.realised_pnl > 0),
        best=ranked[-1] if ranked else None,
        worst=ranked[0] if ranked else None,
        by_market=by_market,
        realised_today=pnl.by_day[1][1],
        unrealised=portfolio.unrealised_pnl if known else None,
        equity=portfolio.equity if known else None,
        cash=portfolio.cash.total,
        positions=len(portfolio.positions),
    )
