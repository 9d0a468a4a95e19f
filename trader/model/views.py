"""What a person is shown: values the desk hands out and the chat renders. Sums in KRW, shares as fractions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from trader.model.events import JournalEntry
from trader.model.market import Market
from trader.model.order import Fill, Order, Reason
from trader.model.portfolio import Position, TradingState


@dataclass(frozen=True, slots=True)
class StateNote:
    """The trading state with its story. `until` is when a pause ends by itself; None = until somebody resumes."""

    state: TradingState
    by: str
    since: datetime
    reason: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PositionView:
    """An open position at the bid. `stop` is the tighter of fixed and trailing; None = unguarded or unknown."""

    position: Position
    bid: Decimal | None
    value: Decimal | None
    unrealised: Decimal | None
    unrealised_share: Decimal | None
    stop: Decimal | None
    take: Decimal | None
    leave_at: datetime | None


@dataclass(frozen=True, slots=True)
class Status:
    """`entries_wait_until` after too many losing stops in a row."""

    now: datetime
    mode: str
    state: StateNote
    strategy: str
    timeframe: str
    markets: tuple[Market, ...]
    equity: Decimal | None
    cash_free: Decimal | None
    cash_locked: Decimal | None
    day_realised: Decimal
    unrealised: Decimal | None
    positions: tuple[PositionView, ...]
    open_orders: int
    unresolved_orders: int
    pending_tickets: int
    data_age_seconds: float | None
    started_at: datetime
    entries_wait_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """A currency at the venue. `bot_quantity` is what our positions hold of it; `value` at the bid, None = unknown."""

    currency: str
    free: Decimal
    locked: Decimal
    bot_quantity: Decimal
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class OrderView:
    order: Order
    fills: tuple[Fill, ...]
    history: tuple[tuple[datetime, str, str], ...]


@dataclass(frozen=True, slots=True)
class ClosedTrade:
    """A position that was closed. `slippage_bps` over all its orders, positive = worse for us; None = unknown."""

    position: Position
    slippage_bps: Decimal | None


@dataclass(frozen=True, slots=True)
class LimitUse:
    """A limit and what is used of it today; `used` None where nothing is counted. `key` is the setting's name."""

    key: str
    limit: Decimal
    used: Decimal | None
    unit: str


@dataclass(frozen=True, slots=True)
class PendingRaise:
    """A change that waits until `due`. `value` is what will be stored (None = back to the default), `new` what it
    comes to."""

    key: str
    value: str | None
    new: str
    by: str
    asked_at: datetime
    due: datetime


@dataclass(frozen=True, slots=True)
class SettingView:
    """`origin` is default, environment or chat; for chat, by whom and when. `pending` is a change that waits."""

    key: str
    value: str
    default: str
    unit: str
    origin: str
    set_by: str = ""
    set_at: datetime | None = None
    changeable: bool = False
    pending: PendingRaise | None = None


@dataclass(frozen=True, slots=True)
class ParamView:
    """A strategy parameter with its bounds."""

    name: str
    value: str
    default: str
    low: str
    high: str
    description: str


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A change that took effect, or takes effect at `due`."""

    key: str
    old: str
    new: str
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class PnlReport:
    """Result of a stretch of Korean days, net of fees."""

    start: datetime
    end: datetime
    realised: Decimal
    fees: Decimal
    unrealised: Decimal | None
    closed: int
    wins: int
    best: Position | None
    worst: Position | None
    by_market: dict[Market, Decimal] = field(default_factory=dict)
    by_day: tuple[tuple[datetime, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """`ok` None = unknown. `key` names the check, `value` a short figure or text."""

    key: str
    ok: bool | None
    value: str


@dataclass(frozen=True, slots=True)
class CancelResult:
    """`outcome` is cancelled, ended (it was already over) or failed, then `note` says why."""

    client_order_id: str
    market: Market
    outcome: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Remainder:
    """What panic could not sell, and why (a reason code: dust, market_offline, rejected, unreachable …)."""

    market: Market
    quantity: Decimal
    reason: Reason


@dataclass(frozen=True, slots=True)
class PanicReceipt:
    """`flat` is True only when the read-back proves it: no open orders and nothing of ours left to sell."""

    started_at: datetime
    finished_at: datetime
    cancelled: tuple[CancelResult, ...]
    sold: tuple[Fill, ...]
    remaining: tuple[Remainder, ...]
    open_orders_left: int
    flat: bool


@dataclass(frozen=True, slots=True)
class Why:
    """The last passes of one market, newest first, and what blocks it now."""

    market: Market
    entries: tuple[JournalEntry, ...]
    blocks: tuple[Reason, ...]
