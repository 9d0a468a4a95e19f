"""A person's answer to a difference: adopt, ignore, or take the order off. Each counts once; the trail keeps who.

Adopting follows the account: coins missing leave the position (a correction, no sale of ours), a person's own coins
become a position with guard levels at today's price; money and coins that came or went are acknowledged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, localcontext

from trader.chronicle import Chronicle, Tell
from trader.errors import NotFound, UserInputError
from trader.execution.lifecycle import given_up
from trader.ledger.accounting import EXACT
from trader.ledger.corrections import take_in, take_out
from trader.market.quotes import QuoteBoard
from trader.model.difference import Agreed, Difference, DifferenceKind, DifferenceState
from trader.model.market import Market
from trader.model.order import ZERO, ExitPlan
from trader.ports import Exchange, Records
from trader.reconcile.reading import Snapshot, read_agreed, write_agreed
from trader.reconcile.telling import tell_answer
from trader.risk.exits import exit_plan
from trader.settings import Settings

_LATEST = 200

TRADED = "manual_sale"


class Answers:
    """The caller keeps looks and answers apart."""

    def __init__(
        self, exchange: Exchange, chronicle: Chronicle, quotes: QuoteBoard, settings: Callable[[], Settings]
    ) -> None:
        self._exchange = exchange
        self._chronicle = chronicle
        self._quotes = quotes
        self._settings = settings
        self._listeners: list[Callable[[Market], None]] = []

    def on_corrected(self, listener: Callable[[Market], None]) -> None:
        self._listeners.append(listener)

    async def find(self, id_start: str) -> Difference:
        return await self._chronicle.storage.read(lambda records: _find(records, id_start.upper()))

    async def ignore(self, difference: Difference, by: str) -> Difference:
        return await self._store(difference, DifferenceState.IGNORED, by)

    async def cancel(self, difference: Difference, by: str) -> Difference:
        if difference.kind is not DifferenceKind.ORDER:
            raise UserInputError("difference-no-order")
        _refuse_answered(difference)
        try:
            await self._exchange.cancel(venue_id=difference.venue_id)
        except NotFound:
            return await self._store(difference, DifferenceState.PASSED, by)
        return await self._store(difference, DifferenceState.CANCELLED, by)

    async def _store(self, difference: Difference, state: DifferenceState, by: str) -> Difference:
        def write(records: Records, tell: Tell) -> Difference:
            return _answer(records, tell, difference, state, by, self._chronicle.clock.now())

        return await self._chronicle.write(write)

    # ------------------------------------------------------------ adopting

    async def adopt(self, difference: Difference, snapshot: Snapshot | None, by: str) -> Difference:
        """`snapshot` was compared a moment ago; None: the coin is moving."""
        if difference.kind is DifferenceKind.ORDER:
            raise UserInputError("difference-no-adopt")
        aside = difference.state is DifferenceState.IGNORED and difference.kind in (
            DifferenceKind.SHORT,
            DifferenceKind.EXTRA,
        )
        if not aside:
            _refuse_answered(difference)
        if difference.kind in (DifferenceKind.CASH, DifferenceKind.GONE):
            return await self._store(difference, DifferenceState.ADOPTED, by)
        if difference.market is None:
            raise UserInputError("difference-not-listed", currency=difference.currency)
        if snapshot is None:
            raise UserInputError("difference-moving", currency=difference.currency)
        if difference.kind is DifferenceKind.SHORT:
            answered = await self._take_out(difference, difference.market, snapshot, by)
        else:
            answered = await self._take_in(difference, difference.market, snapshot, by)
        for listener in self._listeners:
            listener(difference.market)
        return answered

    async def _take_out(self, difference: Difference, market: Market, snapshot: Snapshot, by: str) -> Difference:
        """The missing coins leave the position, at the price of the trade that was recognised, else at today's bid."""
        traded = difference.price if difference.cause == TRADED else None
        price = traded or await self._bid(market)
        now = self._chronicle.clock.now()

        def write(records: Records, tell: Tell) -> Difference:
            agreed, position = _agreed(records), records.positions.open_for(market)
            missing = -agreed.outside.get(difference.currency, ZERO)
            _refuse_moved(records, snapshot, market)
            if position is None or missing != -difference.change or missing > position.quantity:
                raise UserInputError("difference-changed", currency=difference.currency)
            take_out(records, position, missing, price, difference.difference_id, by, now)
            _move_outside(records, agreed, difference.currency, missing)
            settled = replace(difference, price=price)
            return _answer(records, tell, settled, DifferenceState.ADOPTED, by, now)

        return await self._chronicle.write(write)

    async def _take_in(self, difference: Difference, market: Market, snapshot: Snapshot, by: str) -> Difference:
        """The person's coins become ours at today's bid, guarded like an entry at that price."""
        if market not in self._quotes.infos:
            raise UserInputError("difference-not-listed", currency=difference.currency)
        price, rules = await self._bid(market), await self._exchange.rules(market)
        if difference.change * price < rules.min_notional:
            raise UserInputError("difference-too-small", currency=difference.currency)
        plan: ExitPlan = exit_plan(self._settings().exit_rule, price, rules)
        now = self._chronicle.clock.now()

        def write(records: Records, tell: Tell) -> Difference:
            agreed = _agreed(records)
            _refuse_moved(records, snapshot, market)
            if agreed.outside.get(difference.currency, ZERO) < difference.change:
                raise UserInputError("difference-changed", currency=difference.currency)
            take_in(records, market, difference.change, price, plan, difference.difference_id, by, now)
            _move_outside(records, agreed, difference.currency, -difference.change)
            settled = replace(difference, price=price)
            return _answer(records, tell, settled, DifferenceState.ADOPTED, by, now)

        return await self._chronicle.write(write)

    async def _bid(self, market: Market) -> Decimal:
        """Fresh from the venue. UserInputError: price-unknown."""
        if market in self._quotes.infos:
            await self._quotes.refresh(self._exchange, [market])
        bid = self._quotes.bids().get(market)
        if bid is None:
            raise UserInputError("price-unknown", market=market.code)
        return bid


