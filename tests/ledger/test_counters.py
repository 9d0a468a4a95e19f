"""What limits have used is counted from rows: the same before and after a restart (promise 7, S6)."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.memory import MemoryStorage
from storage.sql import open_storage
from tests.examples import BTC, ETH, NOON, D, fill, order, position
from trader.chronicle import Chronicle
from trader.clock import ManualClock
from trader.ledger.books import book
from trader.ledger.portfolio import load_portfolio, losing_stops
from trader.model.limits import Limits
from trader.model.order import ZERO, OrderState, Side
from trader.model.portfolio import Balance, Portfolio, Position, TradingState
from trader.ports import Records, Storage
from trader.risk.limits_use import limits_use
from trader.state import StateKeeper

BUY, SELL = Side.BUY, Side.SELL
BIDS = {BTC: D(100_000), ETH: D(5_000)}


def closed(minute: int, reason: str, pnl: str) -> Position:
    at = NOON + timedelta(minutes=minute)
    return position("0", "0", position_id=f"p{minute}", closed_at=at, exit_reason=reason, realised_pnl=D(pnl))


def minutes(*at: int) -> tuple[datetime, ...]:
    return tuple(NOON + timedelta(minutes=m) for m in at)


def test_losing_stops_one_after_another() -> None:
    """Newest first, as rows come: a strategy's stop counts, any other closing or a win ends the row."""
    rows = [
        closed(9, "stop", "-100"),
        closed(8, "trail", "-1"),
        closed(7, "atr_stop", "-50"),
        closed(6, "breakeven", "-2"),
    ]
    assert losing_stops(rows, None) == minutes(6, 7, 8, 9)
    for other in (
        closed(5, "take", "100"),
        closed(5, "trail", "100"),
        closed(5, "manual", "-9"),
        closed(5, "stop", "0"),
    ):
        assert losing_stops([*rows, other, closed(4, "stop", "-1")], None) == minutes(6, 7, 8, 9)


def test_an_owners_resume_begins_the_row_anew() -> None:
    rows = [closed(9, "stop", "-100"), closed(8, "stop", "-100"), closed(7, "stop", "-100")]
    assert losing_stops(rows, NOON + timedelta(minutes=8)) == minutes(9)


async def portfolio_of(storage: Storage, now: datetime) -> Portfolio:
    balances = {"KRW": Balance("KRW", D(10_000_000), ZERO)}
    return await storage.read(lambda r: load_portfolio(r, balances, BIDS, TradingState.ACTIVE, now))


def test_buys_on_their_way_count_as_spent_and_exposed() -> None:
    """1 bought for 100,050; an open limit buy of 2 at 90,000, half of it filled for 90,045; and a market buy of 50,000:
    spent 190,095, 140,000 still to come, 2 BTC at 100,000 held."""
    storage = MemoryStorage()

    def store(records: Records) -> None:
        bought = order(BUY, "c1", executed_quantity=D(1), executed_funds=D(100_000))
        part = order(
            BUY,
            "c2",
            state=OrderState.PARTIAL,
            price=D(90_000),
            quantity=D(2),
            executed_quantity=D(1),
            executed_funds=D(90_000),
        )
        for placed, filled in (
            (bought, fill("f1")),
            (part, fill("f2", price="90000", client_order_id="c2")),
        ):
            records.orders.add(placed)
            book(records, placed, [filled], NOON)
        records.orders.add(order(BUY, "c3", state=OrderState.SENT, notional=D(50_000), market=ETH))

    asyncio.run(storage.write(store))
    ours = asyncio.run(portfolio_of(storage, NOON))
    assert (ours.today.spent, ours.buying, ours.exposed) == (D(190_095), D(140_000), D(340_000))
    use = {row.key: row.used for row in limits_use(Limits(), ours, NOON)}
    assert (use["max_daily_spend_krw"], use["max_exposure"]) == (D(330_095), D(340_000) / D(10_200_000))


class Trading:
    """Round trips, stops and resumes, written to any storage."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.number = 0

    async def do(self, step: tuple[str, int]) -> None:
        kind, size = step
        self.number += 1
        at, name = NOON + timedelta(minutes=self.number), f"c{self.number}"
        if kind == "resume":
            state = await StateKeeper.load(Chronicle(self.storage, ManualClock(at)), TradingState.ACTIVE)
            await state.set(TradingState.ACTIVE, "telegram:1")
        elif kind == "open":
            placed = order(BUY, name, state=OrderState.SENT, notional=D(5_000 + size), created_at=at, market=ETH)
            await self.storage.write(lambda records: records.orders.add(placed))
        else:
            await self.storage.write(lambda records: self._trade(records, kind, D(size + 1) / 100, at, name))

    def _trade(self, records: Records, kind: str, quantity: Decimal, at: datetime, name: str) -> None:
        held = records.positions.open_for(BTC)
        if kind == "buy":
            placed = order(BUY, name, created_at=at, executed_quantity=quantity)
            records.orders.add(placed)
            book(records, placed, [fill(name, BUY, "100000", f"{quantity:f}", at=at, client_order_id=name)], at)
        elif held is not None:
            price = "90000" if kind == "stop" else "110000"
            placed = order(SELL, name, created_at=at, executed_quantity=held.quantity, reason=kind)
            records.orders.add(placed)
            book(records, placed, [fill(name, SELL, price, f"{held.quantity:f}", at=at, client_order_id=name)], at)


steps = st.lists(
    st.tuples(st.sampled_from(["buy", "stop", "stop", "take", "open", "resume"]), st.integers(0, 500)), max_size=25
)


@settings(max_examples=15, deadline=None)
@given(steps=steps)
def test_a_restart_changes_no_counter(steps: list[tuple[str, int]]) -> None:
    """The same life on a disk that is closed and opened again, and in a memory that never is: every limit's use, and
    whatever else the gate looks at, is the same."""

    async def live(folder: str) -> None:
        url, memory = f"sqlite:///{Path(folder) / 'trader.sqlite3'}", Trading(MemoryStorage())
        disk = Trading(await open_storage(url))
        for number, step in enumerate(steps):
            await memory.do(step)
            await disk.do(step)
            if number % 8 == 7:
                await disk.storage.close()
                disk.storage = await open_storage(url)
        await disk.storage.close()
        disk.storage = await open_storage(url)
        now = NOON + timedelta(minutes=len(steps) + 1)
        try:
            before, after = await portfolio_of(memory.storage, now), await portfolio_of(disk.storage, now)
        finally:
            await disk.storage.close()
        assert before == after
        uses: list[Any] = [limits_use(Limits(), ours, now) for ours in (before, after)]
        assert uses[0] == uses[1]

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live(folder))
