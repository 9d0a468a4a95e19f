"""The newest balances, and when the venue told them: what is known of the account while it cannot be asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from trader.clock import Clock
from trader.model.portfolio import Balance
from trader.ports import Exchange


class AccountBoard:
    """Decisions read afresh; only what people are shown falls back on what is remembered."""

    def __init__(self, exchange: Exchange, clock: Clock) -> None:
        self._exchange = exchange
        self._clock = clock
        self._balances: Mapping[str, Balance] | None = None
        self._at: datetime | None = None

    async def balances(self) -> Mapping[str, Balance]:
        """Asked of the venue. VenueError."""
        balances = await self._exchange.balances()
        self.seen(balances)
        return balances

    def seen(self, balances: Mapping[str, Balance]) -> None:
        """The venue has just told them to somebody else."""
        self._balances, self._at = balances, self._clock.now()

    @property
    def remembered(self) -> Mapping[str, Balance] | None:
        """As last told; None before the first answer."""
        return self._balances

    @property
    def age_seconds(self) -> float | None:
        return None if self._at is None else (self._clock.now() - self._at).total_seconds()
