"""A question to a person, stored: may this be traded?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from trader.model.events import TicketState
from trader.model.order import Cleared


@dataclass(frozen=True, slots=True)
class Ticket:
    """`price` is the market's price when it was asked; a tap outside `price_band` (a fraction) around it is refused.
    `silence_allows`: people were told that it goes on when nobody answers."""

    ticket_id: str
    cleared: Cleared
    price: Decimal
    price_band: Decimal
    created_at: datetime
    expires_at: datetime
    state: TicketState = TicketState.PENDING
    answered_by: str = ""
    answered_at: datetime | None = None
    silence_allows: bool = False
