"""Over any flow of orders our books equal the exchange's own account, to the last digit (P5, P6).

Real parts: the executor and the books on one side, Upbit's client over HTTP, and the local exchange with its own exact
account on the other. Three markets with prices of 160,000,000, 3,300 and 1,450.5 KRW."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.server import Sandbox
from sandbox.values import Tick
from storage.memory import MemoryStorage
from storage.memory.spare import MemorySpare
from tests.examples import D
from tests.sandbox.public_parts import HandFeed, a_tick
from tests.trading_floor import settings as floor_settings
from tests.trading_floor import until, wish
from trader.chronicle import Chronicle
from trader.errors import BelowMinimum, InvalidOrder, OrderPending
from trader.exchange.upbit.client import UpbitExchange
from trader.exchange.upbit.limits import Limits
from trader.execution import follower as module
from trader.execution.executor import Executor
from trader.ledger.accounting import EXACT, cash_after
from trader.ledger.books import book
from trader.ledger.portfolio import load_portfolio
from trader.model.limits import OrderStyle
from trader.model.market import Market
from trader.model.order import Authorised, Cleared, OrderType, Origin, Side
from trader.model.portfolio import TradingState
from trader.ports import Records

CASH = D("10000000")
MARKETS = tuple(Market.parse(code) for code in HandFeed.PRICES)
WHICH = st.integers(0, 2)
SHARES = st.integers(1, 100).map(lambda n: D(n) / 100)
AROUND = st.integers(-30, 30).map(lambda n: 1 + D(n) / 10_000)

BUY = st.tuples(st.just("buy"), WHICH, st.integers(5_000, 3_000_000), AROUND, st.booleans())
SELL = st.tuples(st.just("sell"), WHICH, SHARES, AROUND, st.booleans())
TRADE = st.tuples(st.just("trade"), WHICH, st.decimals("0.00000001", "500", places=8), AROUND, st.booleans())
CANCEL = st.tuples(st.just("cancel"), WHICH)
FLOWS = st.lists(st.one_of(BUY, SELL, TRADE, CANCEL), min_size=3, max_size=14)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", (0.0, 0.002, 0.01))


class Pair:
    """Our side and the exchange's."""

    def __init__(self, sandbox: Sandbox, exchange: UpbitExchange) -> None:
        self.sandbox, self.exchange = sandbox, exchange
        self.storage = MemoryStorage()
        chronicle = Chronicle(self.storage, sandbox.clock)
        self.executor = Executor(exchange, chronicle, sandbox.clock, floor_settings, book, MemorySpare())

    async def act(self, kind: str, which: int, *more: Any) -> None:
        market = MARKETS[which]
        if kind == "cancel":
            await self.executor.cancel_all(market)
        elif kind == "trade":
            self._public_trade(market, *more)
        else:
            with suppress(BelowMinimum, InvalidOrder, OrderPending):
                await self.executor.execute(await self._asked(kind, market, *more), None, OrderStyle.MARKET)

    async def _asked(self, kind: str, market: Market, size: Any, around: Decimal, limit: bool) -> Authorised:
        price = self.sandbox.data.last_price(market.code) * around
        order_type = OrderType.LIMIT if limit else OrderType.MARKET
        person: dict[str, Any] = {"origin": Origin.PERSON, "price": price, "order_type": order_type}
        if kind == "buy":
            intent = wish(str(size), market, **person)
        else:
            position = await self.storage.read(lambda records: records.positions.open_for(market))
            held = position.quantity if position else D(1)
            intent = wish(None, market, side=Side.SELL, quantity=held * size, **person)
        return Authorised(Cleared(intent, D(0), D(0), D(0)), "console", self.sandbox.clock.now())

    def _public_trade(self, market: Market, volume: Decimal, around: Decimal, buying: bool) -> None:
        """Somebody else trades: resting orders that it reaches are filled, in part where the volume is small."""
        price = self.sandbox.data.last_price(market.code) * around
        tick: Tick = a_tick(
            market.code, str(price.quantize(D(1))), str(volume), "BID" if buying else "ASK", self.sandbox.clock.now()
        )
        self.sandbox.hub.tick(tick)

    async def quiet(self) -> None:
        """Nothing moves any more: each order is over, or rests with all its fills booked."""
        engine = self.sandbox.engine

        async def same() -> bool:
            orders = await self.storage.read(lambda records: records.orders.unfinished())
            by_id = engine.by_identifier
            return all(
                by_id[o.client_order_id].is_open and by_id[o.client_order_id].executed_volume == o.executed_quantity
                for o in orders
            )

        async with asyncio.timeout(5):
            while not await same():
                await self.executor.catch_up()
                await asyncio.sleep(0.002)

    async def check(self) -> None:
        """Cash, coins, fees, and what may be spent: exactly the account's own."""
        account = self.sandbox.account

        def read(records: Records) -> tuple[list[Any], dict[str, Decimal]]:
            return records.fills.all(), {p.market.base: p.quantity for p in records.positions.open()}

        fills, held = await self.storage.read(read)
        totals = account.totals()
        assert cash_after(fills, CASH) == totals["KRW"]
        assert {name: total for name, total in totals.items() if name != "KRW" and total} == held
        paid = EXACT.create_decimal(0)
        for order in self.sandbox.engine.orders.values():
            paid = EXACT.add(paid, order.paid_fee)
        booked = EXACT.create_decimal(0)
        for fill in fills:
            booked = EXACT.add(booked, fill.fee)
        assert booked == paid
        balances = await self.exchange.balances()
        now = self.sandbox.clock.now()
        portfolio = await self.storage.read(
            lambda records: load_portfolio(records, balances, {}, TradingState.ACTIVE, now)
        )
        assert (portfolio.cash.free, portfolio.cash.total) == (account.free("KRW"), totals["KRW"])


async def play(flow: list[tuple[Any, ...]]) -> int:
    sandbox = Sandbox(HandFeed(), cash=CASH, rate_limit_factor=1000)
    await sandbox.start()
    key = sandbox.key
    exchange = UpbitExchange(
        sandbox.rest_url, key.access_key, key.secret_key, sandbox.clock, limits=Limits(window_seconds=0.001)
    )
    pair = Pair(sandbox, exchange)
    try:
        for action in flow:
            await pair.act(*action)
        await pair.quiet()
        await pair.check()
        await pair.executor.cancel_all()
        await until(lambda: not pair.executor.working())
        await pair.check()
        return sandbox.engine.trades_count
    finally:
        await pair.executor.close()
        await exchange.close()
        await sandbox.stop()


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(FLOWS)
def test_our_books_equal_the_exchanges_account(flow: list[tuple[Any, ...]]) -> None:
    asyncio.run(play(flow))


def test_a_flow_that_has_everything() -> None:
    """So that the property is known to be about something: market and limit both ways, fills in parts, cancels."""
    one = D(1)
    flow: list[tuple[Any, ...]] = [
        ("buy", 0, 1_234_567, one, False),
        ("buy", 1, 765_432, one, False),
        ("buy", 2, 500_001, D("0.999"), True),
        ("trade", 2, D("33.33333333"), D("0.999"), False),
        ("trade", 2, D("10.00000001"), D("0.999"), False),
        ("sell", 1, D("0.37"), D("1.002"), True),
        ("trade", 1, D("7.77777777"), D("1.002"), True),
        ("sell", 0, D("0.51"), one, False),
        ("cancel", 2),
        ("sell", 1, D("0.5"), one, False),
    ]
    assert asyncio.run(play(flow)) >= 6
