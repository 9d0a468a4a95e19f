"""What somebody else changed at the venue: differences between our books and the account, and what was said to them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Self

from trader.model.market import Market
from trader.model.order import ZERO


class DifferenceKind(StrEnum):
    """ORDER: an open order that is not ours · SHORT: the venue holds less of a coin than our positions · EXTRA: coins
    came that are not ours · GONE: such coins went · CASH: money came or went."""

    ORDER = "order"
    SHORT = "short"
    EXTRA = "extra"
    GONE = "gone"
    CASH = "cash"


class DifferenceState(StrEnum):
    """OPEN: waits for an answer · ADOPTED, IGNORED: answered by a person · CANCELLED: the order was taken off when a
    person asked for it · PASSED: it went by itself, or a newer one stands for it."""

    OPEN = "open"
    ADOPTED = "adopted"
    IGNORED = "ignored"
    CANCELLED = "cancelled"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Difference:
    """`currency` changed by `change` (signed) without an order of ours; for an ORDER it is the order's quantity left.

    `book` is what our books say of it and `venue` what the account holds (CASH: KRW expected and found; coins: our
    positions and the whole balance). `price` is quote per base: of the trade that was recognised, else the bid when it
    was found; `krw` the money that moved with the coins. `cause` is a code of `trader.ledger.differences.CAUSES`."""

    difference_id: str
    kind: DifferenceKind
    at: datetime
    currency: str
    cause: str
    book: Decimal
    venue: Decimal
    change: Decimal
    price: Decimal | None = None
    krw: Decimal | None = None
    market: Market | None = None
    side: str = ""
    venue_id: str = ""
    state: DifferenceState = DifferenceState.OPEN
    answered_by: str = ""
    answered_at: datetime | None = None

    def answered(self, state: DifferenceState, by: str, now: datetime) -> Self:
        return replace(self, state=state, answered_by=by, answered_at=now)


@dataclass(frozen=True, slots=True)
class Correction:
    """Coins that a person moved into (+) or out of (−) a position of ours, with their part of the cost: no trade of
    ours, so no profit. `price` is what it was settled at; `after_fill` the last fill of the market booked before it
    ("" = none), which fixes its place among the fills whatever the clocks say."""

    correction_id: str
    position_id: str
    market: Market
    quantity: Decimal
    cost: Decimal
    price: Decimal
    at: datetime
    by: str
    after_fill: str = ""


@dataclass(frozen=True, slots=True)
class Agreed:
    """The account as it was last found to be explained: `krw` in all, and of every currency what was not ours
    (`outside`, negative = missing). `mark` counts the fills booked by then; `rounding` sums what the venue rounded."""

    at: datetime
    krw: Decimal
    mark: int
    outside: dict[str, Decimal] = field(default_factory=dict)
    rounding: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What one look found. `unsettled` are currencies not compared because an order of ours was moving; `open` every
    difference that waits for an answer; `standing` ignored ones that may still be adopted. `orders` counts all open
    orders at the venue."""

    at: datetime
    seconds: float
    orders: int
    positions: int
    unsettled: tuple[str, ...] = ()
    open: tuple[Difference, ...] = ()
    standing: tuple[Difference, ...] = ()

    @property
    def equal(self) -> bool:
        """Everything was compared, and no coin of ours is missing: what is left to answer is explained."""
        return not self.unsettled and not any(d.kind is DifferenceKind.SHORT for d in (*self.open, *self.standing))
