"""The trading core on a scripted venue: real executor, flow, guard, panic and books; memory, and a clock by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from storage.memory import MemoryStorage
from storage.memory.spare import MemorySpare
from tests.examples import BTC, NOON, D, info
from tests.venue_script import VenueScript
from trader.approval.policy import authorise_by_rule
from trader.books_watch import WatchedStorage
from trader.chronicle import Chronicle
from trader.clock import ManualClock
from trader.errors import StorageFailed
from trader.execution.executor import Executor
from trader.exits import Exits
from trader.flow import Flow
from trader.guard.watch import Guard
from trader.ledger.late import book_fact
from trader.market.quotes import QuoteBoard
from trader.model.events import Event, EventKind
from trader.model.limits import ApprovalPolicy, OrderStyle
from trader.model.market import Market
from trader.model.order import Authorised, Cleared, ExitPlan, Intent, Order, Origin, Side
from trader.model.portfolio import Position, TradingState
from trader.model.views import StateNote
from trader.panic.button import Panic
from trader.panic.pursuit import Pursuit
from trader.ports import Records
from trader.settings import Settings
from trader.state import StateKeeper

T = TypeVar("T")


class FailingStorage(MemoryStorage):
    """Memory that cannot be written while `broken`, or for the next `fail_writes` writes."""

    def __init__(self) -> None:
        super().__init__()
        self.broken = False
        self.fail_writes = 0
        self.before_write: Callable[[], None] | None = None

    async def write(self, fn: Callable[[Records], T]) -> T:
        if self.before_write is not None:
            self.before_write()
        if self.broken or self.fail_writes:
            self.fail_writes = max(self.fail_writes - 1, 0)
            raise StorageFailed("the disk is full")
        return await super().write(fn)


def settings(**changes: Any) -> Settings:
    """Without the environment: automatic, market orders, no waiting after an exit."""
    fields: dict[str, Any] = {
        "approval": ApprovalPolicy.AUTO,
        "order_style": OrderStyle.MARKET,
        "cooldown_seconds": 0,
        "markets": ("KRW-BTC", "KRW-ETH"),
    }
    return Settings(_env_file=None, **{**fields, **changes})


@dataclass
class Floor:
    """Made by `floor()`; `close` when done."""

    venue: VenueScript = field(default_factory=VenueScript)
    storage: FailingStorage = field(default_factory=FailingStorage)
    spare: MemorySpare = field(default_factory=MemorySpare)
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))
    settings: Settings = field(default_factory=settings)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.venue.now = self.clock.now
        self.chronicle = Chronicle(WatchedStorage(self.storage, self.spare), self.clock)
        self.chronicle.on_event(self.events.append)
        self.quotes = QuoteBoard(self.clock)
        self.quotes.set_infos(info(market) for market in self.venue.prices)
        self.state = StateKeeper(self.chronicle, StateNote(TradingState.ACTIVE, "start", NOON))
        self.restart()

    def restart(self) -> None:
        """New parts over the same rows, as after a crash."""
        self.executor = Executor(self.venue, self.chronicle, self.clock, lambda: self.settings, book_fact, self.spare)
        self.flow = Flow(
            self.venue, self.chronicle, self.clock, lambda: self.settings, self.quotes, self.executor, self.state
        )
        self.exits = Exits(
            self.venue, self.chronicle, self.clock, lambda: self.settings, self.quotes, self.executor, self.state
        )
        self.guard = Guard(self.chronicle, self.clock, self.exits.leave)
        self.panic = Panic(
            self.venue, self.chronicle, self.clock, self.quotes, self.executor, self.exits, self.state, self.spare
        )
        self.pursuit = Pursuit(self.panic, self.chronicle, self.state)
        self._loads: list[asyncio.Task[None]] = []
        self.executor.on_booked(lambda market: self._loads.append(asyncio.create_task(self.guard.load(market))))

    async def close(self) -> None:
        await self.guard.close()
        await self.pursuit.close()
        await self.executor.close()

    async def guarded(self) -> None:
        """The guard has taken in what was booked."""
        await asyncio.gather(*self._loads)

    # ---- wishes

    async def send(self, intent: Intent, style: OrderStyle = OrderStyle.MARKET) -> Order:
        """Past risk and approval, straight to the executor."""
        return await self.executor.execute(self.authorised(intent), None, style)

    def authorised(self, intent: Intent) -> Authorised:
        cleared = Cleared(intent, fee=D(0), slippage_bps=D(0), equity_share=D(0))
        if intent.origin is Origin.PERSON:
            return Authorised(cleared, "console", NOON)
        return authorise_by_rule(cleared, NOON, ApprovalPolicy.AUTO)

    async def done(self, order: Order, seconds: float = 5.0) -> Order:
        """The order when it is over."""
        over = await self.executor.wait(order.client_order_id, seconds)
        assert over is not None, "the order is still working"
        return over

    async def bought(self, notional: str = "100100", exits: ExitPlan | None = None, market: Market = BTC) -> Position:
        """A position, filled and guarded. 100,100 KRW of BTC at 100,100 = 1 BTC."""
        await self.done(await self.send(wish(notional, exits=exits or ExitPlan(), market=market)))
        await self.guarded()
        position = await self.position(market)
        assert position is not None
        return position

    # ---- rows

    async def read(self, fn: Callable[[Records], T]) -> T:
        return await self.storage.read(fn)

    async def position(self, market: Market = BTC) -> Position | None:
        return await self.read(lambda records: records.positions.open_for(market))

    async def order(self, order: Order) -> Order:
        stored = await self.read(lambda records: records.orders.get(order.client_order_id))
        assert stored is not None
        return stored

    def told(self, kind: EventKind, pushed: bool = True) -> list[Event]:
        return [event for event in self.events if event.kind is kind and event.push >= pushed]


_numbers = iter(range(10**9))


def wish(notional: str | None = "100100", market: Market = BTC, **changes: Any) -> Intent:
    """A strategy's buy unless told otherwise."""
    fields: dict[str, Any] = {
        "intent_id": f"i{next(_numbers)}",
        "market": market,
        "side": Side.BUY,
        "origin": Origin.STRATEGY,
        "owner": "sma_cross",
        "reason": "crossed_up",
        "created_at": NOON,
        "price": D(100_100),
        "notional": D(notional) if notional else None,
    }
    return Intent(**{**fields, **changes})


def sale(quantity: str = "1", market: Market = BTC, **changes: Any) -> Intent:
    fields: dict[str, Any] = {"side": Side.SELL, "quantity": D(quantity), "price": D(100_000), "reason": "crossed_down"}
    return wish(None, market, **{**fields, **changes})


async def until(true: Callable[[], Any], seconds: float = 5.0) -> None:
    """Wait for what wakes nobody."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.002)
