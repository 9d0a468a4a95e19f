"""What the desk works with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from trader.alerts.book import AlertBook
from trader.bureau import Bureau
from trader.chronicle import Chronicle
from trader.clock import Clock
from trader.desk.lookups import Lookups
from trader.desk.results import Results
from trader.execution.executor import Executor
from trader.flow import Flow
from trader.health import Health
from trader.learning import Learning
from trader.market.quotes import QuoteBoard
from trader.model.market import Market, Timeframe
from trader.model.ticket import Ticket
from trader.panic.pursuit import Pursuit
from trader.patterns import Patterns
from trader.ports import Exchange
from trader.reconcile import Reconciler
from trader.state import StateKeeper
from trader.tuning import Tuning


@dataclass(frozen=True, slots=True)
class Tools:
    """What the desk works with; made once by the composition root."""

    exchange: Exchange
    chronicle: Chronicle
    clock: Clock
    tuning: Tuning
    quotes: QuoteBoard
    executor: Executor
    flow: Flow
    state: StateKeeper
    pursuit: Pursuit
    health: Health
    bureau: Bureau
    draw: Callable[[Market, Timeframe, int], Awaitable[bytes]]
    started_at: datetime
    reconciler: Reconciler
    results: Results
    lookups: Lookups
    alerts: AlertBook
    draw_ticket: Callable[[Ticket, Timeframe], Awaitable[bytes]]
    patterns: Patterns
    learning: Learning


class Part:
    """A part of the desk: methods of one kind over the same tools."""

    def __init__(self, tools: Tools) -> None:
        self._t = tools
        self._storage = tools.chronicle.storage
