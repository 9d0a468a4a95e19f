"""Fills, position and guard row are booked together, once, or not at all."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from storage.memory import MemoryStorage
from tests.examples import BTC, NOON, D, fill, order
from trader.errors import LedgerMismatch
from trader.ledger.accounting import cash_after
from trader.ledger.books import BookedFills, book, merge_exits
from trader.ledger.valuation import total
from trader.model.order import Breakeven, ExitPlan, Fill, Order, Side
from trader.model.portfolio import GuardLevels
from trader.model.ticks import KRW
from trader.ports import Records

BUY, SELL = Side.BUY, Side.SELL
PLAN = ExitPlan(stop=D(98_000), take=D(103_000), trail=D("0.015"), max_hold_seconds=600)
T = TypeVar("T")


class Books:
    """The real memory, asked without ceremony."""

    def __init__(self) -> None:
        self.storage = MemoryStorage()

    def do(self, fn: Callable[[Records], T]) -> T:
        return asyncio.run(self.storage.write(fn))

    def book(self, placed: Order, *fills: Fill) -> BookedFills:
        return self.do(lambda records: book(records, placed, fills, NOON + timedelta(hours=1)))

    def guard(self) -> GuardLevels | None:
        return self.do(lambda records: next(iter(records.guards.all()), None))


def test_an_entry_makes_position_and_guard_row() -> None:
    """The stop comes from the order; the high begins at the fill; 100,000 and 50 of fee were paid for one."""
    books = Books()
    booked = books.book(order(exits=PLAN), fill("f1"))
    assert booked.opened
    assert not booked.closed
    assert booked.after is not None
    assert books.guard() == GuardLevels(booked.after.position_id, BTC, PLAN, D(100_000), NOON, average_cost=D(100_050))


def test_without_exits_there_is_no_guard_row() -> None:
    books = Books()
    books.book(order(), fill("f1"))
    assert books.guard() is None


def test_booking_again_changes_nothing() -> None:
    books = Books()
    first = books.book(order(exits=PLAN), fill("f1"), fill("f2", quantity="2"))
    again = books.book(order(exits=PLAN), fill("f1"), fill("f2", quantity="2"))
    assert (again.new, again.before, again.after) == ((), first.after, first.after)
    assert again.realised == 0
    more = books.book(order(exits=PLAN), fill("f2", quantity="2"), fill("f3"))
    assert [each.fill_id for each in more.new] == ["f3"]
    assert more.after is not None
    assert more.after.quantity == D(4)


def test_the_last_sale_closes_and_takes_the_guard_row_away() -> None:
    """1 bought for 100,050; sold in halves for 110,000 − 55: 9,895 won."""
    books = Books()
    books.book(order(exits=PLAN), fill("f1"))
    half = books.book(order(SELL), fill("f2", SELL, "110000", "0.5"))
    assert (half.closed, half.realised) == (False, D("4947.5"))
    assert books.guard() is not None
    rest = books.book(order(SELL), fill("f3", SELL, "110000", "0.5"))
    assert (rest.closed, rest.realised) == (True, D("4947.5"))
    assert rest.after is not None
    assert rest.after.realised_pnl == D(9_895)
    assert books.guard() is None
    assert books.do(lambda records: records.positions.open()) == []


def test_a_close_never_lies_in_our_future() -> None:
    """The venue's clock is two hours ahead: the close is stamped with our now, or a cool-down would start late."""
    books = Books()
    books.book(order(), fill("f1"))
    ended = books.book(order(SELL), fill("f2", SELL, at=NOON + timedelta(hours=2))).after
    assert ended is not None
    assert ended.closed_at == NOON + timedelta(hours=1)


def test_selling_more_than_the_books_hold_stores_nothing() -> None:
    books = Books()
    books.book(order(), fill("f1"))
    with pytest.raises(LedgerMismatch):
        books.book(order(SELL), fill("f2", SELL, quantity="0.5"), fill("f3", SELL, quantity="0.6"))
    assert [each.fill_id for each in books.do(lambda records: records.fills.all())] == ["f1"]
    held = books.do(lambda records: records.positions.open_for(BTC))
    assert held is not None
    assert held.quantity == D(1)


def test_a_high_once_seen_is_not_lost_by_adding() -> None:
    books = Books()
    books.book(order(exits=PLAN), fill("f1"))
    row = books.guard()
    assert row is not None
    books.do(lambda records: records.guards.save(row.with_high(D(120_000))))
    books.book(order(client_order_id="c2", exits=PLAN), fill("f2", price="110000", client_order_id="c2"))
    row = books.guard()
    assert row is not None
    assert row.high == D(120_000)


