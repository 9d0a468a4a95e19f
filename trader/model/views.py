"""What a person is shown: values the desk hands out and the chat renders. Sums in KRW, shares as fractions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from trader.model.events import JournalEntry
from trader.model.market import Market, MarketInfo, Ticker
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
class Away:
    """The venue could not be asked just now. `cause` as `errors.cause_of` names it; what is shown of the account is as
    old as this (None = nothing is known of it)."""

    cause: str
    age_seconds: float | None


@dataclass(frozen=True, slots=True)
class PositionView:
    """An open position at the bid. `stop` is the tighter of fixed and trailing; None = unguarded or unknown.

    `net` is the result if it were sold now, the fee of selling included at the rate last paid in that market; a share
    of the cost. `unrealised` leaves that fee out."""

    position: Position
    bid: Decimal | None
    value: Decimal | None
    unrealised: Decimal | None
    unrealised_share: Decimal | None
    stop: Decimal | None
    take: Decimal | None
    leave_at: datetime | None
    net: Decimal | None = None
    net_share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """`entries_wait_until` after too many losing stops in a row. `day_result` is what the Korean day brought so far:
    realised, and how what is held moved since midnight; `day_share` of the equity without it. `panics` are those that
    go on; `model_cost` is what language models have cost today."""

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
    day_result: Decimal | None = None
    day_share: Decimal | None = None
    away: Away | None = None
    panics: tuple[PanicReceipt, ...] = ()
    model_cost: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """A currency at the venue. `bot_quantity` is what our positions hold of it; `value` at the bid, None = unknown."""

    currency: str
    free: Decimal
    locked: Decimal
    bot_quantity: Decimal
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Balances:
    """KRW first, then by name. With `away` they are remembered; empty = nothing is known."""

    rows: tuple[BalanceRow, ...]
    away: Away | None = None


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
class LimitUses:
    """With `away` the use is counted from remembered balances, or None where they are not known."""

    rows: tuple[LimitUse, ...]
    away: Away | None = None


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
    """`origin` is default, environment or chat; for chat, by whom and when. `pending` is a change that waits.
    `choices` where there are few; `low` and `high` as text, empty where nothing bounds it; `base` is what it comes to
    without chat's change."""

    key: str
    value: str
    default: str
    unit: str
    origin: str
    set_by: str = ""
    set_at: datetime | None = None
    changeable: bool = False
    pending: PendingRaise | None = None
    group: str = ""
    choices: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    base: str = ""


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
class Undoable:
    """The newest change of a setting, a parameter or a market's strategy, and what it was before: `value` is what would
    be stored again (None = back to the environment's or default value), `new` what that comes to, `old` what is in
    force now. `set_by` and `set_at` are of the change."""

    key: str
    value: str | None
    old: str
    new: str
    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class PnlReport:
    """Result of a stretch of Korean days, net of fees; what language models cost (`model_cost`) is not in it."""

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
    model_cost: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Performance:
    """How a stretch of Korean days went, beside buying and holding the traded markets.

    `moments` (ascending, the first is where it begins, the last is now), `results` (KRW won since the first, net of
    fees) and `held` (the fraction won by holding equal parts of `held_markets`) are equally long; None = not known.
    `traded` sums the funds of all fills; `capital` is the equity now less the result."""

    report: PnlReport
    moments: tuple[datetime, ...]
    results: tuple[Decimal | None, ...]
    held: tuple[Decimal | None, ...]
    held_markets: tuple[Market, ...]
    traded: Decimal
    capital: Decimal | None

    @property
    def result(self) -> Decimal | None:
        """Realised, and the change of what is not."""
        return self.results[-1]

    @property
    def share(self) -> Decimal | None:
        """The result as a fraction of the capital."""
        return self.result / self.capital if self.result is not None and self.capital else None

    @property
    def held_share(self) -> Decimal | None:
        return self.held[-1]

    @property
    def turnover(self) -> Decimal | None:
        """Traded notional ÷ mean equity."""
        known = [result for result in self.results if result is not None]
        if not self.capital or not known:
            return None
        mean = self.capital + sum(known, Decimal(0)) / len(known)
        return self.traded / mean if mean > 0 else None


@dataclass(frozen=True, slots=True)
class ScreenedMarket:
    """A line of the screener. `spread_bps` None = one side of the book is empty; `traded`: the bot trades it."""

    info: MarketInfo
    ticker: Ticker
    spread_bps: Decimal | None
    traded: bool


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """`ok` None = unknown. `key` names the check, `value` a short figure or text; `cause` (as `errors.cause_of` names
    it) why it is not well; `due`: it has not had its turn yet, and will have it then."""

    key: str
    ok: bool | None
    value: str
    cause: str = ""
    due: datetime | None = None


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
    """`flat` is True only when the read-back proves it: no open orders and nothing of ours left to sell. `going_on`: it
    is how far it has come; `cause` (as `errors.cause_of` names it) what it waits for, empty where that is not known."""

    started_at: datetime
    finished_at: datetime
    cancelled: tuple[CancelResult, ...]
    sold: tuple[Fill, ...]
    remaining: tuple[Remainder, ...]
    open_orders_left: int
    flat: bool
    going_on: bool = False
    cause: str = ""


@dataclass(frozen=True, slots=True)
class PassRun:
    """Passes of equal outcome one after another: the newest of them, when they began, and how many."""

    entry: JournalEntry
    since: datetime
    count: int


@dataclass(frozen=True, slots=True)
class PassCount:
    """Where a strategy's passes over a market ended: (stage, code, how often), the most frequent first; `denied` are
    passes that limits stopped, each of which may have several codes."""

    strategy: str
    passes: int
    denied: int
    ends: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Why:
    """The last passes of one market, newest first, what blocks it now, and counts `since` then."""

    market: Market
    runs: tuple[PassRun, ...]
    blocks: tuple[Reason, ...]
    counts: tuple[PassCount, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class Booking:
    """One line of the books: coins that came (+) or went (−) and the KRW that went (−) or came (+) for them, fee
    included. `kind` is buy, sell, adopted (a person's coins handed over) or taken_out; `realised` only where something
    was sold; `held` and `cost` are what the position came to by it."""

    at: datetime
    kind: str
    market: Market
    quantity: Decimal
    price: Decimal
    fee: Decimal
    krw: Decimal
    realised: Decimal | None
    held: Decimal
    cost: Decimal
    position_id: str
    reference: str
