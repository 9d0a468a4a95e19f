"""Authorised → Order: write the intent, send once, hand it to the follower; after a start, take up what is not over.

In: `Authorised`. Out: the committed intent, one POST, and an order that is followed until it is over (`follower`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import structlog

from trader.background import done_within
from trader.chronicle import Chronicle, Tell
from trader.clock import Clock
from trader.errors import (
    DuplicateClientOrderId,
    OrderPending,
    OutcomeUnknown,
    StorageFailed,
    VenueError,
    VenueRejected,
    cause_of,
)
from trader.execution.follower import Follower
from trader.execution.lifecycle import Book, accept, after, check_held, doubt, forget, given_up, intend, reject
from trader.execution.planner import plan
from trader.execution.points import reached
from trader.execution.sending import taken
from trader.execution.watch import Watch
from trader.ids import new_id
from trader.model.limits import OrderStyle
from trader.model.market import Market, Quote
from trader.model.order import ZERO, Authorised, Order, OrderRequest, OrderState, OrderType, Origin
from trader.model.views import CancelResult
from trader.ports import Exchange, Records, SpareBook
from trader.settings import Settings

log = structlog.get_logger(__name__)

LATE_SECONDS = 900.0
"""So long after an order was given up it is looked for again: it may still surface, and is then taken over."""

SPARE_AFTER_SECONDS = 1.0
"""So long the intent of an exit waits for the books."""

SEND_WAIT_SECONDS = 8.0
"""More than a POST may take: its turn in the limit group and the venue's answer."""


