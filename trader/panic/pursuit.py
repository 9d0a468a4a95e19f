"""A panic that was begun goes on until nothing is left, also over an outage of the exchange and a restart of ours.

In: the button. Out: a receipt soon, with what is known by then; events for those who wait: how it stands, seldom, and
the end. It ends when a further round could do no more, or when an owner lets entries in again."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from trader.chronicle import Chronicle, Route
from trader.errors import TraderError, cause_of
from trader.model.market import Market
from trader.model.portfolio import TradingState
from trader.model.views import PanicReceipt
from trader.panic.button import PAUSE_SECONDS, Panic
from trader.panic.run import Run, Scope, forget_run, stored_runs
from trader.state import StateKeeper

log = structlog.get_logger(__name__)

AWAY = frozenset({"VenueUnreachable", "VenueOffline", "VenueBlocked", "market_offline"})
"""What a moment of waiting for the receipt would not mend."""

LONG_PAUSE_SECONDS = 10.0
"""Real seconds between rounds after the first few."""

ANSWER_SECONDS = 2.0
"""How long a person in a chat waits for the receipt; then they are told how it stands."""

FIRST_WORD_SECONDS = 20.0
"""So long after the press people are told that it is not over."""

NEWS_SECONDS = 60.0
"""After that, at most so often, when something has changed."""

REMINDER_SECONDS = 1800.0
"""The same when nothing has."""


@dataclass(slots=True)
class _Chase:
    """`waiting`: conversations that are shown the receipt if it comes now; `stuck`: the venue is away; `said`: what was
    told last, and when."""

    run: Run
    began: float
    done: asyncio.Event = field(default_factory=asyncio.Event)
    stuck: asyncio.Event = field(default_factory=asyncio.Event)
    poked: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: list[Route] = field(default_factory=list)
    receipt: PanicReceipt | None = None
    said: tuple[object, ...] = ()
    said_at: float | None = None
    task: asyncio.Task[None] | None = None


class Pursuit:
    def __init__(self, panic: Panic, chronicle: Chronicle, state: StateKeeper) -> None:
        self._panic = panic
        self._chronicle = chronicle
        self._state = state
        self._chases: dict[Scope, _Chase] = {}
        self._beginning = asyncio.Lock()

    async def press(
        self,
        by: str,
        *,
        cancel_only: bool = False,
        markets: Collection[Market] = (),
        strategy: str = "",
        seconds: float = ANSWER_SECONDS,
        answered: Collection[Route] = (),
    ) -> PanicReceipt:
        """`markets` and `strategy` empty = everything; pressed again while it goes on, it is looked at afresh. The
        receipt, or after `seconds` (or as soon as the venue is known to be away) how it stands then: `going_on`.

        `answered` are the conversations in which that is shown. StorageFailed: the books cannot be read; it goes on."""
        scope = Scope(frozenset(markets), strategy, cancel_only)
        async with self._beginning:  # two phones at once begin one panic
            known = self._chases.get(scope)
            chase = known or self._begin(await self._panic.begin(by, scope))
        if known is not None:
            await self._panic.lock(by)
            chase.stuck.clear()
            chase.poked.set()
        chase.waiting.extend(answered)
        try:
            await _first(chase.done, chase.stuck, seconds)
            return chase.receipt or await self._panic.standing(chase.run)
        finally:
            for route in answered:
                chase.waiting.remove(route)

    async def resume(self) -> int:
        """After a start: go on with those that were not over. Where entries are let in again, an owner ended them."""
        runs = await self._chronicle.storage.read(stored_runs)
        for run in [run for run in runs if run.scope not in self._chases]:
            if self._ended_by_owner():
                await self._chronicle.storage.write(lambda records, run=run: forget_run(records, run))  # type: ignore[misc]
            else:
                log.warning("panic_goes_on", by=run.by, started=run.started.isoformat())
                self._begin(run)
        return len(self._chases)

    async def lock(self, by: str) -> None:
        """No entry from now on."""
        await self._panic.lock(by)

    def poke(self) -> None:
        """The venue may be back: do not wait for the next round."""
        for chase in self._chases.values():
            chase.poked.set()

    async def standing(self) -> list[PanicReceipt]:
        """How those under way stand, by the books. StorageFailed."""
        return [await self._panic.standing(chase.run) for chase in list(self._chases.values())]  # others end meanwhile

    async def close(self) -> None:
        """The rows know how to go on."""
        tasks = [chase.task for chase in self._chases.values() if chase.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # ------------------------------------------------------------ one of them

    def _begin(self, run: Run) -> _Chase:
        chase = self._chases[run.scope] = _Chase(run, asyncio.get_running_loop().time())
        chase.task = asyncio.create_task(self._chase(chase), name="panic")
        return chase

    async def _chase(self, chase: _Chase) -> None:
        """For ever, if need be. What goes wrong once is tried again: the button must not break."""
        pauses = iter(PAUSE_SECONDS)
        while True:
            chase.poked.clear()
            try:
                if await self._round(chase):
                    break
            except TraderError as err:
                log.error("panic_round_failed", error=str(err))
                chase.run.cause = cause_of(err)
            except Exception as err:
                log.critical("panic_round_broke", exc_info=err)
                chase.run.cause = cause_of(err)
            if chase.run.cause in AWAY:
                chase.stuck.set()
            else:
                chase.stuck.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(next(pauses, LONG_PAUSE_SECONDS)):
                    await chase.poked.wait()
        self._chases.pop(chase.run.scope, None)
        chase.done.set()

    async def _round(self, chase: _Chase) -> bool:
        """Whether it is over."""
        if self._ended_by_owner():
            log.warning("panic_ended_by_owner", by=self._state.note.by)
            chase.receipt = await self._panic.standing(chase.run)
            await self._chronicle.storage.write(lambda records: forget_run(records, chase.run))
            return True
        receipt = await self._panic.round(chase.run)
        if not chase.run.passing:
            chase.receipt = receipt
            await self._panic.tell(chase.run, receipt, tuple(chase.waiting))
            return True
        await self._say_how_it_stands(chase)
        return False

    async def _say_how_it_stands(self, chase: _Chase) -> None:
        now = asyncio.get_running_loop().time()
        receipt = await self._panic.standing(chase.run)
        news = (*(left.market for left in receipt.remaining), receipt.open_orders_left, receipt.cause)
        since = now - (chase.began if chase.said_at is None else chase.said_at)
        wait = FIRST_WORD_SECONDS if chase.said_at is None else NEWS_SECONDS if news != chase.said else REMINDER_SECONDS
        if since >= wait:
            await self._panic.tell(chase.run, receipt, tuple(chase.waiting))
            chase.said, chase.said_at = news, now

    def _ended_by_owner(self) -> bool:
        return self._state.current is not TradingState.HALTED


async def _first(one: asyncio.Event, other: asyncio.Event, seconds: float) -> None:
    """Until one of them is set, or the time is up."""
    waits = [asyncio.ensure_future(event.wait()) for event in (one, other)]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
