"""Following orders: look at each one until it is over, book what happened, cancel what is unwanted.

In: orders that may be at the venue, the private stream's hints. Out: rows (orders, fills, positions, guard levels) and
the events that tell of them. The stream only says *when* to look; what happened is read by REST, so there is one way of
booking and a replayed message is harmless."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from decimal import Decimal

import structlog

from trader import patience
from trader.chronicle import Chronicle, Tell
from trader.clock import Clock
from trader.errors import LedgerMismatch, NotFound, OutcomeUnknown, StorageFailed, VenueError, cause_of
from trader.execution.lifecycle import Book, absorb, give_up, reject
from trader.execution.points import reached
from trader.execution.watch import RESTING, Watch
from trader.model.events import EventKind, Severity
from trader.model.market import Market
from trader.model.order import ZERO, Order, OrderState, VenueOrder
from trader.model.views import CancelResult
from trader.ports import Exchange, Records

log = structlog.get_logger(__name__)

LOOK_SECONDS = (0.0, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0)
"""Real seconds between looks at an order while nothing is heard of it; the last one repeats."""

RESOLVE_SECONDS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""The same for an order whose existence is unknown: the venue may show it late."""

GRACE_SECONDS = 15.0
"""An order the venue has not shown after this counts as never having come to be, for now (upbit.md §13)."""

NEVER_APPEARED = "never appeared at the venue"

GLANCE_SECONDS = 2.0
"""Real seconds between glances at all quiet orders together, one request for a hundred of them: so soon a fill is
noticed of which the stream said nothing."""

QUIET_SECONDS = 30.0
LOOKS_PER_SECOND = 5.0
"""Beside the glances a quiet order is looked at singly, seldom: those that rest must not use up the requests that an
exit needs."""

CANCEL_WAIT_SECONDS = 5.0