class Executor:
    """Sends orders, and is asked about every order that is followed."""

    def __init__(
        self,
        exchange: Exchange,
        chronicle: Chronicle,
        clock: Clock,
        settings: Callable[[], Settings],
        book: Book,
        spare: SpareBook,
    ) -> None:
        self._exchange = exchange
        self._chronicle = chronicle
        self._clock = clock
        self._settings = settings
        self._spare = spare
        self._follower = Follower(exchange, chronicle, clock, book)
        self._sending: set[asyncio.Task[Order]] = set()

    # ------------------------------------------------------------ sending

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
        await self._commit(order, protective=authorised.intent.protective)
        reached("intent-written")
        watch = self._follower.watch(order)
        try:
            await self._send(watch, request)
        finally:
            watch.sent.set()
        return watch.order

    async def _commit(self, order: Order, *, protective: bool) -> None:
        """The intent, durable before it is sent. Books that cannot be written hold up no exit: its intent is kept in
        the spare book after a moment, and carried into them as soon as they can be (`books_watch`). StorageFailed,
        OrderPending."""
        write = asyncio.ensure_future(self._chronicle.storage.write(lambda records: intend(records, order)))
        if not protective:
            await write
            return
        try:
            if await done_within(write, SPARE_AFTER_SECONDS):
                return
            cause = f"not written within {SPARE_AFTER_SECONDS:g} s"
        except StorageFailed as err:
            cause = str(err)
        try:
            check_held(order, await self._held(order), self._follower.selling(order.market))
            await asyncio.to_thread(self._spare.keep, order)
        except (OrderPending, StorageFailed):
            if write.done() and write.exception():
                raise
            await write  # it may yet come into the books, and what stands there must be sent
        else:
            log.critical("intent_kept_apart", client_order_id=order.client_order_id, cause=cause)

    async def _held(self, order: Order) -> Decimal:
        """By the books; where they cannot even be read, as who wishes the exit knows it."""
        try:
            position = await self._chronicle.storage.read(lambda records: records.positions.open_for(order.market))
        except StorageFailed:
            return order.quantity or ZERO
        return position.quantity if position else ZERO

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
            thread=intent.thread_id,
        )

    async def _send(self, watch: Watch, request: OrderRequest) -> None:
        order = watch.order
        sent = order.changed(self._clock.now(), state=OrderState.SENT)
        try:
            venue = await taken(self._exchange, watch, request)
        except (OutcomeUnknown, DuplicateClientOrderId) as err:
            log.warning("order_answer_lost", client_order_id=order.client_order_id, error=str(err))
            watch.order = order.changed(self._clock.now(), state=OrderState.UNKNOWN, note=cause_of(err))
            await self._follower.keep(after(sent, doubt), watch.order)
        except VenueError as err:
            await self._refused(watch, err, sent)
            return
        except Exception as err:
            log.error("order_send_broke", client_order_id=order.client_order_id, exc_info=err)
            watch.order = order.changed(self._clock.now(), state=OrderState.UNKNOWN, note=cause_of(err))
            await self._follower.keep(after(sent, doubt), watch.order)
        else:
            reached("accepted-by-venue")
            watch.order = order.changed(self._clock.now(), state=OrderState.ACCEPTED, venue_id=venue.venue_id)
            watch.unwritten = not await self._follower.keep(after(sent, accept), watch.order)
            reached("acceptance-written")
        self._follower.start(watch)

    async def _refused(self, watch: Watch, err: VenueError, sent: Order) -> None:
        """The venue said no, or was never reached: nothing exists there."""
        state = OrderState.REJECTED if isinstance(err, VenueRejected) else OrderState.EXPIRED
        watch.order = watch.order.changed(self._clock.now(), state=state, note=cause_of(err))

        def refused(records: Records, tell: Tell, order: Order) -> None:
            reject(records, tell, order, str(err))

        step = after(sent, refused) if state is OrderState.REJECTED else refused
        if await self._follower.keep(step, watch.order):
            self._follower.end(watch)
        else:
            self._follower.start(watch)

    # ------------------------------------------------------------ taking up again

    async def resume(self) -> int:
        """After a start: follow every order that is not over. One that was written but perhaps never sent is looked
        up like one whose answer was lost; one the venue had taken waits its turn (see `catch_up`). The time since then
        counts as grace: nothing of a process that is gone is still on its way, and a service that keeps crashing must
        not keep a market blocked."""
        orders = await self._chronicle.storage.read(lambda records: records.orders.unfinished())
        now = self._clock.now()
        for order in orders:
            if not self._follower.follows(order):
                unsure = order.state in (OrderState.NEW, OrderState.SENT)
                waited = (now - order.updated_at).total_seconds() / self._clock.speed - SEND_WAIT_SECONDS
                self._follower.take_up(
                    order.changed(now, state=OrderState.UNKNOWN) if unsure else order, max(waited, 0.0)
                )
        return len(orders)

    async def look_for_given_up(self) -> list[Order]:
        """Orders that were given up and have surfaced after all: followed from now on. One is looked for until a look
        fifteen minutes after it was given up, or the first one after a longer outage. VenueError, StorageFailed."""
        storage = self._chronicle.storage
        lost = [order for order in await storage.read(given_up) if not self._follower.follows(order)]
        if not lost:
            return []
        shown = {venue.client_order_id for venue in await self._exchange.find_many([o.client_order_id for o in lost])}
        surfaced = [order for order in lost if order.client_order_id in shown]
        for order in surfaced:
            self._follower.take_up(order.changed(self._clock.now(), state=OrderState.UNKNOWN, note="surfaced late"))
        late = self._clock.now() - timedelta(seconds=LATE_SECONDS * self._clock.speed)
        gone = {o.client_order_id for o in lost if o not in surfaced and o.updated_at <= late}
        if gone:
            await storage.write(lambda records: forget(records, gone))
        return surfaced

    async def take_over(self, order: Order) -> None:
        """The books call this order over and the venue has listed it as open: follow it, until it really is. One that
        was over by the time the list was read needs no following. VenueError."""
        if self._follower.follows(order):
            return
        venue = await self._exchange.find(client_order_id=order.client_order_id)
        never_was = order.state in (OrderState.REJECTED, OrderState.EXPIRED)
        if venue is None or not (venue.open or never_was or venue.executed_quantity != order.executed_quantity):
            return
        log.warning("order_open_after_all", client_order_id=order.client_order_id, state=order.state.value)
        self._follower.take_up(order.changed(self._clock.now(), state=OrderState.UNKNOWN, note="open after all"))

    async def close(self) -> None:
        """Stop following; the rows know how to go on. What is being sent gets its answer first."""
        await self.settled()
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        await self._follower.close()

    # ------------------------------------------------------------ the orders that are followed (see `Follower`)

    def on_booked(self, listener: Callable[[Market], None]) -> None:
        self._follower.on_booked(listener)

    def working(self, market: Market | None = None) -> list[Order]:
        return self._follower.working(market)

    def behind(self, market: Market) -> bool:
        return self._follower.behind(market)

    async def cancel(self, order: Order, *, person: bool = False) -> CancelResult:
        return await self._follower.cancel(order, person=person)

    async def cancel_all(self, market: Market | None = None, *, person: bool = False) -> list[CancelResult]:
        return list(await asyncio.gather(*(self.cancel(order, person=person) for order in self.working(market))))

    async def wait(self, client_order_id: str, seconds: float) -> Order | None:
        return await self._follower.wait(client_order_id, seconds)

    def hear(self, venue_id: str, client_order_id: str | None) -> None:
        self._follower.hear(venue_id, client_order_id)

    def ask_again(self) -> None:
        self._follower.ask_again()

    async def catch_up(self) -> None:
        await self._follower.catch_up()
