"""Balances, positions, guard levels and what they are worth."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from trader.model.market import Market
from trader.model.order import ZERO, ExitPlan, Side
from trader.model.ticks import stop_on_tick, table_for, tick_at, up


class TradingState(StrEnum):
    """ACTIVE: all · REDUCING: only sells and cancels · HALTED: only cancels and protective exits."""

    ACTIVE = "active"
    REDUCING = "reducing"
    HALTED = "halted"


@dataclass(frozen=True, slots=True)
class Balance:
    """One currency at the venue. `free` may be ordered with; `locked` is held by open orders and not part of `free`."""

    currency: str
    free: Decimal
    locked: Decimal

    @property
    def total(self) -> Decimal:
        return self.free + self.locked


@dataclass(frozen=True, slots=True)
class Position:
    """What the bot holds of one market, made of fills. `cost` is what was paid for `quantity`, fees included.

    `realised_pnl`, `fees` gather over the position's life; `bought_quantity`/`bought_cost` and
    `sold_quantity`/`sold_proceeds` (net of fees) are its whole history."""

    position_id: str
    market: Market
    owner: str
    opened_at: datetime
    quantity: Decimal
    cost: Decimal
    realised_pnl: Decimal = ZERO
    fees: Decimal = ZERO
    bought_quantity: Decimal = ZERO
    bought_cost: Decimal = ZERO
    sold_quantity: Decimal = ZERO
    sold_proceeds: Decimal = ZERO
    closed_at: datetime | None = None
    exit_reason: str = ""
    thread: str = ""

    @property
    def thread_id(self) -> str:
        """Under which people are told of it: the thread of the order that opened it; one taken over begins its own."""
        return self.thread or self.position_id

    @property
    def open(self) -> bool:
        return self.closed_at is None

    @property
    def average_cost(self) -> Decimal:
        """Quote per base, fees included; 0 for an empty position."""
        return self.cost / self.quantity if self.quantity else ZERO

    def unrealised_pnl(self, bid: Decimal) -> Decimal:
        """Value at the bid less cost, before the fee of selling."""
        return self.quantity * bid - self.cost


@dataclass(frozen=True, slots=True)
class GuardLevels:
    """The guard's row for one open position. `high` is the highest price seen since the entry, `average_cost` the
    position's (quote per base, fees included; 0 = not known). Levels that move are on a tick, as fixed ones are: what
    is shown is what is acted on."""

    position_id: str
    market: Market
    plan: ExitPlan
    high: Decimal
    opened_at: datetime
    average_cost: Decimal = ZERO

    @property
    def effective_stop(self) -> Decimal | None:
        """The tightest of the fixed stop, the trailing one and the break-even one."""
        stops = [s for s in (self.plan.stop, self.breakeven_stop, self.trailing_stop) if s is not None]
        return max(stops) if stops else None

    @property
    def trailing_stop(self) -> Decimal | None:
        trail = self.plan.trail
        return None if trail is None else stop_on_tick(table_for(self.market), self.high * (1 - trail), self.high)

    @property
    def breakeven_price(self) -> Decimal | None:
        """The lowest price on a tick whose sale brings back what was paid, both fees included."""
        rule = self.plan.breakeven
        if rule is None or self.average_cost <= 0:
            return None
        return up(table_for(self.market), self.average_cost / (1 - rule.fee_rate))

    @property
    def breakeven_at(self) -> Decimal | None:
        """The price that moves the stop: `gain` above the average cost, and above the price the stop moves to."""
        rule, price = self.plan.breakeven, self.breakeven_price
        if rule is None or price is None:
            return None
        return max(self.average_cost * (1 + rule.gain), price + tick_at(table_for(self.market), price))

    @property
    def breakeven_stop(self) -> Decimal | None:
        """`breakeven_price` once the price was high enough; told by `high`, so it never moves back."""
        at = self.breakeven_at
        return self.breakeven_price if at is not None and self.high >= at else None

    def with_high(self, high: Decimal) -> GuardLevels:
        return replace(self, high=high)


@dataclass(frozen=True, slots=True)
class DayUse:
    """What has been used of the daily limits since Korean midnight; counted from rows, so a restart changes nothing."""

    entries: int = 0
    spent: Decimal = ZERO
    realised_pnl: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Decline:
    """A strategy's last question about buying or selling in a market ended without a yes. `unanswered`: nobody said
    anything, rather than no."""

    at: datetime
    unanswered: bool


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Everything the risk gate needs to know about us, in one value. Sums in KRW.

    `bids` values positions; `pending` are markets with an order that is not final; `pending_notional` sums the buys the
    venue may not have locked money for yet; `selling` is the base quantity unfinished sales may still take,
    `sold` what of it the venue has sold already and the books have not seen;
    `buying` is the KRW unfinished buys may still spend; `last_exit` is when a position of the market was last closed;
    `losing_stops` when positions were closed by a stop at a loss one after another, up to now, oldest first;
    `declined` by (owner, market, side) are wishes of strategies that people did not want lately;
    `reconciled` is False until books and venue have been compared; `disputed` are markets whose coins are missing."""

    state: TradingState
    cash: Balance
    positions: dict[Market, Position] = field(default_factory=dict)
    bids: dict[Market, Decimal] = field(default_factory=dict)
    pending: frozenset[Market] = frozenset()
    unresolved: frozenset[Market] = frozenset()
    pending_notional: Decimal = ZERO
    last_exit: dict[Market, datetime] = field(default_factory=dict)
    today: DayUse = DayUse()
    selling: dict[Market, Decimal] = field(default_factory=dict)
    sold: dict[Market, Decimal] = field(default_factory=dict)
    buying: Decimal = ZERO
    losing_stops: tuple[datetime, ...] = ()
    reconciled: bool = True
    disputed: frozenset[Market] = frozenset()
    declined: dict[tuple[str, Market, Side], Decline] = field(default_factory=dict)

    @property
    def invested(self) -> Decimal:
        """Positions at the bid (at cost where no bid is known), less what is sold and not booked yet."""
        return sum((self._worth(m, p) for m, p in self.positions.items()), ZERO)

    def _worth(self, market: Market, position: Position) -> Decimal:
        if market not in self.bids:
            return position.cost
        return (position.quantity - self.sold.get(market, ZERO)) * self.bids[market]

    @property
    def equity(self) -> Decimal:
        """Cash, free and locked, plus positions at the bid."""
        return self.cash.total + self.invested

    @property
    def exposed(self) -> Decimal:
        """What is in positions, or on its way into them."""
        return self.invested + self.buying

    @property
    def unrealised_pnl(self) -> Decimal:
        return sum((p.unrealised_pnl(self.bids[m]) for m, p in self.positions.items() if m in self.bids), ZERO)