def test_adding_never_loosens_the_guard() -> None:
    """Stop, trail and time: the tighter one. Take profit: 103,000 for 1 and 109,000 for 2 → 107,000."""
    more = ExitPlan(stop=D(95_000), take=D(109_000), trail=D("0.02"), max_hold_seconds=300)
    assert merge_exits(PLAN, D(1), more, D(2), KRW) == ExitPlan(D(98_000), D(107_000), D("0.015"), 300)
    assert merge_exits(PLAN, D(2), more, D(1), KRW).take == D(105_000)
    assert merge_exits(PLAN, D(7), more, D(4), KRW).take == D(105_200)  # 105,181.8… up to the tick of 100
    sooner, later = (Breakeven(D(gain), D("0.0005")) for gain in ("0.01", "0.02"))
    assert merge_exits(ExitPlan(breakeven=later), D(1), ExitPlan(breakeven=sooner), D(2), KRW).breakeven == sooner
    assert merge_exits(PLAN, D(1), ExitPlan(), D(2), KRW) == PLAN
    assert merge_exits(ExitPlan(), D(1), PLAN, D(2), KRW) == PLAN


def test_a_stop_moved_to_break_even_is_never_taken_back() -> None:
    """Bought at 100,000, seen at 102,000: the stop is at 100,200. One more at 102,000 brings the average cost to
    101,050.5, whose own break-even is not reached yet: the stop stays."""
    rule = ExitPlan(stop=D(98_000), breakeven=Breakeven(D("0.01"), D("0.0005")))
    books = Books()
    books.book(order(exits=rule), fill("f1"))
    row = books.guard()
    assert row is not None
    books.do(lambda records: records.guards.save(row.with_high(D(102_000))))
    books.book(order(client_order_id="c2", exits=rule), fill("f2", price="102000", client_order_id="c2"))
    row = books.guard()
    assert row is not None
    assert (row.average_cost, row.breakeven_stop, row.effective_stop) == (D("101050.5"), None, D(100_200))


def test_the_parts_of_one_order_do_not_move_its_own_levels() -> None:
    books = Books()
    for i in range(3):
        books.book(order(exits=PLAN), fill(f"f{i}", quantity="0.1"))
    row = books.guard()
    assert row is not None
    assert row.plan == PLAN


class Trading(RuleBasedStateMachine):
    """Any order of buys, sales, repeated reports and restarts keeps money and coins together."""

    @initialize()
    def begin(self) -> None:
        self.books, self.fills, self.reports = Books(), [], []

    def _book(self, side: Side, price: Decimal, quantity: Decimal) -> None:
        n = str(len(self.fills))
        report = (
            order(side, f"c{n}", exits=PLAN),
            fill(n, side, str(price), f"{quantity:f}", client_order_id=f"c{n}", at=NOON + timedelta(seconds=int(n))),
        )
        self.reports.append(report)
        self.fills.append(report[1])
        assert self.books.book(*report).new == (report[1],)

    @rule(price=st.decimals("1", "200000000", places=3), units=st.integers(1, 10**11))
    def buy(self, price: Decimal, units: int) -> None:
        self._book(BUY, price, Decimal(units) / 10**8)

    @precondition(lambda self: self._held() > 0)
    @rule(price=st.decimals("1", "200000000", places=3), percent=st.integers(1, 100))
    def sell(self, price: Decimal, percent: int) -> None:
        held = self._held()
        part = max((held * percent / 100).quantize(D("1e-8")), D("1e-8"))
        self._book(SELL, price, min(part, held))

    @precondition(lambda self: self.reports)
    @rule(data=st.data())
    def report_again(self, data: st.DataObject) -> None:
        assert self.books.book(*data.draw(st.sampled_from(self.reports))).new == ()

    @precondition(lambda self: self.reports)
    @rule()
    def oversell(self) -> None:
        with pytest.raises(LedgerMismatch):
            self.books.book(order(SELL), fill("over", SELL, quantity=f"{self._held() + D('1e-8'):f}"))

    def _held(self) -> Decimal:
        return total(each.quantity if each.side is BUY else -each.quantity for each in self.fills)

    @invariant()
    def coins_are_conserved(self) -> None:
        held = self.books.do(lambda records: records.positions.open_for(BTC))
        assert (held.quantity if held else 0) == self._held()

    @invariant()
    def money_is_conserved(self) -> None:
        """Cash change = Σ realised − cost of what is still held."""
        held = self.books.do(lambda records: records.positions.open())
        closed = self.books.do(lambda records: records.positions.recent_closed(1000))
        realised = total(p.realised_pnl for p in (*held, *closed))
        assert cash_after(self.fills, D(0)) == total([realised, *(-p.cost for p in held)])

    @invariant()
    def an_open_position_is_guarded_and_nothing_else_is(self) -> None:
        guarded = {row.position_id for row in self.books.do(lambda records: records.guards.all())}
        assert guarded == {p.position_id for p in self.books.do(lambda records: records.positions.open())}


TestTrading = Trading.TestCase
TestTrading.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
