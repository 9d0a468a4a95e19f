"""What days brought, what positions are worth, and the portfolio the gate sees. NOON is 12:00 in Seoul on 2 March."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from storage.memory import MemoryStorage
from tests.examples import BTC, ETH, NOON, D, fill, order, position
from trader.ledger.books import book
from trader.ledger.portfolio import load_portfolio
from trader.ledger.valuation import day_use, pnl_report, position_view, position_views, unrealised
from trader.model.order import ExitPlan, Order, OrderState, Side
from trader.model.portfolio import Balance, DayUse, GuardLevels, Portfolio, TradingState

BUY, SELL = Side.BUY, Side.SELL
MIDNIGHT = NOON - timedelta(hours=12)
YESTERDAY = MIDNIGHT - timedelta(hours=2)


def traded(
    storage: MemoryStorage, number: int, side: Side, price: str, quantity: str, at: datetime, **more: Any
) -> None:
    """An order of one fill, stored and booked."""
    placed = order(side, f"c{number}", created_at=at, executed_quantity=D(quantity), **more)
    filled = fill(
        f"f{number}", side, price, quantity, at=at, client_order_id=f"c{number}", market=more.get("market", BTC)
    )

    def store(records: Any) -> None:
        records.orders.add(placed)
        book(records, placed, [filled], NOON)

    asyncio.run(storage.write(store))


def sold_over_midnight() -> MemoryStorage:
    """2 bought yesterday for 200,100. One sold yesterday at 110,000 − 55: 9,895 won. One sold today at 90,000 − 45:
    10,095 lost."""
    storage = MemoryStorage()
    traded(storage, 1, BUY, "100000", "2", YESTERDAY)
    traded(storage, 2, SELL, "110000", "1", YESTERDAY + timedelta(hours=1))
    traded(storage, 3, SELL, "90000", "1", MIDNIGHT + timedelta(hours=1))
    return storage


def test_a_result_belongs_to_the_day_of_its_sale() -> None:
    storage = sold_over_midnight()
    assert asyncio.run(storage.read(lambda records: day_use(records, NOON))) == DayUse(0, D(0), D(-10_095))
    report = asyncio.run(storage.read(lambda records: pnl_report(records, {}, 2, NOON)))
    assert report.by_day == ((MIDNIGHT - timedelta(days=1), D(9_895)), (MIDNIGHT, D(-10_095)))
    assert (report.realised, report.closed, report.wins) == (D(-200), 1, 0)
    assert report.fees == D(200)
    assert report.by_market == {BTC: D(-200)}
    assert report.best is not None
    assert report.best == report.worst


def test_entries_are_buys_that_filled_or_still_may() -> None:
    storage = MemoryStorage()
    traded(storage, 1, BUY, "100000", "1", YESTERDAY)
    traded(storage, 2, BUY, "100000", "1", MIDNIGHT)
    for number, state in enumerate(OrderState, start=3):
        unfilled = order(BUY, f"c{number}", state=state, created_at=NOON)
        asyncio.run(storage.write(lambda records, unfilled=unfilled: records.orders.add(unfilled)))
    use = asyncio.run(storage.read(lambda records: day_use(records, NOON)))
    # number 2, and new, sent, accepted, partial, unknown, done; not cancelled, rejected, expired
    assert use.entries == 7
    assert use.spent == D(100_050)


def test_today_is_one_day() -> None:
    report = asyncio.run(sold_over_midnight().read(lambda records: pnl_report(records, {}, 1, NOON)))
    assert (report.start, report.end) == (MIDNIGHT, NOON)
    assert report.realised == D(-10_095)
    with pytest.raises(ValueError, match="day"):
        asyncio.run(sold_over_midnight().read(lambda records: pnl_report(records, {}, 0, NOON)))


def test_a_position_for_a_person() -> None:
    """1 for 100,050, bid 105,000: 4,950 up, 4.947… %; trailing stop 110,000 × 0.985 → 108,400 above the fixed one."""
    held = position(cost="100050")
    plan = ExitPlan(stop=D(98_000), take=D(120_000), trail=D("0.015"), max_hold_seconds=7200)
    levels = GuardLevels("p1", BTC, plan, high=D(110_000), opened_at=held.opened_at)
    shown = position_view(held, D(105_000), levels)
    assert (shown.value, shown.unrealised, shown.stop, shown.take) == (D(105_000), D(4_950), D(108_400), D(120_000))
    assert shown.unrealised_share == D(4_950) / D(100_050)
    assert shown.leave_at == NOON + timedelta(hours=1)


def test_the_net_result_takes_the_fee_of_selling_off() -> None:
    """1 for 100,050, bid 105,000, 0.05 %: 4,950 − 52.50 = 4,897.50. The rate is that of the newest fill."""
    held = position(cost="100050")
    shown = position_view(held, D(105_000), None, D("0.0005"))
    assert (shown.net, shown.net_share) == (D("4897.5"), D("4897.5") / D(100_050))
    storage = MemoryStorage()
    traded(storage, 1, BUY, "100000", "1", NOON)
    (row,) = asyncio.run(storage.read(lambda records: position_views(records, {BTC: D(105_000)})))
    assert row.net == D("4897.5")


def test_unknown_is_not_zero() -> None:
    assert position_view(position(), D(105_000), None).net is None, "no fee is known"
    shown = position_view(position(), None, None)
    assert (shown.value, shown.unrealised, shown.stop, shown.leave_at) == (None, None, None, None)
    assert unrealised([position()], {}) is None
    assert unrealised([], {}) == 0


def test_views_of_every_open_position() -> None:
    storage = MemoryStorage()
    traded(storage, 1, BUY, "100000", "1", NOON, exits=ExitPlan(stop=D(98_000)))
    traded(storage, 2, BUY, "50000", "1", NOON, market=ETH)
    shown = asyncio.run(storage.read(lambda records: position_views(records, {BTC: D(101_000)})))
    assert [(row.position.market, row.stop, row.bid) for row in shown] == [
        (BTC, D(98_000), D(101_000)),
        (ETH, None, None),
    ]


def loaded(storage: MemoryStorage, **balances: Balance) -> Portfolio:
    return asyncio.run(
        storage.read(lambda records: load_portfolio(records, balances, {BTC: D(100_000)}, TradingState.ACTIVE, NOON))
    )


def unfinished(number: int, side: Side, state: OrderState, **more: Any) -> Order:
    return order(side, f"c{number}", state=state, created_at=NOON, **more)


def test_the_portfolio_from_rows_and_balances() -> None:
    """P6: free is taken as the venue says it; only what it may not have locked yet is pending."""
    storage = MemoryStorage()
    traded(storage, 1, BUY, "100000", "2", NOON)
    rows = [
        unfinished(2, SELL, OrderState.PARTIAL, quantity=D("0.5"), executed_quantity=D("0.2")),
        unfinished(3, BUY, OrderState.UNKNOWN, notional=D(30_000), market=ETH),
        unfinished(4, BUY, OrderState.SENT, price=D(100), quantity=D(70), executed_funds=D(2_000), market=ETH),
        unfinished(5, BUY, OrderState.ACCEPTED, notional=D(90_000), market=ETH),
    ]
    for row in rows:
        asyncio.run(storage.write(lambda records, row=row: records.orders.add(row)))
    coins = Balance("BTC", D("1.7"), D("0.3"))
    ours = loaded(storage, KRW=Balance("KRW", D(500_000), D(100_000)), BTC=coins)
    assert ours.cash.free == D(500_000)
    assert ours.pending == {BTC, ETH}
    assert ours.unresolved == {ETH}
    assert ours.pending_notional == D(35_000), "30,000 unknown + 7,000 − 2,000 sent; the accepted one is locked"
    assert ours.selling == {BTC: D("0.3")}
    assert ours.equity == D(800_000)
    assert ours.positions[BTC].quantity == D(2)


def test_the_last_exit_survives_a_restart() -> None:
    ours = loaded(sold_over_midnight())
    assert ours.last_exit == {BTC: MIDNIGHT + timedelta(hours=1)}
    assert ours.cash.free == 0
    assert ours.today.realised_pnl == D(-10_095)


@pytest.mark.parametrize("late", ["0.5", "2"])
def test_a_fill_that_became_known_late_belongs_to_the_position_it_was_booked_in(late: str) -> None:
    """Bought at 9:00 and sold at 10:05 at a loss of 10,095; a purchase of 10:00 whose answer was lost is booked only
    then, and half of it sold at 11:00. Whatever the times say, the day's result is the sum of both sales."""
    storage = MemoryStorage()
    nine = MIDNIGHT + timedelta(hours=9)
    traded(storage, 1, BUY, "100000", "1", nine)
    traded(storage, 3, SELL, "90000", "1", nine + timedelta(minutes=65))
    traded(storage, 2, BUY, "100000", late, nine + timedelta(hours=1))
    traded(storage, 4, SELL, "110000", "0.25", nine + timedelta(hours=2))
    use = asyncio.run(storage.read(lambda records: day_use(records, NOON)))
    won = sum(p.realised_pnl for p in asyncio.run(storage.read(every_position)))
    assert use.realised_pnl == won


def test_a_fill_that_became_known_late_may_be_older_than_its_position() -> None:
    """As before, but the first position was still open: it is older than it looks, and sold as a whole."""
    storage = MemoryStorage()
    nine = MIDNIGHT + timedelta(hours=9)
    traded(storage, 1, BUY, "100000", "1", nine)
    traded(storage, 2, BUY, "100000", "1", nine - timedelta(minutes=1))
    traded(storage, 3, SELL, "90000", "2", nine + timedelta(hours=1))
    use = asyncio.run(storage.read(lambda records: day_use(records, NOON)))
    (position,) = asyncio.run(storage.read(every_position))
    assert use.realised_pnl == position.realised_pnl < 0


def every_position(records: Any) -> list[Any]:
    return [*records.positions.open(), *records.positions.recent_closed(10)]
