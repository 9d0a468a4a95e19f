"""The past, and what lies around: closed trades, results over time, pictures, the audit trail, all markets."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from trader.advice.pattern.model import Assessment, PatternModel
from trader.desk.lookups import Exported
from trader.desk.tools import Part
from trader.errors import UserInputError
from trader.market.screener import Ranking, screen
from trader.model.events import Event, EventKind
from trader.model.market import Market, Timeframe
from trader.model.order import (
    Fill,
    Order,
)
from trader.model.views import (
    Booking,
    ClosedTrade,
    Performance,
    ScreenedMarket,
)


class Past(Part):
    async def trades(self, limit: int = 10, market: Market | None = None, skip: int = 0) -> list[ClosedTrade]:
        """Closed positions, newest first, after the newest `skip`."""
        return await self._t.lookups.trades(limit, market, skip)

    async def performance(self, days: int) -> Performance:
        """The last `days` Korean days beside just holding."""
        return await self._t.results.performance(days)

    async def performance_picture(self, performance: Performance, title: str) -> bytes | None:
        """PNG; None while no result is known. ChartFailed. `title` is Latin."""
        return await self._t.results.picture(performance, title)

    async def screener(self, ranking: Ranking, count: int) -> list[ScreenedMarket]:
        """The first `count` of all markets against KRW. VenueError."""
        t = self._t
        return await screen(t.exchange, t.quotes.infos, t.tuning.current.market_list, ranking, count)

    async def pattern(self, market: Market) -> tuple[PatternModel, Assessment | None] | None:
        """The market's pattern model and what it says of the last closed candle; None: none was trained yet."""
        model = await self._t.patterns.model(market)
        if model is None:
            return None
        found = await self._t.patterns.assess(market)
        return model, found[1] if found is not None else None

    async def train_pattern(self, market: Market) -> PatternModel | None:
        """Train it now; None: its history is too short. TrainingFailed."""
        return await self._t.patterns.train(market)

    async def exported(
        self, what: Exported, start: datetime, end: datetime
    ) -> Sequence[ClosedTrade] | Sequence[Order] | Sequence[Fill] | Sequence[Booking] | Sequence[Event]:
        """Everything from `start` up to but without `end`, oldest first. LedgerMismatch."""
        return await self._t.lookups.exported(what, start, end)

    async def chart(self, market: Market, timeframe: Timeframe | None, candles: int) -> bytes:
        """PNG: candles with entries, exits and the guard's levels. UserInputError: no-candles."""
        return await self._t.draw(market, timeframe or self._t.tuning.current.timeframe, candles)

    async def ticket_chart(self, ticket_id: str) -> bytes:
        """PNG: the market of a question lately, with the planned levels. UserInputError: ticket-unknown, no-candles.
        ChartFailed."""
        ticket = await self._storage.read(lambda records: records.tickets.get(ticket_id))
        if ticket is None:
            raise UserInputError("ticket-unknown", id=ticket_id)
        return await self._t.draw_ticket(ticket, self._t.tuning.current.timeframe)

    async def events(
        self, limit: int, kinds: Collection[EventKind] = (), person: str = "", skip: int = 0
    ) -> list[Event]:
        """The audit trail without those who only looked, newest first, after the newest `skip`; no kinds: all of them;
        `person`: only what that one did."""
        return await self._t.lookups.events(limit, kinds, person, skip)

    async def record(self, *events: Event) -> None:
        """Store events of the front ends (command, stranger) in the audit trail."""
        await self._t.chronicle.record(*events)