class Follower:
    """Follows every order that may be at the venue. `book` puts fills into the books inside the same transaction."""

    def __init__(self, exchange: Exchange, chronicle: Chronicle, clock: Clock, book: Book) -> None:
        self._exchange = exchange
        self._chronicle = chronicle
        self._clock = clock
        self._book = book
        self._watches: dict[str, Watch] = {}
        self._asks: set[asyncio.Task[None]] = set()
        self._glancing: asyncio.Task[None] | None = None
        self._on_booked: list[Callable[[Market], None]] = []

    # ------------------------------------------------------------ asked by others

    def on_booked(self, listener: Callable[[Market], None]) -> None:
        """Called after fills of a market were committed."""
        self._on_booked.append(listener)

    def working(self, market: Market | None = None) -> list[Order]:
        """Orders being followed now."""
        return [w.order for w in self._watches.values() if market is None or w.order.market == market]

    def selling(self, market: Market) -> Decimal:
        """Base that sales being followed may still take, or have taken and the books do not know of yet."""
        return sum((w.outstanding for w in self._watches.values() if w.order.market == market), ZERO)

    def behind(self, market: Market) -> bool:
        """The venue has ended an order of the market, and the books could not take that in yet."""
        return any(w.ended for w in self._watches.values() if w.order.market == market)

    async def cancel(self, order: Order, *, person: bool = False) -> CancelResult:
        """Ask for a cancel and wait until the order is over (at most a few seconds). `failed` is not the end: it is
        asked for again and again until the order is over; a `person` who was told so hears of that."""
        watch = self._watches.get(order.client_order_id)
        if watch is None:
            return CancelResult(order.client_order_id, order.market, "ended")
        watch.cancel_wanted = True
        try:
            async with asyncio.timeout(CANCEL_WAIT_SECONDS):
                await watch.sent.wait()
                await self._asked_or_over(watch)
                await watch.over.wait()
        except (VenueError, TimeoutError) as err:
            watch.promised |= person
            return CancelResult(order.client_order_id, order.market, "failed", cause_of(err))
        ended = watch.order.state is OrderState.CANCELLED
        return CancelResult(order.client_order_id, order.market, "cancelled" if ended else "ended")

    async def wait(self, client_order_id: str, seconds: float) -> Order | None:
        """The order when it is over; None when it is still working after `seconds` of real time."""
        watch = self._watches.get(client_order_id)
        if watch is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await watch.over.wait()
            return watch.order if watch.over.is_set() else None
        return await self._chronicle.storage.read(lambda records: records.orders.get(client_order_id))

    def hear(self, venue_id: str, client_order_id: str | None) -> None:
        """The private stream says an order moved."""
        watch = self._watches.get(client_order_id or "") or next(
            (w for w in self._watches.values() if w.order.venue_id == venue_id), None
        )
        if watch is not None:
            watch.wake()

    def _hear_all(self) -> None:
        """Anything may have happened (the stream was away): look at every order, and ask again for cancels of those
        that are still open."""
        for watch in self._watches.values():
            watch.cancel_asked = False
            watch.wake()

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
            moved = await self._moved(watches)
        except VenueError:
            self._hear_all()
            raise
        for watch in watches:
            if watch in moved or self._unwanted(watch):
                watch.cancel_asked = False
                watch.wake()

    async def _moved(self, watches: Collection[Watch]) -> list[Watch]:
        """Those that do not stand at the venue as the rows say, by one request for a hundred. VenueError."""
        found = await self._exchange.find_many([watch.order.client_order_id for watch in watches])
        shown = {venue.client_order_id: venue for venue in found}
        return [watch for watch in watches if not watch.stands(shown.get(watch.order.client_order_id))]

    # ------------------------------------------------------------ beginning and ending

    def watch(self, order: Order) -> Watch:
        """An order that is about to be sent: known from now on, looked at from `start` on."""
        watch = self._watches[order.client_order_id] = Watch(order)
        return watch

    def follows(self, order: Order) -> bool:
        return order.client_order_id in self._watches

    def take_up(self, order: Order, waited: float = 0.0) -> None:
        """`waited`: real seconds for which the venue could have shown it already, should it not be in the rows."""
        watch = self.watch(order)
        if order.state is OrderState.UNKNOWN:
            watch.doubted_at = asyncio.get_running_loop().time() - waited
        elif not self._unwanted(watch):
            watch.looks = len(LOOK_SECONDS)
        watch.sent.set()
        self.start(watch)

    def start(self, watch: Watch) -> None:
        watch.task = asyncio.create_task(
            self._follow(watch), name=f"follow {watch.order.client_order_id}", context=patience.unhurried()
        )

    def end(self, watch: Watch) -> None:
        """It is final, and the rows know."""
        self._watches.pop(watch.order.client_order_id, None)
        watch.over.set()

    async def close(self) -> None:
        """Stop following; the rows know how to go on."""
        tasks = [*self._asks, *(watch.task for watch in self._watches.values() if watch.task)]
        tasks += [self._glancing] if self._glancing else []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._watches.clear()

    # ------------------------------------------------------------ one order

    async def _follow(self, watch: Watch) -> None:
        try:
            while watch.order.state in (OrderState.REJECTED, OrderState.EXPIRED):  # over, but not in the rows yet
                await asyncio.sleep(LOOK_SECONDS[-1])
                if await self.keep(lambda records, tell, over: reject(records, tell, over, over.note), watch.order):
                    break
            while not watch.order.state.final:
                await self._pause(watch)
                await self._look(watch)
        finally:
            if watch.order.state.final:
                self.end(watch)

    async def _pause(self, watch: Watch) -> None:
        """Until the stream says something, the next look is due, or the remainder expires."""
        steps = RESOLVE_SECONDS if watch.order.state is OrderState.UNKNOWN else LOOK_SECONDS
        seconds = steps[min(watch.looks, len(steps) - 1)]
        if self._quiet(watch):
            seconds = max(QUIET_SECONDS, len(self._watches) / LOOKS_PER_SECOND)
            self._glance()
        expires = watch.order.expires_at
        if expires is not None:
            left = (expires - self._clock.now()).total_seconds() / self._clock.speed
            seconds = min(seconds, left) if left > 0 else seconds  # a cancel that failed waits its turn like a look
        watch.looks += 1
        if seconds > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await watch.heard.wait()
        watch.heard.clear()

    def _quiet(self, watch: Watch) -> bool:
        """It rests as the rows say, has been looked at in vain for a while, and nothing is to be done about it."""
        rests = watch.order.state in RESTING and (watch.shown is None or watch.stands(watch.shown))
        idle = watch.cancel_asked or not self._unwanted(watch)
        return rests and idle and watch.looks >= len(LOOK_SECONDS)

    def _glance(self) -> None:
        if self._glancing is None:
            self._glancing = asyncio.create_task(self._glance_around(), name="glance", context=patience.unhurried())

    async def _glance_around(self) -> None:
        """At the quiet ones, as long as there are any."""
        try:
            while quiet := [watch for watch in self._watches.values() if self._quiet(watch)]:
                try:
                    moved = await self._moved(quiet)
                    for watch in moved:
                        watch.wake()
                except VenueError as err:
                    log.warning("orders_glance_failed", error=str(err))
                await asyncio.sleep(GLANCE_SECONDS)
        finally:
            self._glancing = None

    async def _look(self, watch: Watch) -> None:
        order = watch.order
        try:
            venue = await self._exchange.find(client_order_id=order.client_order_id)
            if venue is None:
                await self._missing(watch)
                return
            await self._absorb(watch, venue)
            if not watch.order.state.final and not watch.cancel_asked and self._unwanted(watch):
                await self._asking(watch)
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

    async def _troubled(self, watch: Watch, err: Exception) -> None:
        """The venue shows a fill our books have no room for, or a fault of ours. Told once; the order stays in sight,
        and its market closed to new ones, until a person has looked."""
        if watch.trouble_told:
            return
        data = {
            "where": "order",
            "client_order_id": watch.order.client_order_id,
            "cause": cause_of(err),
            "message": str(err),
            "count": "1",
        }
        watch.trouble_told = await self._chronicle.tell_or_log(
            EventKind.ERROR,
            market=watch.order.market,
            thread=watch.order.thread_id,
            severity=Severity.CRITICAL,
            data=data,
        )

    def _unwanted(self, watch: Watch) -> bool:
        """Somebody asked for its cancel, or its time is over."""
        expires = watch.order.expires_at
        return watch.cancel_wanted or (expires is not None and self._clock.now() >= expires)

    async def _missing(self, watch: Watch) -> None:
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
        if await self.keep(give_up, gone):
            watch.order = gone

    async def _absorb(self, watch: Watch, venue: VenueOrder) -> None:
        """Take over what the venue shows, with its fills, in one transaction."""
        watch.doubted_at, watch.shown, now = None, venue, self._clock.now()
        order = watch.order.changed(now, state=OrderState.NEW) if watch.unwritten else watch.order
        reached("fills-read")
        booked = await self._chronicle.write(
            lambda records, tell: absorb(records, tell, order, venue, now, self._book, promised=watch.promised)
        )
        reached("fills-booked")
        watch.order, watch.unwritten = booked.order, False
        if booked.new_fills:
            watch.looks = 0
            for listener in self._on_booked:
                listener(order.market)

    async def _asked_or_over(self, watch: Watch) -> None:
        """Until the venue has answered, or the order is over all the same: an answer that never comes must not hide
        that it was carried out. VenueError: the answer."""
        if watch.over.is_set():
            return
        asking, over = self._asking(watch), asyncio.create_task(watch.over.wait())
        try:
            await asyncio.wait({asking, over}, return_when=asyncio.FIRST_COMPLETED)
            if not watch.over.is_set():
                asking.result()
        finally:
            over.cancel()

    def _asking(self, watch: Watch) -> asyncio.Task[None]:
        """The cancel on its way, one at a time; it goes on when nobody waits for it any more."""

        def asked(task: asyncio.Task[None]) -> None:
            watch.asking = None
            if watch.cancel_asked:
                watch.heard.set()
            if not task.cancelled():
                task.exception()  # whoever waits for it raises it; else the next look asks again

        if watch.asking is None:
            watch.asking = asyncio.create_task(
                self._ask_cancel(watch), name=f"cancel {watch.order.client_order_id}", context=patience.unhurried()
            )
            watch.asking.add_done_callback(asked)
            self._asks.add(watch.asking)
            watch.asking.add_done_callback(self._asks.discard)
        return watch.asking

    async def _ask_cancel(self, watch: Watch) -> None:
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

    async def keep(self, step: Callable[[Records, Tell, Order], None], order: Order) -> bool:
        """Store the next value of an order. A failing store (False) loses nothing: the follower reads the venue again
        and stores what it finds."""
        try:
            await self._chronicle.write(lambda records, tell: step(records, tell, order))
        except StorageFailed as err:
            log.error("order_not_stored", client_order_id=order.client_order_id, error=str(err))
            return False
        return True
