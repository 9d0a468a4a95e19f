"""What `ports.Exchange` promises, on every implementation: Upbit's client at the local exchange (E7 E8 P3 P5 P6)."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any
from unittest.mock import sentinel

import pytest

from sandbox.server import Sandbox
from trader.clock import Clock
from trader.errors import (
    BelowMinimum,
    DuplicateClientOrderId,
    InsufficientFunds,
    InvalidOrder,
    NotFound,
    VenueForbidden,
    VenueRejected,
)
from trader.exchange.upbit.client import UpbitExchange
from trader.exchange.upbit.limits import Limits
from trader.model.market import Market, Quote, Timeframe
from trader.model.order import OrderRequest, OrderType, Side, TimeInForce, VenueOrder
from trader.ports import Exchange

BTC = Market("KRW", "BTC")
XRP = Market("KRW", "XRP")
NOWHERE = Market("KRW", "NOWHERE")
CASH = Decimal(10_000_000)

ids = (f"contract-{n}" for n in itertools.count())


@dataclass(frozen=True)
class Venue:
    """An exchange with CASH in KRW, and its clock."""

    exchange: Exchange
    clock: Clock
    stranger: Exchange

    async def eventually(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        """The first answer that is true; the venue does things a moment later."""
        async with asyncio.timeout(5):
            while not (answer := await ask()):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return answer

    async def ended(self, client_order_id: str) -> VenueOrder:
        async def closed() -> VenueOrder | None:
            order = await self.exchange.find(client_order_id=client_order_id)
            return order if order is not None and not order.open else None

        return await self.eventually(closed)

    async def quote(self, market: Market = BTC) -> Quote:
        (quote,) = await self.exchange.quotes([market])
        return quote

    async def resting_price(self) -> Decimal:
        """Half the bid, on the tick: a buy there stays on the book."""
        rules = await self.exchange.rules(BTC)
        return rules.round_price((await self.quote()).bid / 2, Side.BUY)


async def upbit_and_sandbox() -> AsyncIterator[Venue]:
    sandbox = Sandbox(feed="synthetic", seed=7, speed=1.0, cash=CASH, rate_limit_factor=1000)
    await sandbox.start()
    fast = Limits(window_seconds=0.001)
    exchange = UpbitExchange(
        sandbox.rest_url, sandbox.key.access_key, sandbox.key.secret_key, sandbox.clock, limits=fast
    )
    stranger = UpbitExchange(sandbox.rest_url, sandbox.key.access_key, "x" * 40, sandbox.clock)
    yield Venue(exchange, sandbox.clock, stranger)
    await exchange.close()
    await stranger.close()
    await sandbox.stop()


@pytest.fixture(params=[upbit_and_sandbox], ids=["upbit-sandbox"])
async def venue(request: pytest.FixtureRequest) -> AsyncIterator[Venue]:
    async for made in request.param():
        yield made


def order(side: Side = Side.BUY, **changes: Any) -> OrderRequest:
    """A market buy of 100,000 KRW unless told otherwise; a new client order id each time."""
    fields: dict[str, Any] = {
        "client_order_id": next(ids),
        "market": BTC,
        "side": side,
        "order_type": OrderType.MARKET,
        "time_in_force": TimeInForce.GTC,
        "price": None,
        "quantity": None,
        "notional": Decimal(100_000) if side is Side.BUY else None,
        "authorised": sentinel.authorised,
    }
    return OrderRequest(**(fields | changes))


def limit(side: Side, price: Decimal, quantity: Decimal, **changes: Any) -> OrderRequest:
    return order(side, order_type=OrderType.LIMIT, price=price, quantity=quantity, notional=None, **changes)


def floor8(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.00000001"), rounding=ROUND_FLOOR)


# ---------------------------------------------------------------- market data


async def test_markets_have_names(venue: Venue) -> None:
    markets = {info.market: info for info in await venue.exchange.markets()}
    assert markets[BTC].english_name == "Bitcoin"
    assert markets[BTC].korean_name == "비트코인"


async def test_rules_of_a_market(venue: Venue) -> None:
    rules = await venue.exchange.rules(BTC)
    assert (rules.bid_fee_rate, rules.ask_fee_rate) == (Decimal("0.0005"), Decimal("0.0005"))
    assert (rules.min_notional, rules.active) == (Decimal(5000), True)
    assert rules.tick_size(Decimal(2_000_000)) == 1000
    with pytest.raises(NotFound):
        await venue.exchange.rules(NOWHERE)


async def test_quotes_leave_out_unknown_markets(venue: Venue) -> None:
    quotes = {q.market: q for q in await venue.exchange.quotes([BTC, NOWHERE, XRP])}
    assert set(quotes) == {BTC, XRP}
    assert quotes[BTC].bid < quotes[BTC].ask
    assert await venue.exchange.quotes([]) == []


async def test_tickers_tell_the_day_of_every_market_against_krw(venue: Venue) -> None:
    """E10: prices of the day so far, and what was traded in 24 hours."""
    tickers = {t.market: t for t in await venue.exchange.tickers("KRW")}
    listed = {info.market for info in await venue.exchange.markets() if info.market.quote == "KRW"}
    assert {BTC, XRP} <= tickers.keys() <= listed
    btc = tickers[BTC]
    assert btc.low <= btc.last <= btc.high
    assert btc.true_range >= abs(btc.change)
    assert btc.turnover > 0
    assert await venue.exchange.tickers("USDT") == []


async def test_an_order_book_is_sorted_best_first(venue: Venue) -> None:
    book = await venue.exchange.order_book(BTC)
    assert [a.price for a in book.asks] == sorted(a.price for a in book.asks)
    assert [b.price for b in book.bids] == sorted((b.price for b in book.bids), reverse=True)
    assert book.bids[0].price < book.asks[0].price
    assert len(book.asks) <= 30
    with pytest.raises(NotFound):
        await venue.exchange.order_book(NOWHERE)


@pytest.mark.parametrize("timeframe", [Timeframe.M1, Timeframe.M5, Timeframe.H1, Timeframe.D1])
async def test_candles_are_closed_ascending_and_on_the_grid(venue: Venue, timeframe: Timeframe) -> None:
    candles = await venue.exchange.candles(BTC, timeframe, count=30)
    opened = [c.opened_at for c in candles]
    assert 0 < len(candles) <= 30
    assert opened == sorted(set(opened))
    assert all(timeframe.floor(moment) == moment for moment in opened)
    assert all(c.closed_at <= venue.clock.now() for c in candles)
    assert all(c.low <= min(c.open, c.close) <= max(c.open, c.close) <= c.high for c in candles)
    assert all(not c.filled for c in candles)


async def test_candles_before_a_moment_and_more_than_one_page(venue: Venue) -> None:
    until = Timeframe.M1.floor(venue.clock.now()) - timedelta(minutes=7)
    candles = await venue.exchange.candles(BTC, Timeframe.M1, count=450, until=until)
    opened = [c.opened_at for c in candles]
    assert len(candles) == 450
    assert opened == sorted(set(opened))
    assert opened[-1] < until
    assert await venue.exchange.candles(BTC, Timeframe.M1, count=2, until=until) == candles[-2:]
    with pytest.raises(NotFound):
        await venue.exchange.candles(NOWHERE, Timeframe.M1, count=1)


# ---------------------------------------------------------------- orders


async def test_a_market_buy_spends_its_notional_and_ends(venue: Venue) -> None:
    """It ends as `cancel` at Upbit because the notional does not divide; what counts is the executed quantity."""
    request = order(notional=Decimal(100_000))
    placed = await venue.exchange.submit(request)
    assert (placed.client_order_id, placed.side, placed.market) == (request.client_order_id, Side.BUY, BTC)
    bought = await venue.ended(request.client_order_id)
    funds = sum(f.funds for f in bought.fills)
    assert bought.fills_complete
    assert bought.executed_quantity == sum(f.quantity for f in bought.fills) > 0
    assert all(f.funds == f.price * f.quantity for f in bought.fills)
    assert Decimal(99_990) < funds <= Decimal(100_000)
    assert bought.paid_fee == funds * Decimal("0.0005")


async def test_balances_move_by_exactly_what_the_order_says(venue: Venue) -> None:
    """KRW falls by funds + fee, BTC rises by the quantity, nothing stays locked or is subtracted twice (P5 P6)."""
    assert (await venue.exchange.balances())["KRW"].free == CASH
    request = order(notional=Decimal(123_456))
    await venue.exchange.submit(request)
    bought = await venue.ended(request.client_order_id)
    balances = await venue.exchange.balances()
    assert balances["KRW"].free == CASH - sum(f.funds for f in bought.fills) - bought.paid_fee
    assert balances["KRW"].locked == 0
    assert balances["BTC"].free == bought.executed_quantity

    sale = order(Side.SELL, quantity=bought.executed_quantity)
    await venue.exchange.submit(sale)
    sold = await venue.ended(sale.client_order_id)
    after = await venue.exchange.balances()
    assert sold.executed_quantity == bought.executed_quantity
    assert after["KRW"].free == balances["KRW"].free + sum(f.funds for f in sold.fills) - sold.paid_fee
    assert "BTC" not in after or after["BTC"].total == 0


async def test_a_resting_limit_buy_locks_money_until_it_is_cancelled(venue: Venue) -> None:
    price = await venue.resting_price()
    quantity = floor8(Decimal(50_000) / price)
    request = limit(Side.BUY, price, quantity)
    placed = await venue.exchange.submit(request)
    hold = price * quantity * Decimal("1.0005")
    krw = (await venue.exchange.balances())["KRW"]
    assert (krw.free, krw.locked) == (CASH - hold, hold)
    assert [o.venue_id for o in await venue.exchange.open_orders(BTC)] == [placed.venue_id]
    assert await venue.exchange.open_orders(XRP) == []

    await venue.exchange.cancel(client_order_id=request.client_order_id)
    ended = await venue.ended(request.client_order_id)
    assert (ended.executed_quantity, ended.fills, ended.fills_complete) == (0, (), True)
    assert (ended.price, ended.quantity) == (price, quantity)
    krw = (await venue.exchange.balances())["KRW"]
    assert (krw.free, krw.locked) == (CASH, 0)


async def test_a_crossing_limit_buy_fills_at_the_books_price(venue: Venue) -> None:
    rules, quote = await venue.exchange.rules(BTC), await venue.quote()
    price = rules.round_price(quote.ask * Decimal("1.01"), Side.SELL)
    request = limit(Side.BUY, price, Decimal("0.001"))
    await venue.exchange.submit(request)
    bought = await venue.ended(request.client_order_id)
    assert bought.executed_quantity == Decimal("0.001")
    assert all(f.price < price for f in bought.fills)


async def test_best_ioc_takes_the_best_level_and_ends(venue: Venue) -> None:
    request = order(order_type=OrderType.BEST, time_in_force=TimeInForce.IOC, notional=Decimal(20_000))
    await venue.exchange.submit(request)
    bought = await venue.ended(request.client_order_id)
    assert bought.order_type is OrderType.BEST
    assert bought.executed_quantity > 0


async def test_post_only_rests_or_never_trades(venue: Venue) -> None:
    resting = limit(Side.BUY, await venue.resting_price(), Decimal("0.001"), time_in_force=TimeInForce.POST_ONLY)
    assert (await venue.exchange.submit(resting)).open
    rules, quote = await venue.exchange.rules(BTC), await venue.quote()
    price = rules.round_price(quote.ask * Decimal("1.01"), Side.SELL)
    crossing = limit(Side.BUY, price, Decimal("0.001"), time_in_force=TimeInForce.POST_ONLY)
    await venue.exchange.submit(crossing)
    assert (await venue.ended(crossing.client_order_id)).executed_quantity == 0


async def test_refusals_say_why_and_leave_nothing_behind(venue: Venue) -> None:
    price = await venue.resting_price()
    refusals: list[tuple[OrderRequest, type[VenueRejected]]] = [
        (order(notional=CASH), InsufficientFunds),  # the fee is not covered
        (order(Side.SELL, quantity=Decimal(1)), InsufficientFunds),
        (order(notional=Decimal("4999.99")), BelowMinimum),
        (limit(Side.BUY, price, floor8(Decimal(4000) / price)), BelowMinimum),
        (limit(Side.BUY, price + 1, Decimal("0.001")), InvalidOrder),  # off the tick of 1,000
        (limit(Side.BUY, price, Decimal("0.001000001")), InvalidOrder),  # nine decimals
        (order(market=NOWHERE), NotFound),
    ]
    for request, kind in refusals:
        with pytest.raises(kind) as refusal:
            await venue.exchange.submit(request)
        assert refusal.value.name, request
    assert await venue.exchange.open_orders() == []
    krw = (await venue.exchange.balances())["KRW"]
    assert (krw.free, krw.locked) == (CASH, 0)


async def test_a_client_order_id_works_once_for_ever(venue: Venue) -> None:
    first = limit(Side.BUY, await venue.resting_price(), Decimal("0.001"))
    placed = await venue.exchange.submit(first)
    with pytest.raises(DuplicateClientOrderId):
        await venue.exchange.submit(order(client_order_id=first.client_order_id))
    await venue.exchange.cancel(venue_id=placed.venue_id)
    await venue.ended(first.client_order_id)
    with pytest.raises(DuplicateClientOrderId):
        await venue.exchange.submit(order(client_order_id=first.client_order_id))


async def test_an_order_is_found_by_either_id_and_an_unknown_one_is_none(venue: Venue) -> None:
    request = limit(Side.BUY, await venue.resting_price(), Decimal("0.001"))
    placed = await venue.exchange.submit(request)
    assert await venue.exchange.find(venue_id=placed.venue_id) == await venue.exchange.find(
        client_order_id=request.client_order_id
    )
    assert await venue.exchange.find(client_order_id="never-sent") is None
    assert await venue.exchange.find(venue_id="00000000-0000-4000-8000-000000000000") is None
    found = await venue.exchange.find_many([request.client_order_id, "never-sent"])
    assert [o.venue_id for o in found] == [placed.venue_id]
    assert await venue.exchange.find_many([]) == []


async def test_cancelling_what_is_unknown_or_over_is_not_found(venue: Venue) -> None:
    with pytest.raises(NotFound):
        await venue.exchange.cancel(client_order_id="never-sent")
    request = order(notional=Decimal(10_000))
    await venue.exchange.submit(request)
    await venue.ended(request.client_order_id)
    with pytest.raises(NotFound):
        await venue.exchange.cancel(client_order_id=request.client_order_id)


async def test_more_than_a_hundred_open_orders_are_all_listed_and_found(venue: Venue) -> None:
    price = await venue.resting_price()
    quantity = floor8(Decimal(6000) / price)
    requests = [limit(Side.BUY, price, quantity) for _ in range(103)]
    for request in requests:
        await venue.exchange.submit(request)
    wanted = {r.client_order_id for r in requests}
    assert {o.client_order_id for o in await venue.exchange.open_orders()} == wanted
    assert {o.client_order_id for o in await venue.exchange.find_many(sorted(wanted))} == wanted


async def test_a_wrong_key_is_forbidden(venue: Venue) -> None:
    with pytest.raises(VenueForbidden):
        await venue.stranger.balances()
    with pytest.raises(VenueForbidden):
        await venue.stranger.submit(order())
