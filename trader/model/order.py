"""From a wish to a fill: Intent → Cleared → Authorised → OrderRequest → Order → Fill.

Types make skipping a stage impossible: `OrderRequest.from_authorised` is the only way to a request,
and an `Authorised` is made by `approval` alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Self

from trader.model.market import Market

ZERO = Decimal(0)


class Side(StrEnum):
    """Direction of our order. Upbit says bid for BUY and ask for SELL."""

    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> Side:
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(StrEnum):
    """LIMIT has a price; MARKET buys for a notional or sells a quantity; BEST takes the best opposite level."""

    LIMIT = "limit"
    MARKET = "market"
    BEST = "best"


class TimeInForce(StrEnum):
    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"
    POST_ONLY = "post_only"


class Origin(StrEnum):
    """Who wished it."""

    STRATEGY = "strategy"
    PERSON = "person"
    GUARD = "guard"
    PANIC = "panic"


class OrderState(StrEnum):
    """Life of an order as we know it.

    NEW written, not sent · SENT in flight · ACCEPTED on the book · PARTIAL some fills · UNKNOWN sent, answer
    lost, being looked up · DONE filled · CANCELLED ended before it was full (may have fills) · REJECTED the
    venue said no · EXPIRED never reached the venue, or never surfaced there."""

    NEW = "new"
    SENT = "sent"
    ACCEPTED = "accepted"
    PARTIAL = "partial"
    UNKNOWN = "unknown"
    DONE = "done"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    EXPIRED = "expired"

    @property
    def final(self) -> bool:
        return self in _FINAL


_FINAL = frozenset({OrderState.DONE, OrderState.CANCELLED, OrderState.REJECTED, OrderState.EXPIRED})


@dataclass(frozen=True, slots=True)
class Breakeven:
    """Once the price is `gain` (a fraction) above the average cost, the stop moves to what brings all costs back;
    `fee_rate` is that of the sale."""

    gain: Decimal
    fee_rate: Decimal


@dataclass(frozen=True, slots=True)
class ExitPlan:
    """Where a position is to be left. Prices in quote; `trail` a fraction below the highest price seen;
    `max_hold_seconds` after the entry. None = not wanted."""

    stop: Decimal | None = None
    take: Decimal | None = None
    trail: Decimal | None = None
    max_hold_seconds: int | None = None
    breakeven: Breakeven | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """A wish with an owner and a reason. A BUY names a `notional`; a SELL names a `quantity`.

    `owner` is the strategy's name, the person (`telegram:123`), `guard` or `panic`. `price` is the market's
    price when the wish arose (decision price), or the person's own limit when `order_type` is LIMIT. `figures` are
    what the strategy saw, by name; `consultation_id` names what language models said of it."""

    intent_id: str
    market: Market
    side: Side
    origin: Origin
    owner: str
    reason: str
    created_at: datetime
    price: Decimal
    notional: Decimal | None = None
    quantity: Decimal | None = None
    order_type: OrderType = OrderType.MARKET
    time_in_force: TimeInForce = TimeInForce.GTC
    exits: ExitPlan = ExitPlan()
    thread: str = ""
    figures: dict[str, str] = field(default_factory=dict)
    consultation_id: str = ""

    @property
    def thread_id(self) -> str:
        """Under which people are told of it: the thread of the position it adds to or leaves, else its own."""
        return self.thread or self.intent_id

    @property
    def protective(self) -> bool:
        """Exits by rule: they wait for nobody."""
        return self.side is Side.SELL and self.origin in (Origin.GUARD, Origin.PANIC)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not: a stable code and the figures behind it (text, for wording and the journal)."""

    code: str
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Denied:
    """Our risk gate said no, with every reason it found."""

    intent: Intent
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a trade would leave of the limits and put at stake, estimated when it was cleared; None = does not apply.

    `exposure` afterwards and its limit are fractions of equity. A buy: `entries_left` and `spend_left` (KRW) of today
    after it; `stop` (the tighter of fixed and trailing) and `take` its planned levels, `at_stop` and `at_take` what it
    would come to there in KRW, all fees included, a loss negative. A sale: `result` against its cost in KRW."""

    exposure: Decimal
    exposure_limit: Decimal
    entries_left: int | None = None
    spend_left: Decimal | None = None
    stop: Decimal | None = None
    at_stop: Decimal | None = None
    take: Decimal | None = None
    at_take: Decimal | None = None
    result: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Cleared:
    """Our risk gate said yes. `fee` and `slippage_bps` are estimates; `equity_share` a fraction."""

    intent: Intent
    fee: Decimal
    slippage_bps: Decimal
    equity_share: Decimal
    outlook: Outlook | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A person, or the clock, said no."""

    intent: Intent
    by: str
    code: str
    ticket_id: str = ""


