"""What changed at the venue that no order of ours explains?  In: the account, our books, what was last agreed.
Out: Findings.  Pure.

Coins: what the account holds beyond our positions is the person's own (`outside`); a change of it is theirs, and less
than nothing means that they took ours. Money: the KRW total must be the last agreed one plus what the fills booked
since then brought. A coin and the KRW that moved against each other are one manual trade. Where an order of ours is
moving nothing is concluded: the old figure stands until the next look."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, localcontext

from trader.ledger.accounting import EXACT, cash_after
from trader.model.difference import Agreed, Difference, DifferenceKind, DifferenceState
from trader.model.market import Market
from trader.model.order import ZERO, Fill, Order, OrderState, VenueOrder
from trader.model.portfolio import Balance, Position

CASH = "KRW"

CAUSES = ("manual_order", "manual_buy", "manual_sale", "deposit", "withdrawal", "own_coins")

ROUNDING_PER_FILL = Decimal(1)
"""KRW that the venue may round at a fill (its rule is not documented); with no fill nothing is forgiven."""

PLAUSIBLE = (Decimal("0.5"), Decimal(2))
"""Money and coins that moved together are one trade when their price lies so far around the bid."""

FIRST = "start"
"""Who answered for coins that were there before the bot was: they are the person's until asked for."""

_RESTING = frozenset({OrderState.ACCEPTED, OrderState.PARTIAL})


@dataclass(frozen=True, slots=True)
class Account:
    """The venue at one moment: every balance, and every open order (without fills)."""

    balances: Mapping[str, Balance]
    orders: Sequence[VenueOrder]

    def total(self, currency: str) -> Decimal:
        row = self.balances.get(currency)
        return row.total if row else ZERO


@dataclass(frozen=True, slots=True)
class Books:
    """Our side of the same moment. `fills` are those booked after the last agreed `mark`, `mark` is today's;
    `ours` are venue ids of open orders that stand in our books, `reported` those that stand in a difference; `open`
    are the differences without an answer."""

    positions: Sequence[Position]
    unfinished: Sequence[Order]
    fills: Sequence[Fill]
    mark: int
    ours: frozenset[str] = frozenset()
    reported: frozenset[str] = frozenset()
    open: Sequence[Difference] = ()

    def held(self, currency: str) -> Decimal:
        return sum((p.quantity for p in self.positions if p.market.base == currency), ZERO)


@dataclass(frozen=True, slots=True)
class Prices:
    """Bids, and which markets are listed at all."""

    bids: Mapping[Market, Decimal]
    listed: Collection[Market]


@dataclass(frozen=True, slots=True)
class Findings:
    """`found` are new differences, `passed` open ones that need no answer any more; `agreed` what is explained now
    (None: the first look could not conclude); `unsettled` the currencies left for the next look."""

    found: tuple[Difference, ...]
    passed: tuple[Difference, ...]
    agreed: Agreed | None
    unsettled: tuple[str, ...]


def compare(
    account: Account, books: Books, agreed: Agreed | None, prices: Prices, now: datetime, new_id: Callable[[], str]
) -> Findings:
    """One look at account and books. Both must be of one moment: nothing moved between their readings."""
    moving = unsettled(books.unfinished, account.orders)
    orders, passed = _orders(account, books, now, new_id)
    bases = tuple(sorted({order.market.base for order in moving}))
    waiting = (*bases, CASH) if moving else ()
    if agreed is None and moving:
        return Findings(tuple(orders), tuple(passed), None, waiting)
    before = agreed or Agreed(now, account.total(CASH), books.mark)
    with localcontext(EXACT):
        outside = _outside(account, books, before, bases)
        look = _Look(account, books, before, prices, now, new_id, first=agreed is None)
        expected = before.krw if agreed is None else cash_after(books.fills, before.krw)
        drift = ZERO if moving else account.total(CASH) - expected
        forgiven = abs(drift) <= ROUNDING_PER_FILL * len(books.fills)
        rounding = drift if forgiven else ZERO
        drift -= rounding
        moves = {c: outside[c] - before.outside.get(c, ZERO) for c in outside}
        moves = {c: move for c, move in moves.items() if move}
        traded = _traded(moves, drift, prices)
        coins = [row for c, move in moves.items() for row in look.coin(c, outside[c], move, drift, c == traded)]
        passed += [row for row in books.open if row.currency not in waiting and look.passed(row, outside, moves)]
        money = [look.cash(expected, drift, traded)] if drift else []
        after = Agreed(
            now,
            before.krw if moving else account.total(CASH),
            before.mark if moving else books.mark,
            {c: amount for c, amount in outside.items() if amount},
            before.rounding + rounding,
        )
    return Findings((*orders, *coins, *money), tuple(passed), after, waiting)


