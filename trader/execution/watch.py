"""One order that is followed: what is known of it beyond its row, and how it stands at the venue."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal

from trader.model.order import ZERO, Order, OrderState, Side, VenueOrder

RESTING = frozenset({OrderState.ACCEPTED, OrderState.PARTIAL})


@dataclass(slots=True, eq=False)
class Watch:
    """An order from its intent on. `shown`: as the venue showed it last; `sent`: the POST has been answered, or its
    answer is lost; `over`: it is final; `unwritten`: the rows do not know yet that the venue took it; `asking`: a
    cancel is on its way; `looks`: since something was heard of it; `promised`: a person was told that the cancel has
    not come about yet."""

    order: Order
    shown: VenueOrder | None = None
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    sent: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    doubted_at: float | None = None
    task: asyncio.Task[None] | None = None
    asking: asyncio.Task[None] | None = None
    looks: int = 0
    cancel_wanted: bool = False
    cancel_asked: bool = False
    trouble_told: bool = False
    unwritten: bool = False
    promised: bool = False

    @property
    def ended(self) -> bool:
        """The venue has ended it, whatever the books know."""
        return self.shown is not None and not self.shown.open

    @property
    def outstanding(self) -> Decimal:
        """Base that a sale may still take, or has taken and the books do not know of yet."""
        if self.order.side is Side.BUY or self.order.quantity is None:
            return ZERO
        whole = self.shown.executed_quantity if self.shown and not self.shown.open else self.order.quantity
        return whole - self.order.executed_quantity

    def stands(self, venue: VenueOrder | None) -> bool:
        """The venue shows it open and filled exactly as far as the rows say."""
        if self.order.state not in RESTING or venue is None:
            return False
        return venue.open and venue.executed_quantity == self.order.executed_quantity

    def wake(self) -> None:
        """Something may have happened: look at it now."""
        self.looks = 0
        self.heard.set()
