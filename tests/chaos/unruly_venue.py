"""A venue that keeps an exact account and does everything a venue may do to an order.

It takes orders, refuses them, loses its answers, takes them late, hides them, fills them in parts and in any order,
shows fills later than what they add up to, ends them unasked; and somebody else moves money and coins. Its own books
are always right, so ours can be held against them to the last digit. Time is the event loop's."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal, localcontext
from enum import StrEnum

from tests.examples import D
from tests.venue_script import FEE, VenueScript
from trader.errors import (
    DuplicateClientOrderId,
    InsufficientFunds,
    InvalidOrder,
    NotFound,
    OutcomeUnknown,
    VenueBusy,
    VenueUnreachable,
)
from trader.ledger.accounting import EXACT
from trader.model.market import Market
from trader.model.order import OrderRequest, OrderType, Side, VenueFill, VenueOrder
from trader.model.portfolio import Balance

ZERO = D(0)
UNIT = D("0.00000001")


class Post(StrEnum):
    """What becomes of a POST."""

    TAKEN = "taken"
    LOST = "taken, answer lost"
    HIDDEN = "taken, answer lost, not shown for a while"
    LATE = "answer lost, taken later"
    DROPPED = "answer lost, never arrives"
    TWICE = "taken, then refused as a duplicate"
    REFUSED = "refused"
    UNREACHED = "never sent"
    BUSY = "too many requests"


@dataclass(frozen=True, slots=True)
class Fate:
    """Of one order. `travel` and `back`: seconds to the venue and of the answer; `late`: until it is taken or shown;
    `filled`: the part (of 1) that is filled when it is taken; `lag`: seconds for which the last fill is not shown."""

    post: Post = Post.TAKEN
    travel: float = 0.0
    back: float = 0.0
    late: float = 0.0
    filled: Decimal = ZERO
    lag: float = 0.0


class UnrulyVenue(VenueScript):
    """`fates` are those of the next orders, `messages` what the private stream has to say and has not said."""

    def __init__(self, cash: str) -> None:
        super().__init__(cash)
        self.fates: deque[Fate] = deque()
        self.messages: list[tuple[str, str]] = []
        self.latency = 0.0
        self.cancel_seconds = 0.0
        self.lose_cancels = 0
        self.away_until = 0.0
        self.outside: dict[str, Decimal] = {}
        self._hidden: dict[str, float] = {}
        self._lagging: dict[str, float] = {}

    @property
    def time(self) -> float:
        return asyncio.get_running_loop().time()

    def calm(self) -> None:
        """From now on it behaves."""
        self.fates.clear()
        self.latency = self.cancel_seconds = self.away_until = 0.0
        self.lose_cancels = 0

    # ------------------------------------------------------------ its own books

    def locked(self, currency: str) -> Decimal:
        with localcontext(EXACT):
            return sum((hold(o) for o in self.orders.values() if o.open and held_currency(o) == currency), ZERO)

    def free(self, currency: str) -> Decimal:
        with localcontext(EXACT):
            return self.totals.get(currency, ZERO) - self.locked(currency)

    def move(self, currency: str, amount: Decimal) -> None:
        """Somebody else brings or takes this much."""
        with localcontext(EXACT):
            self.totals[currency] = self.totals.get(currency, ZERO) + amount
            self.outside[currency] = self.outside.get(currency, ZERO) + amount
        self.messages.append(("", ""))

    def execute(self, client_order_id: str, quantity: Decimal, price: Decimal, lag: float = 0.0) -> None:
        """One fill of an open order, which ends when nothing is left of it."""
        order = self.orders[client_order_id]
        self._fills += 1
        with localcontext(EXACT):
            funds = quantity * price
            fee = funds * FEE
            executed = order.executed_quantity + quantity
            fill = VenueFill(f"f{self._fills}", price, quantity, funds, self.now())
            self.orders[client_order_id] = replace(
                order,
                executed_quantity=executed,
                paid_fee=order.paid_fee + fee,
                fills=(*order.fills, fill),
                open=order.quantity is None or executed < order.quantity,
            )
            sign, base = (1, order.market.base) if order.side is Side.BUY else (-1, order.market.base)
            self.totals[base] = self.totals.get(base, ZERO) + sign * quantity
            self.totals["KRW"] -= sign * funds + fee
        if lag:
            self._lagging[client_order_id] = self.time + lag
        self._say(order)

    def end(self, client_order_id: str) -> None:
        super().end(client_order_id)
        self._say(self.orders[client_order_id])

    def _say(self, order: VenueOrder) -> None:
        self.messages += [(order.venue_id, order.client_order_id or ""), ("", "")]

    # ------------------------------------------------------------ the port

    async def _called(self) -> None:
        """As slow, or as far away, as it is now."""
        if self.time < self.away_until:
            raise VenueUnreachable("away")
        if self.latency:
            await asyncio.sleep(self.latency)

    async def submit(self, request: OrderRequest) -> VenueOrder:
        fate = self.fates.popleft() if self.fates else Fate(filled=D(1))
        self.requests.append(request)
        if self.time < self.away_until or fate.post is Post.UNREACHED:
            raise VenueUnreachable("away")
        if fate.post is Post.BUSY:
            raise VenueBusy("slowly", retry_after=1.0)
        await asyncio.sleep(fate.travel)
        if fate.post is Post.REFUSED:
            raise InvalidOrder("no", name="invalid_price")
        if fate.post is Post.LATE:
            asyncio.get_running_loop().call_later(fate.late, self._take_late, request, fate)
        elif fate.post is not Post.DROPPED:
            self._take(request, fate)
        await asyncio.sleep(fate.back)
        if fate.post is Post.TWICE:
            raise DuplicateClientOrderId("used before", name="duplicated_identifier", status=400)
        if fate.post is not Post.TAKEN:
            raise OutcomeUnknown("time-out")
        return replace(self.orders[request.client_order_id], fills=(), executed_quantity=ZERO, paid_fee=ZERO, open=True)

    def _take_late(self, request: OrderRequest, fate: Fate) -> None:
        try:
            self._take(request, fate)
        except InsufficientFunds:
            """Nobody is there any more to be told."""

    def _take(self, request: OrderRequest, fate: Fate) -> None:
        """Raises InsufficientFunds."""
        order = VenueOrder(
            venue_id=f"v-{request.client_order_id}",
            client_order_id=request.client_order_id,
            market=request.market,
            side=request.side,
            order_type=request.order_type,
            open=True,
            price=request.price or request.notional,
            quantity=request.quantity,
            executed_quantity=ZERO,
            paid_fee=ZERO,
            created_at=self.now(),
            fills_complete=True,
        )
        if hold(order) > self.free(held_currency(order)):
            raise InsufficientFunds("too little", name=f"insufficient_funds_{request.side.value}")
        self.orders[request.client_order_id] = order
        self._say(order)
        if fate.post is Post.HIDDEN:
            self._hidden[request.client_order_id] = self.time + fate.late
        if fate.filled:
            self.fill_part(request.client_order_id, fate.filled, D(1), fate.lag)

    def fill_part(self, client_order_id: str, part: Decimal, around: Decimal, lag: float = 0.0) -> None:
        """A part (of 1) of what is left; a limit order never beyond its price."""
        order = self.orders[client_order_id]
        bid, ask = self.prices[order.market]
        price = ((ask if order.side is Side.BUY else bid) * around).quantize(D("0.01"))
        if order.order_type is OrderType.LIMIT:
            assert order.price is not None
            price = min(price, order.price) if order.side is Side.BUY else max(price, order.price)
        left = self._left(order, price)
        quantity = max((left * part).quantize(UNIT, ROUND_FLOOR), min(UNIT, left))
        if quantity > 0:
            self.execute(client_order_id, quantity, price, lag)
        if order.quantity is None and (part == 1 or not quantity):
            self.end(client_order_id)

    def _left(self, order: VenueOrder, price: Decimal) -> Decimal:
        if order.quantity is not None:
            return order.quantity - order.executed_quantity
        assert order.price is not None
        with localcontext(EXACT):
            spent = sum((fill.funds for fill in order.fills), ZERO)
            return ((order.price - spent) / price).quantize(UNIT, ROUND_FLOOR)

    def _shown(self, order: VenueOrder) -> VenueOrder | None:
        name = order.client_order_id or ""
        if self._hidden.get(name, 0.0) > self.time:
            return None
        if self._lagging.get(name, 0.0) > self.time:
            return replace(order, fills=order.fills[:-1])
        return order

    async def find(self, *, client_order_id: str | None = None, venue_id: str | None = None) -> VenueOrder | None:
        self._enter("find")
        order = self.orders.get(client_order_id or "")
        shown = self._shown(order) if order else None
        await self._called()
        return shown

    async def find_many(self, client_order_ids: Sequence[str]) -> list[VenueOrder]:
        self._enter("find_many")
        found = [self._shown(self.orders[name]) for name in client_order_ids if name in self.orders]
        await self._called()
        return [replace(order, fills=(), fills_complete=False) for order in found if order]

    async def open_orders(self, market: Market | None = None) -> list[VenueOrder]:
        self._enter("open_orders")
        found = [self._shown(o) for o in self.orders.values() if o.open and market in (None, o.market)]
        await self._called()
        return [replace(order, fills=(), fills_complete=False) for order in found if order]

    async def balances(self) -> dict[str, Balance]:
        self._enter("balances")
        rows = {name: Balance(name, self.free(name), self.locked(name)) for name in self.totals}
        await self._called()
        return rows

    async def cancel(self, *, client_order_id: str | None = None, venue_id: str | None = None) -> None:
        self._enter("cancel")
        order = next((o for o in self.orders.values() if venue_id == o.venue_id), None)
        order = order or self.orders.get(client_order_id or "")
        await self._called()
        if order is None or not order.open or self._shown(order) is None:
            raise NotFound("unknown or over", name="order_not_found", status=404)
        asyncio.get_running_loop().call_later(self.cancel_seconds, self._end_if_open, order.client_order_id or "")
        if self.lose_cancels:
            self.lose_cancels -= 1
            raise VenueUnreachable("time-out")

    def _end_if_open(self, client_order_id: str) -> None:
        if self.orders[client_order_id].open:
            self.end(client_order_id)


def held_currency(order: VenueOrder) -> str:
    return "KRW" if order.side is Side.BUY else order.market.base


def hold(order: VenueOrder) -> Decimal:
    """What an open order keeps from being spent otherwise."""
    with localcontext(EXACT):
        if order.side is Side.SELL:
            assert order.quantity is not None
            return order.quantity - order.executed_quantity
        assert order.price is not None
        if order.quantity is not None:
            return order.price * (order.quantity - order.executed_quantity) * (1 + FEE)
        return (order.price - sum((fill.funds for fill in order.fills), ZERO)) * (1 + FEE)