def unsettled(unfinished: Iterable[Order], listed: Sequence[VenueOrder]) -> tuple[Order, ...]:
    """Orders of ours that are not known to stand exactly as the books say: on their way, in doubt, over, or filled
    further."""
    executed = {order.venue_id: order.executed_quantity for order in listed}
    executed |= {order.client_order_id: order.executed_quantity for order in listed if order.client_order_id}
    return tuple(
        order
        for order in unfinished
        if order.state not in _RESTING or executed.get(order.client_order_id) != order.executed_quantity
    )


def _outside(account: Account, books: Books, before: Agreed, waiting: Collection[str]) -> dict[str, Decimal]:
    """By currency, what is not ours; the old figure where an order is moving."""
    names = {*account.balances, *before.outside, *(p.market.base for p in books.positions)} - {CASH}
    return {
        name: before.outside.get(name, ZERO) if name in waiting else account.total(name) - books.held(name)
        for name in sorted(names)
    }


def _traded(moves: Mapping[str, Decimal], drift: Decimal, prices: Prices) -> str | None:
    """The coin that was traded by hand against the KRW that moved: the only one, the other way, at a likely price."""
    if len(moves) != 1 or not drift:
        return None
    [(currency, move)] = moves.items()
    if (move > 0) == (drift > 0):
        return None
    bid = prices.bids.get(Market(CASH, currency))
    low, high = PLAUSIBLE
    return currency if bid is None or low * bid <= abs(drift / move) <= high * bid else None


def _orders(
    account: Account, books: Books, now: datetime, new_id: Callable[[], str]
) -> tuple[list[Difference], list[Difference]]:
    """Open orders of somebody else: those not shown before, and those shown that are no longer open."""
    listed = {order.venue_id for order in account.orders}
    strange = [o for o in account.orders if o.venue_id not in books.ours and o.venue_id not in books.reported]
    found = [_order(order, now, new_id()) for order in strange]
    gone = [d for d in books.open if d.kind is DifferenceKind.ORDER and d.venue_id not in listed]
    return found, gone


def _order(order: VenueOrder, now: datetime, name: str) -> Difference:
    left = (order.quantity or ZERO) - order.executed_quantity
    return Difference(
        name,
        DifferenceKind.ORDER,
        now,
        order.market.base,
        "manual_order",
        book=ZERO,
        venue=left,
        change=left,
        price=order.price,
        market=order.market,
        side=order.side.value,
        venue_id=order.venue_id,
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """What every row of one look is made of."""

    account: Account
    books: Books
    before: Agreed
    prices: Prices
    now: datetime
    new_id: Callable[[], str]
    first: bool

    def coin(self, currency: str, outside: Decimal, move: Decimal, drift: Decimal, traded: bool) -> list[Difference]:
        """A change of what is not ours: coins missing, come, or gone."""
        was = max(self.before.outside.get(currency, ZERO), ZERO)
        if outside < 0:
            kind, change = DifferenceKind.SHORT, outside
        elif outside == was:  # what was missing is back, and nothing more
            return []
        else:
            change = outside - was
            kind = DifferenceKind.EXTRA if change > 0 else DifferenceKind.GONE
        market = Market(CASH, currency)
        row = Difference(
            self.new_id(),
            kind,
            self.now,
            currency,
            self._cause(move, traded),
            book=self.books.held(currency),
            venue=self.account.total(currency),
            change=change,
            price=_price(drift, move) if traded else self.prices.bids.get(market),
            krw=drift if traded else None,
            market=market if self._known(market) else None,
        )
        if self.first and kind is DifferenceKind.EXTRA:
            row = replace(row, cause="own_coins").answered(DifferenceState.IGNORED, FIRST, self.now)
        return [row]

    def _known(self, market: Market) -> bool:
        return market in self.prices.listed or any(p.market == market for p in self.books.positions)

    def _cause(self, move: Decimal, traded: bool) -> str:
        if traded:
            return "manual_buy" if move > 0 else "manual_sale"
        return "deposit" if move > 0 else "withdrawal"

    @staticmethod
    def passed(row: Difference, outside: Mapping[str, Decimal], moves: Collection[str]) -> bool:
        """A newer figure stands for an open row: an older shortage, or coins that are no longer there to be taken."""
        if row.kind is DifferenceKind.SHORT:
            return row.currency in moves
        return row.kind is DifferenceKind.EXTRA and row.change > outside.get(row.currency, ZERO)

    def cash(self, expected: Decimal, drift: Decimal, traded: str | None) -> Difference:
        cause = self._cause(-drift if traded else drift, traded is not None)
        return Difference(
            self.new_id(),
            DifferenceKind.CASH,
            self.now,
            CASH,
            cause,
            book=expected,
            venue=self.account.total(CASH),
            change=drift,
            market=Market(CASH, traded) if traded else None,
        )


def _price(drift: Decimal, move: Decimal) -> Decimal:
    """KRW per coin of a manual trade, fees included, to eight decimals."""
    return abs(drift / move).quantize(Decimal("0.00000001"))
