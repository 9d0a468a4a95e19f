"""One panic under way: what it is about, how far it came, and the row by which a restarted service goes on with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from trader.model.halt import Halt
from trader.model.market import Market
from trader.model.order import Order, Side
from trader.model.portfolio import Position, TradingState
from trader.model.views import CancelResult
from trader.ports import Records
from trader.state import stored_state

_KEY = "panics"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a panic is about. Empty = everything; `strategy` = what it owns, and the exits of what it owns."""

    markets: frozenset[Market] = frozenset()
    strategy: str = ""
    cancel_only: bool = False

    @property
    def whole(self) -> bool:
        return not (self.markets or self.strategy or self.cancel_only)

    def position(self, position: Position) -> bool:
        return self._market(position.market) and self.strategy in ("", position.owner)

    def order(self, order: Order, owned: Collection[Market]) -> bool:
        """`owned`: where positions in scope are held."""
        ours = self.strategy in ("", order.owner) or (order.side is Side.SELL and order.market in owned)
        return self._market(order.market) and ours

    def _market(self, market: Market) -> bool:
        return not self.markets or market in self.markets


@dataclass(slots=True)
class Run:
    """`passing`: a further round may do better; `cause` (as `errors.cause_of` names it) why it is not over yet."""

    by: str
    started: datetime
    scope: Scope
    cancelled: dict[str, CancelResult] = field(default_factory=dict)
    rounds: int = 0
    passing: bool = True
    cause: str = ""


def stored_runs(records: Records) -> list[Run]:
    """Those that are not over, oldest first."""
    return [_run(row) for row in records.notes.get(_KEY) or []]


def store_run(records: Records, run: Run) -> None:
    """One about the same is replaced."""
    others = [_row(other) for other in stored_runs(records) if other.scope != run.scope]
    records.notes.put(_KEY, [*others, _row(run)])


def store_halted_run(records: Records, halt: Halt) -> None:
    """One that could not be written when it was pressed: it goes on, unless an owner has let entries in since."""
    if stored_state(records) is TradingState.HALTED:
        store_run(records, Run(halt.by, halt.at, Scope(halt.markets, halt.strategy, halt.cancel_only)))


def forget_run(records: Records, run: Run) -> None:
    """It is over; one about everything leaves nothing to do for any other."""
    left = [] if run.scope.whole else [other for other in stored_runs(records) if other.scope != run.scope]
    records.notes.put(_KEY, [_row(other) for other in left])


def _row(run: Run) -> dict[str, Any]:
    return {
        "by": run.by,
        "started": run.started.isoformat(),
        "markets": sorted(market.code for market in run.scope.markets),
        "strategy": run.scope.strategy,
        "cancel_only": run.scope.cancel_only,
    }


def _run(row: dict[str, Any]) -> Run:
    markets = frozenset(Market.parse(code) for code in row["markets"])
    scope = Scope(markets, row["strategy"], row["cancel_only"])
    return Run(row["by"], datetime.fromisoformat(row["started"]), scope)
