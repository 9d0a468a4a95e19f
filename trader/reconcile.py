"""Do our books agree with the venue? In: rows and balances. Out: differences, each told once while it lasts.

The bot's lots are kept apart from a person's own coins: the venue may hold more than our books, never less."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from trader.chronicle import Chronicle
from trader.execution.executor import Executor
from trader.model.events import EventKind, Severity
from trader.model.order import ZERO
from trader.model.plain import plain
from trader.model.portfolio import Position
from trader.ports import Exchange, Records


@dataclass(frozen=True, slots=True)
class Difference:
    """The venue holds less of `currency` than our positions say."""

    currency: str
    book: Decimal
    venue: Decimal


class Reconciler:
    def __init__(self, exchange: Exchange, chronicle: Chronicle, executor: Executor) -> None:
        self._exchange = exchange
        self._chronicle = chronicle
        self._executor = executor
        self._told: set[Difference] = set()

    async def run(self) -> list[Difference]:
        """Look at every working order by REST, then compare coins where no order is under way. VenueError."""
        self._executor.hear_all()
        await self._executor.look_for_given_up()
        before = await self._chronicle.storage.read(_quiet)
        balances = await self._exchange.balances()
        after = await self._chronicle.storage.read(_quiet)
        found = []
        for position in before & after:  # what was traded while the venue answered is looked at next time
            balance = balances.get(position.market.base)
            total = balance.total if balance else ZERO
            if total < position.quantity:
                found.append(Difference(position.market.base, position.quantity, total))
        for difference in found:
            if difference not in self._told:
                data = {
                    "currency": difference.currency,
                    "book": plain(difference.book),
                    "venue": plain(difference.venue),
                }
                await self._chronicle.tell(EventKind.MISMATCH, severity=Severity.CRITICAL, data=data)
        self._told = set(found)
        return found


def _quiet(records: Records) -> set[Position]:
    """Open positions of markets without an order under way."""
    busy = {order.market for order in records.orders.unfinished()}
    return {position for position in records.positions.open() if position.market not in busy}
