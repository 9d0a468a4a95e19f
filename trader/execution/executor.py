"""Authorised → Order → Fill: write the intent, send once, follow until it is over.

In: `Authorised`, the venue, the private stream's hints. Out: rows (orders, fills, positions, guard levels) and the
events that tell of them. The stream only says *when* to look; what happened is read by REST, so there is one way of
booking and a replayed message is harmless."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog

from trader.chronicle import Chronicle, Tell
from trader.clock import Clock
from trader.errors import (
    DuplicateClientOrderId,
    LedgerMismatch,
    NotFound,
    OutcomeUnknown,
    StorageFailed,
    VenueError,
    VenueRejected,
)
from trader.execution.lifecycle import Book, absorb, accept, doubt, intend, reject, resolve
from trader.execution.planner import plan
from trader.ids import new_id
from trader.model.events import EventKind, Severity
from trader.model.limits import OrderStyle
from trader.model.market import Market, Quote
from trader.model.order import Authorised, Order, OrderRequest, OrderState, OrderType, Origin, VenueOrder
from trader.model.views import CancelResult
from trader.ports import Exchange, Records
from trader.settings import Settings

log = structlog.get_logger(__name__)

LOOK_SECONDS = (0.0, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0)
"""Real seconds between looks at an order while nothing is heard of it; the last one repeats."""

RESOLVE_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""The same for an order whose existence is unknown: the venue may show it late."""

GIVE_UP_SECONDS = 600.0
"""An order the venue has not shown after this never came to be (upbit.md §13: look again after 10 minutes)."""

CANCEL_WAIT_SECONDS = 5.0


@dataclass(slots=True)
class _Watch:
    """An order being followed."""

    order: Order
    heard: asyncio.Event
    over: asyncio.Event
    task: asyncio.Task[None] | None = None
    looks: int = 0
    cancel_asked: bool = False
    mismatch_told: bool = False


