"""Authorised → Order → Fill: write the intent, send once, follow until it is over.

In: `Authorised`, the venue, the private stream's hints. Out: rows (orders, fills, positions, guard levels) and the
events that tell of them. The stream only says *when* to look; what happened is read by REST, so there is one way of
booking and a replayed message is harmless."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

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
from trader.execution.points import reached
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

RESOLVE_SECONDS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""The same for an order whose existence is unknown: the venue may show it late."""

GRACE_SECONDS = 15.0
"""An order the venue has not shown after this counts as never having come to be, for now (upbit.md §13)."""

LATE_SECONDS = 900.0
"""So long after an order was given up it is looked for again: it may still surface, and is then taken over."""

NEVER_APPEARED = "never appeared at the venue"

LOOKS_PER_SECOND = 5.0
"""Of all quiet orders together: fifty that rest must not use up the requests that an exit needs."""

CANCEL_WAIT_SECONDS = 5.0

SEND_WAIT_SECONDS = 8.0
"""More than a POST may take: its turn in the limit group and the venue's answer."""


@dataclass(slots=True)
class _Watch:
    """An order from its intent on. `sent`: the POST has been answered, or its answer is lost; `over`: it is final;
    `unwritten`: the rows do not know yet that the venue took it."""

    order: Order
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    sent: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    doubted_at: float | None = None
    task: asyncio.Task[None] | None = None
    looks: int = 0
    cancel_wanted: bool = False
    cancel_asked: bool = False
    trouble_told: bool = False
    unwritten: bool = False


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
        self._sending: set[asyncio.Task[Order]] = set()
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

        Once begun it is carried through, even if whoever asked is cancelled meanwhile: an order must not be at the
        venue with nobody following it. Raises BelowMinimum (nothing was written), StorageFailed (nothing was sent),
        VenueError when the venue's rules could not be read (nothing was written)."""
        task = asyncio.create_task(self._execute(authorised, quote, style), name=f"send {authorised.intent.intent_id}")
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return await asyncio.shield(task)

    async def settled(self, seconds: float = SEND_WAIT_SECONDS) -> bool:
        """Wait until what is being sent now has its answer; False when that takes longer than `seconds`."""
        return not self._sending or not (await asyncio.wait(self._sending, timeout=seconds))[1]

    async def _execute(self, authorised: Authorised, quote: Quote | None, style: OrderStyle | None) -> Order:
        settings = self._settings()
        rules = await self._exchange.rules(authorised.intent.market)
        request = plan(
            authorised, rules, quote, style or settings.order_style, settings.aggressiveness, client_order_id=new_id()
        )
        order = self._written(request, settings)
        await self._chronicle.storage.write(lambda records: intend(records, order))
        reached("intent-written")
        watch = self._watches[order.client_order_id] = _Watch(order)
        try:
            await self._send(watch, request)
        finally:
            watch.sent.set()
        return watch.order

    async def cancel(self, order: Order) -> CancelResult:
        """Ask for a cancel and wait until the order is over (at most a few seconds)."""
        watch = self._watches.get(order.client_order_id)
        if watch is None:
            return CancelResult(order.client_order_id, order.market, "ended")
        watch.cancel_wanted = True
        try:
            async with asyncio.timeout(CANCEL_WAIT_SECONDS):
                await watch.sent.wait()
                if not watch.over.is_set():
                    await self._ask_cancel(watch)
                    watch.heard.set()
                await watch.over.wait()
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
        """Anything may have happened (the stream was away): look at every order, and ask again for cancels of those
        that are still open."""
        for watch in self._watches.values():
            watch.looks = 0
            watch.cancel_asked = False
            watch.heard.set()

    def ask_again(self) -> None:
        """For cancels that were asked for and have not come about."""
        for watch in self._watches.values():
            if watch.cancel_asked:
                watch.cancel_asked = False
                watch.heard.set()

    async def catch_up(self) -> None:
        """Anything may have happened: ask for all orders at once, then look singly at those that do not stand as the
        rows say, and ask again for cancels. VenueError: then they are all looked at singly."""
        watches = [watch for watch in self._watches.values() if watch.sent.is_set()]
        try:
            found = await self._exchange.find_many([watch.order.client_order_id for watch in watches])
        except VenueError:
            self.hear_all()
            raise
        shown = {venue.client_order_id: venue for venue in found}
        for watch in watches:
            if self._unwanted(watch) or not _stands(watch.order, shown.get(watch.order.client_order_id)):
                watch.looks = 0
                watch.cancel_asked = False
                watch.heard.set()

    async def resume(self) -> int:
        """After a start: follow every order that is not over. One that was written but perhaps never sent is looked
        up like one whose answer was lost; one the venue had taken waits its turn (see `catch_up`). The time since then
        counts as grace: nothing of a process that is gone is still on its way, and a service that keeps crashing must
        not keep a market blocked."""
        orders = await self._chronicle.storage.read(lambda records: records.orders.unfinished())
        now = self._clock.now()
        for order in orders:
            if order.client_order_id not in self._watches:
                unsure = order.state in (OrderState.NEW, OrderState.SENT)
                waited = (now - order.updated_at).total_seconds() / self._clock.speed - SEND_WAIT_SECONDS
                self._follow_on(order.changed(now, state=OrderState.UNKNOWN) if unsure else order, max(waited, 0.0))
        return len(orders)

    async def look_for_given_up(self) -> list[Order]:
        """Orders that were given up and have surfaced after all: followed from now on. VenueError."""
        since = self._clock.now() - timedelta(seconds=LATE_SECONDS * self._clock.speed)
        recent = await self._chronicle.storage.read(lambda records: records.orders.since(since))
        lost = {o.client_order_id: o for o in recent if o.state is OrderState.EXPIRED and o.note == NEVER_APPEARED}
        if not lost:
            return []
        found = await self._exchange.find_many(list(lost))
        surfaced = [lost[venue.client_order_id] for venue in found if venue.client_order_id in lost]
        for order in surfaced:
            self._follow_on(order.changed(self._clock.now(), state=OrderState.UNKNOWN, note="surfaced late"))
        return surfaced

    def take_over(self, order: Order) -> None:
        """The books call this order over and the venue shows it as open: follow it, until it really is."""
        if order.client_order_id not in self._watches:
            log.warning("order_open_after_all", client_order_id=order.client_order_id, state=order.state.value)
            self._follow_on(order.changed(self._clock.now(), state=OrderState.UNKNOWN, note="open after all"))

    async def close(self) -> None:
        """Stop following; the rows know how to go on. What is being sent gets its answer first."""
        await self.settled()
        tasks: list[asyncio.Task[Any]] = [w.task for w in self._watches.values() if w.task]
        tasks += self._sending
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

    async def _send(self, watch: _Watch, request: OrderRequest) -> None:
        order = watch.order
        try:
            venue = await self._exchange.submit(request)
        except (OutcomeUnknown, DuplicateClientOrderId) as err:
            watch.order = order.changed(self._clock.now(), state=OrderState.UNKNOWN, note=err.name or str(err))
            await self._keep(doubt, watch.order)
        except VenueError as err:
            await self._refused(watch, err)
            return
        except Exception as err:
            log.error("order_send_broke", client_order_id=order.client_order_id, exc_info=err)
            watch.order = order.changed(self._clock.now(), state=OrderState.UNKNOWN, note=type(err).__name__)
            await self._keep(doubt, watch.order)
        else:
            reached("accepted-by-venue")
            watch.order = order.changed(self._clock.now(), state=OrderState.ACCEPTED, venue_id=venue.venue_id)
            watch.unwritten = not await self._keep(accept, watch.order)
            reached("acceptance-written")
        self._start(watch)

    async def _refused(self, watch: _Watch, err: VenueError) -> None:
        """The venue said no, or was never reached: nothing exists there."""
        state = OrderState.REJECTED if isinstance(err, VenueRejected) else OrderState.EXPIRED
        watch.order = watch.order.changed(self._clock.now(), state=state, note=err.name or type(err).__name__)
        if await self._keep(lambda records, tell, order: reject(records, tell, order, str(err)), watch.order):
            self._end(watch)
        else:
            self._start(watch)

    # ------------------------------------------------------------ following

    def _follow_on(self, order: Order, waited: float = 0.0) -> None:
        """`waited`: real seconds for which the venue could have shown it already, should it not be in the rows."""
        watch = self._watches[order.client_order_id] = _Watch(order)
        if order.state is OrderState.UNKNOWN:
            watch.doubted_at = asyncio.get_running_loop().time() - waited
        elif not self._unwanted(watch):
            watch.looks = len(LOOK_SECONDS)
        watch.sent.set()
        self._start(watch)

    def _start(self, watch: _Watch) -> None:
        watch.task = asyncio.create_task(self._follow(watch), name=f"follow {watch.order.client_order_id}")

    async def _follow(self, watch: _Watch) -> None:
        try:
            while watch.order.state in (OrderState.REJECTED, OrderState.EXPIRED):  # over, but not in the rows yet
                await asyncio.sleep(LOOK_SECONDS[-1])
                if await self._keep(lambda records, tell, over: reject(records, tell, over, over.note), watch.order):
                    break
            while not watch.order.state.final:
                await self._pause(watch)
                await self._look(watch)
        finally:
            if watch.order.state.final:
                self._end(watch)

    def _end(self, watch: _Watch) -> None:
        self._watches.pop(watch.order.client_order_id, None)
        watch.over.set()

    async def _pause(self, watch: _Watch) -> None:
        """Until the stream says something, the next look is due, or the remainder expires."""
        steps = RESOLVE_SECONDS if watch.order.state is OrderState.UNKNOWN else LOOK_SECONDS
        seconds = steps[min(watch.looks, len(steps) - 1)]
        if watch.looks >= len(steps):
            seconds = max(seconds, len(self._watches) / LOOKS_PER_SECOND)
        expires = watch.order.expires_at
        if expires is not None:
            left = (expires - self._clock.now()).total_seconds() / self._clock.speed
            seconds = min(seconds, left) if left > 0 else seconds  # a cancel that failed waits its turn like a look
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
            if not watch.order.state.final and not watch.cancel_asked and self._unwanted(watch):
                await self._ask_cancel(watch)
        except VenueError as err:
            log.warning("order_look_failed", client_order_id=order.client_order_id, error=str(err))
        except StorageFailed as err:
            log.error("order_not_stored", client_order_id=order.client_order_id, error=str(err))
        except LedgerMismatch as err:
            log.error("order_against_the_books", client_order_id=order.client_order_id, error=str(err))
            await self._troubled(watch, err)
        except Exception as err:
            log.error("order_look_broke", client_order_id=order.client_order_id, exc_info=err)
            await self._troubled(watch, err)

    async def _troubled(self, watch: _Watch, err: Exception) -> None:
        """The venue shows a fill our books have no room for, or a fault of ours. Told once; the order stays in sight,
        and its market closed to new ones, until a person has looked."""
        if watch.trouble_told:
            return
        data = {"where": f"order {watch.order.client_order_id}", "message": str(err), "count": "1"}
        try:
            await self._chronicle.tell(
                EventKind.ERROR, market=watch.order.market, severity=Severity.CRITICAL, data=data
            )
        except StorageFailed as failed:
            log.error("error_not_stored", error=str(failed))
        else:
            watch.trouble_told = True

    def _unwanted(self, watch: _Watch) -> bool:
        """Somebody asked for its cancel, or its time is over."""
        expires = watch.order.expires_at
        return watch.cancel_wanted or (expires is not None and self._clock.now() >= expires)

    async def _missing(self, watch: _Watch) -> None:
        """The venue does not show the order (yet). It blocks its market until it surfaces or the time is up. One that
        the venue has taken is never given up."""
        now = asyncio.get_running_loop().time()
        if watch.doubted_at is None:
            watch.doubted_at = now
        if now - watch.doubted_at < GRACE_SECONDS:
            return
        if watch.order.state is not OrderState.UNKNOWN:
            await self._troubled(watch, OutcomeUnknown("the venue took this order and does not show it any more"))
            return
        gone = watch.order.changed(self._clock.now(), state=OrderState.EXPIRED, note=NEVER_APPEARED)
        if await self._keep(resolve, gone):
            watch.order = gone

    async def _absorb(self, watch: _Watch, venue: VenueOrder) -> None:
        """Take over what the venue shows, with its fills, in one transaction."""
        watch.doubted_at, now = None, self._clock.now()
        order = watch.order.changed(now, state=OrderState.NEW) if watch.unwritten else watch.order
        reached("fills-read")
        booked = await self._chronicle.write(lambda records, tell: absorb(records, tell, order, venue, now, self._book))
        reached("fills-booked")
        watch.order, watch.unwritten = booked.order, False
        if booked.new_fills:
            watch.looks = 0
            for listener in self._on_booked:
                listener(order.market)

    async def _ask_cancel(self, watch: _Watch) -> None:
        """An order the venue does not show may be over, or not yet there: then it is asked for again once it is."""
        watch.cancel_asked = True
        try:
            await self._exchange.cancel(client_order_id=watch.order.client_order_id)
        except NotFound:
            watch.cancel_asked = False
            log.info("cancel_came_late", client_order_id=watch.order.client_order_id)
        except VenueError:
            watch.cancel_asked = False
            raise
        else:
            watch.looks = 0

    async def _keep(self, step: Callable[[Records, Tell, Order], None], order: Order) -> bool:
        """Store the next value of an order. A failing store (False) loses nothing: the follower reads the venue again
        and stores what it finds."""
        try:
            await self._chronicle.write(lambda records, tell: step(records, tell, order))
        except StorageFailed as err:
            log.error("order_not_stored", client_order_id=order.client_order_id, error=str(err))
            return False
        return True


def _stands(order: Order, venue: VenueOrder | None) -> bool:
    """The venue shows it open and filled exactly as far as the rows say."""
    taken = order.state in (OrderState.ACCEPTED, OrderState.PARTIAL)
    return taken and venue is not None and venue.open and venue.executed_quantity == order.executed_quantity