def _answer(
    records: Records, tell: Tell, difference: Difference, state: DifferenceState, by: str, now: datetime
) -> Difference:
    """Raises UserInputError difference-answered when somebody was first; nothing of the transaction is kept then."""
    answered = difference.answered(state, by, now)
    if not records.differences.answer(answered):
        stored = records.differences.get(difference.difference_id) or difference
        raise UserInputError("difference-answered", answer=stored.state.value, by=stored.answered_by)
    tell_answer(tell, answered)
    return answered


def _refuse_answered(difference: Difference) -> None:
    if difference.state is not DifferenceState.OPEN:
        raise UserInputError("difference-answered", answer=difference.state.value, by=difference.answered_by)


def _refuse_moved(records: Records, snapshot: Snapshot, market: Market) -> None:
    """Something of ours began or was booked since the look, or may still surface: what it compared does not hold."""
    busy = any(order.market == market for order in (*records.orders.unfinished(), *given_up(records)))
    if busy or records.fills.mark() != snapshot.books.mark:
        raise UserInputError("difference-moving", currency=market.base)


def _agreed(records: Records) -> Agreed:
    """As the look just left it."""
    agreed = read_agreed(records)
    if agreed is None:
        raise UserInputError("difference-unknown", id="")
    return agreed


def _move_outside(records: Records, agreed: Agreed, currency: str, amount: Decimal) -> None:
    """What is not ours becomes more or less by `amount`, because what is ours did the opposite."""
    with localcontext(EXACT):
        left = agreed.outside.get(currency, ZERO) + amount
    outside = {name: held for name, held in agreed.outside.items() if name != currency}
    write_agreed(records, replace(agreed, outside=outside | ({currency: left} if left else {})))


def _find(records: Records, start: str) -> Difference:
    exact = records.differences.get(start) if start else None
    if exact is not None:
        return exact
    rows = [*records.differences.open(), *(records.differences.recent(_LATEST) if start else ())]
    known: dict[str, Difference] = {d.difference_id: d for d in rows}
    found = [d for name, d in known.items() if name.startswith(start)]
    if not found:
        raise UserInputError("difference-unknown", id=start)
    if len(found) > 1:
        raise UserInputError("difference-ambiguous", ids=" ".join(d.difference_id[:6] for d in found[:8]))
    return found[0]