@dataclass(frozen=True, slots=True)
class Authorised:
    """May be sent. Made by `trader.approval` only."""

    cleared: Cleared
    by: str
    at: datetime

    @property
    def intent(self) -> Intent:
        return self.cleared.intent


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """Exactly what goes to the venue. LIMIT: price and quantity. MARKET, BEST: notional to buy, quantity to sell."""

    client_order_id: str
    market: Market
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    price: Decimal | None
    quantity: Decimal | None
    notional: Decimal | None
    authorised: Authorised = field(repr=False)


@dataclass(frozen=True, slots=True)
class VenueFill:
    """One execution as the venue reports it; the fee comes per order, not per fill."""

    fill_id: str
    price: Decimal
    quantity: Decimal
    funds: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class VenueOrder:
    """An order as the venue shows it. `open` is False once it can no longer trade.

    `fills` is empty where the answer does not carry them (`fills_complete` False): look the order up singly."""

    venue_id: str
    client_order_id: str | None
    market: Market
    side: Side
    order_type: OrderType
    open: bool
    price: Decimal | None
    quantity: Decimal | None
    executed_quantity: Decimal
    paid_fee: Decimal
    created_at: datetime
    fills: tuple[VenueFill, ...] = ()
    fills_complete: bool = False


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution in our books. `funds` = price × quantity; `fee` in quote currency."""

    fill_id: str
    client_order_id: str
    market: Market
    side: Side
    price: Decimal
    quantity: Decimal
    funds: Decimal
    fee: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """An order in our books, written before it is sent.

    `note` holds the venue's error name or what ended it; `decision_price` the price at which the wish arose;
    from `expires_at` on an open remainder is cancelled (None = it rests until it fills)."""

    client_order_id: str
    intent_id: str
    market: Market
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    origin: Origin
    owner: str
    reason: str
    state: OrderState
    created_at: datetime
    updated_at: datetime
    decision_price: Decimal
    price: Decimal | None = None
    quantity: Decimal | None = None
    notional: Decimal | None = None
    venue_id: str | None = None
    executed_quantity: Decimal = ZERO
    executed_funds: Decimal = ZERO
    paid_fee: Decimal = ZERO
    approved_by: str = ""
    note: str = ""
    exits: ExitPlan = ExitPlan()
    expires_at: datetime | None = None
    thread: str = ""

    @property
    def thread_id(self) -> str:
        """As the intent's."""
        return self.thread or self.intent_id

    @property
    def average_price(self) -> Decimal | None:
        """Quote per base over all fills; None before the first."""
        return self.executed_funds / self.executed_quantity if self.executed_quantity else None

    @property
    def slippage(self) -> Decimal | None:
        """KRW the fills were worse (positive) or better than the decision price; None before the first fill."""
        if not self.executed_quantity or not self.decision_price:
            return None
        difference = self.executed_funds - self.decision_price * self.executed_quantity
        return difference if self.side is Side.BUY else -difference

    @property
    def slippage_bps(self) -> Decimal | None:
        """Mean fill against the decision price in 1/10,000; positive = worse for us (S6)."""
        worse = self.slippage
        return None if worse is None else worse / (self.decision_price * self.executed_quantity) * 10_000

    def changed(self, now: datetime, **changes: object) -> Self:
        """The next value of this order."""
        return replace(self, updated_at=now, **changes)  # type: ignore[arg-type]