class Executor:
    """Sends and follows orders. `book` puts fills into the books inside the same transaction."""

    def __init__(
        self,
        exchange: Exchange,
        chronicle: Chronicle,
        clock: Clock,
        settings: Callable[[], Settings],
        book: Book,
    ) -> None:
        self._exchange = exchange
        self._book = book
        self._chronicle = chronicle
        self._clock = clock
        self._settings = settings
        self._watches: dict[str, _Watch] = {}
        self._on_booked: list[Callable[[Market], None]] = []

    # ------------------------------------------------------------ asked by others

    def on_booked(self, listener: Callable[[Market], None]) -> None:
        """Called after fills of a market were committed."""
        self._on_booked.append(listener)

    def working(self, market: Market | None = None) -> list[Order]:
        """Orders being followed now."""
        return [w.order for w in self._watches.values() if market is None or w.order.market == market]

    async def execute(self, authorised: Authorised, quote: Quote | None, style: OrderStyle | None = None) -> Order:
        """Commit the intent, send it once, start following. The order's state tells how it went.

        Raises BelowMinimum (nothing was written), StorageFailed (nothing was sent), VenueError when the venue's rules
        could not be read (nothing was written)."""
        settings = self._settings()
        rules = await self._exchange.rules(authorised.intent.market)
        request = plan(
            authorised, rules, quote, style or settings.order_style, settings.aggressiveness, client_order_id=new_id()
        )
        order = self._written(request, settings)
        await self._chronicle.storage.write(lambda records: intend(records, order))
        return await self._send(order, request)

    async def cancel(self, order: Order) -> CancelResult:
        """Ask for a cancel and wait until the order is over (at most a few seconds)."""
        watch = self._watches.get(order.client_order_id)
        if watch is None:
            return CancelResult(order.client_order_id, order.market, "ended")
        try:
            await self._ask_cancel(watch)
            await asyncio.wait_for(watch.over.wait(), CANCEL_WAIT_SECONDS)
        except VenueError as err:
            return CancelResult(order.client_order_id, order.market, "failed", err.name or str(err))
        except TimeoutError:
            return CancelResult(order.client_order_id, order.market, "failed", "timeout")
        ended = watch.order.state is OrderState.CANCELLED
        return CancelResult(order.client_order_id, order.market, "cancelled" if ended else "ended")

    async def cancel_all(self, market: Market | None = None) -> list[CancelResult]:
        return list(await asyncio.gather(*(self.cancel(order) for order in self.working(market))))

    async def wait(self, client_order_id: str, seconds: float) -> Order | None:
        """The order when it is over; None when it is still working after `seconds` of real time."""
        watch = self._watches.get(client_order_id)
        if watch is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(watch.over.wait(), seconds)
            return watch.order if watch.over.is_set() else None
        return await self._chronicle.storage.read(lambda records: records.orders.get(client_order_id))

    def hear(self, venue_id: str, client_order_id: str | None) -> None:
        """The private stream says an order moved."""
        watch = self._watches.get(client_order_id or "") or next(
            (w for w in self._watches.values() if w.order.venue_id == venue_id), None
        )
        if watch is not None:
            watch.looks = 0
            watch.heard.set()

    def hear_all(self) -> None:
        """Anything may have happened (the stream was away): look at every order."""
        for watch in self._watches.values():
            watch.looks = 0
            watch.heard.set()

    async def resume(self) -> int:
        """After a start: follow every order that is not over. One that was written but perhaps never sent is looked
        up like one whose answer was lost."""
        orders = await self._chronicle.storage.read(lambda records: records.orders.unfinished())
        for order in orders:
            if order.client_order_id not in self._watches:
                unsure = order.state in (OrderState.NEW, OrderState.SENT)
                self._start(order.changed(self._clock.now(), state=OrderState.UNKNOWN) if unsure else order)
        return len(orders)

    async def close(self) -> None:
        """Stop following; the rows know how to go on."""
        tasks = [w.task for w in self._watches.values() if w.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._watches.clear()

    # ------------------------------------------------------------ sending

    def _written(self, request: OrderRequest, settings: Settings) -> Order:
        intent = request.authorised.intent
        now = self._clock.now()
        own_limit = intent.origin is Origin.PERSON and intent.order_type is OrderType.LIMIT
        ttl = None if own_limit else now + timedelta(seconds=settings.remainder_ttl_seconds)
        return Order(
            client_order_id=request.client_order_id,
            intent_id=intent.intent_id,
            market=request.market,
            side=request.side,
            order_type=request.order_type,
            time_in_force=request.time_in_force,
            origin=intent.origin,
            owner=intent.owner,
            reason=intent.reason,
            state=OrderState.NEW,
            created_at=now,
            updated_at=now,
            decision_price=intent.price,
            price=request.price,
            quantity=request.quantity,
            notional=request.notional,
            approved_by=request.authorised.by,
            exits=intent.exits,
            expires_at=ttl,
        )

    async def _send(self, order: Order, request: OrderRequest) -> Order:
        try:
            venue = await self._exchange.submit(request)
        except (OutcomeUnknown, DuplicateClientOrderId) as err:
            return await self._unknown(order, err)
        except VenueError as err:
            return await self._refused(order, err)
        order = order.changed(self._clock.now(), state=OrderState.ACCEPTED, venue_id=venue.venue_id)
        await self._keep(accept, order)
        self._start(order)
        return order

    async def _unknown(self, order: Order, err: VenueError) -> Order:
        unknown = order.changed(self._clock.now(), state=OrderState.UNKNOWN, note=err.name or str(err))
        await self._keep(doubt, unknown)
        self._start(unknown)
        return unknown

    async def _refused(self, order: Order, err: VenueError) -> Order:
        """The venue said no, or was never reached: nothing exists there."""
        state = OrderState.REJECTED if isinstance(err, VenueRejected) else OrderState.EXPIRED
        refused = order.changed(self._clock.now(), state=state, note=err.name or type(err).__name__)
        await self._chronicle.write(lambda records, tell: reject(records, tell, refused, str(err)))
        return refused

    # ------------------------------------------------------------ following

    def _start(self, order: Order) -> _Watch:
        watch = _Watch(order, asyncio.Event(), asyncio.Event())
        self._watches[order.client_order_id] = watch
        watch.task = asyncio.create_task(self._follow(watch), name=f"follow {order.client_order_id}")
        return watch

    async def _follow(self, watch: _Watch) -> None:
        try:
            while not watch.order.state.final:
                await self._pause(watch)
                await self._look(watch)
        finally:
            if watch.order.state.final:
                self._watches.pop(watch.order.client_order_id, None)
                watch.over.set()

    async def _pause(self, watch: _Watch) -> None:
        """Until the stream says something, the next look is due, or the remainder expires."""
        steps = RESOLVE_SECONDS if watch.order.state is OrderState.UNKNOWN else LOOK_SECONDS
        seconds = steps[min(watch.looks, len(steps) - 1)]
        expires = watch.order.expires_at
        if expires is not None and not watch.cancel_asked:
            left = (expires - self._clock.now()).total_seconds() / self._clock.speed
            seconds = min(seconds, max(left, 0.0))
        watch.looks += 1
        if seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(watch.heard.wait(), seconds)
        watch.heard.clear()

    async def _look(self, watch: _Watch) -> None:
        order = watch.order
        try:
            venue = await self._exchange.find(client_order_id=order.client_order_id)
            if venue is None:
                await self._missing(watch)
                return
            await self._absorb(watch, venue)
            if not watch.order.state.final and self._expired(watch.order) and not watch.cancel_asked:
                await self._ask_cancel(watch)
        except VenueError as err:
            log.warning("order_look_failed", client_order_id=order.client_order_id, error=str(err))
        except StorageFailed as err:
            log.error("order_not_stored", client_order_id=order.client_order_id, error=str(err))
        except LedgerMismatch as err:
            await self._mismatched(watch, err)

    async def _mismatched(self, watch: _Watch, err: LedgerMismatch) -> None:
        """The venue shows a fill our books have no room for. Told once; the order stays in sight, and its market
        closed to new ones, until a person has looked."""
        log.error("order_against_the_books", client_order_id=watch.order.client_order_id, error=str(err))
        if watch.mismatch_told:
            return
        data = {"where": f"order {watch.order.client_order_id}", "message": str(err), "count": "1"}
        try:
            await self._chronicle.tell(
                EventKind.ERROR, market=watch.order.market, severity=Severity.CRITICAL, data=data
            )
        except StorageFailed as failed:
            log.error("error_not_stored", error=str(failed))
        else:
            watch.mismatch_told = True

    def _expired(self, order: Order) -> bool:
        return order.expires_at is not None and self._clock.now() >= order.expires_at

    async def _missing(self, watch: _Watch) -> None:
        """The venue does not show the order (yet). It blocks its market until it surfaces or the time is up."""
        order = watch.order
        age = (self._clock.now() - order.created_at).total_seconds() / self._clock.speed
        if age < GIVE_UP_SECONDS:
            return
        gone = order.changed(self._clock.now(), state=OrderState.EXPIRED, note="never appeared at the venue")
        await self._keep(resolve, gone)
        watch.order = gone

    async def _absorb(self, watch: _Watch, venue: VenueOrder) -> None:
        """Take over what the venue shows, with its fills, in one transaction."""
        order, now = watch.order, self._clock.now()
        booked = await self._chronicle.write(lambda records, tell: absorb(records, tell, order, venue, now, self._book))
        watch.order = booked.order
        if booked.new_fills:
            watch.looks = 0
            for listener in self._on_booked:
                listener(order.market)

    async def _ask_cancel(self, watch: _Watch) -> None:
        watch.cancel_asked = True
        try:
            await self._exchange.cancel(client_order_id=watch.order.client_order_id)
        except NotFound:
            log.info("cancel_came_late", client_order_id=watch.order.client_order_id)
        except VenueError:
            watch.cancel_asked = False
            raise
        watch.looks = 0
        watch.heard.set()

    async def _keep(self, step: Callable[[Records, Tell, Order], None], order: Order) -> None:
        """Store the next value of an order. A failing store loses nothing: the follower reads the venue again and
        stores what it finds."""
        try:
            await self._chronicle.write(lambda records, tell: step(records, tell, order))
        except StorageFailed as err:
            log.error("order_not_stored", client_order_id=order.client_order_id, error=str(err))
