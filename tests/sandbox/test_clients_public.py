"""Clients that others wrote, pointed at the sandbox: pyupbit and the official SDK (reference §14)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import pyupbit
import requests
from upbit import AsyncUpbit, NotFoundError, Upbit
from upbit.types.connect_public_server_event import Orderbook, Ticker, Trade, WsCandleResponse

from sandbox.server import Sandbox


class Shim:
    """What pyupbit's `requests` becomes: the same calls, sent to the sandbox, with a timeout."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._session = requests.Session()

    def get(self, url: str, **kwargs: Any) -> requests.Response:
        return self._session.get(url.replace("https://api.upbit.com", self._base), timeout=10, **kwargs)


@pytest.fixture
async def pyupbit_here(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    monkeypatch.setattr("pyupbit.request_api.requests", Shim(sandbox.rest_url))
    return sandbox


@pytest.fixture
def sdk(sandbox: Sandbox) -> Iterator[Upbit]:
    with Upbit(base_url=sandbox.rest_url, max_retries=0) as client:
        yield client


@pytest.fixture
def async_sdk(sandbox: Sandbox) -> AsyncUpbit:
    return AsyncUpbit(base_url=sandbox.rest_url, max_retries=0)


async def away(call: Callable[[], Any]) -> Any:
    """Run a blocking client in a thread while the sandbox serves it."""
    return await asyncio.to_thread(call)


# -- pyupbit ----------------------------------------------------------------------------------------------------------


async def test_pyupbit_tickers(pyupbit_here: Sandbox) -> None:
    tickers = await away(lambda: pyupbit.get_tickers(fiat="KRW"))
    assert tickers == list(pyupbit_here.data.infos)
    details = await away(lambda: pyupbit.get_tickers(fiat="KRW", is_details=True))
    assert all("market_event" in row for row in details)


@pytest.mark.parametrize("interval", ["minute1", "minute3", "minute60", "minute240", "day", "week", "month"])
@pytest.mark.usefixtures("pyupbit_here")
async def test_pyupbit_candles(interval: str) -> None:
    frame = await away(lambda: pyupbit.get_ohlcv("KRW-BTC", interval=interval, count=5))
    assert list(frame.columns) == ["open", "high", "low", "close", "volume", "value"]
    assert frame.index.is_monotonic_increasing
    assert 1 <= len(frame) <= 5
    assert (frame["low"] <= frame["high"]).all()


@pytest.mark.usefixtures("pyupbit_here")
async def test_pyupbit_pages_of_candles() -> None:
    """450 rows are three requests; the pages join without overlap."""
    frame = await away(lambda: pyupbit.get_ohlcv("KRW-BTC", interval="minute1", count=450, period=0))
    assert len(frame) == 450
    assert frame.index.is_unique


async def test_pyupbit_prices(pyupbit_here: Sandbox) -> None:
    price = await away(lambda: pyupbit.get_current_price("KRW-BTC"))
    assert 140e6 < price < 180e6
    several = await away(lambda: pyupbit.get_current_price(["KRW-BTC", "KRW-XRP"]))
    assert set(several) == {"KRW-BTC", "KRW-XRP"}
    assert pyupbit_here.counts.by_path["GET /v1/ticker"] == 2


@pytest.mark.usefixtures("pyupbit_here")
async def test_pyupbit_order_book() -> None:
    book = await away(lambda: pyupbit.get_orderbook("KRW-XRP"))
    assert book["market"] == "KRW-XRP"
    assert len(book["orderbook_units"]) == 30


# -- official SDK -----------------------------------------------------------------------------------------------------


async def test_sdk_quotation(sdk: Upbit, sandbox: Sandbox) -> None:
    pairs = await away(lambda: sdk.trading_pairs.list(is_details=True))
    assert [pair.market for pair in pairs] == list(sandbox.data.infos)
    assert any(pair.market_event and pair.market_event.warning for pair in pairs)
    (ticker,) = await away(lambda: sdk.tickers.list_by_trading_pairs(markets="KRW-BTC"))
    assert Decimal(ticker.low_price) <= Decimal(ticker.trade_price) <= Decimal(ticker.high_price)
    everything = await away(lambda: sdk.tickers.list_by_quote_currencies(quote_currencies="KRW"))
    assert len(everything) == len(pairs)
    trades = await away(lambda: sdk.trades.list(market="KRW-BTC", count=5))
    assert len(trades) == 5
    (book,) = await away(lambda: sdk.orderbooks.list(markets="KRW-BTC", count=15))
    assert len(book.orderbook_units) == 15
    (rules,) = await away(lambda: sdk.orderbooks.list_instruments(markets="KRW-BTC"))
    assert (rules.tick_size, rules.quote_currency) == ("1000", "KRW")


async def test_sdk_candles(sdk: Upbit) -> None:
    candles = sdk.candles
    minutes = await away(lambda: candles.list_minutes(1, market="KRW-BTC", count=3))
    assert len(minutes) == 3
    assert minutes[0].candle_date_time_utc > minutes[1].candle_date_time_utc
    assert len(await away(lambda: candles.list_seconds(market="KRW-BTC", count=200))) == 200
    days = await away(lambda: candles.list_days(market="KRW-BTC", count=3, converting_price_unit="KRW"))
    assert days[0].converted_trade_price == days[0].trade_price
    assert Decimal(days[0].prev_closing_price) == Decimal(days[1].trade_price)
    for rows in (
        await away(lambda: candles.list_weeks(market="KRW-BTC", count=2)),
        await away(lambda: candles.list_months(market="KRW-BTC", count=2)),
        await away(lambda: candles.list_years(market="KRW-BTC", count=2)),
    ):
        assert rows[0].first_day_of_period


async def test_sdk_sees_our_errors(sdk: Upbit) -> None:
    with pytest.raises(NotFoundError):
        await away(lambda: sdk.tickers.list_by_trading_pairs(markets="KRW-NOPE"))


async def test_sdk_public_streams(async_sdk: AsyncUpbit, sandbox: Sandbox) -> None:
    stream = async_sdk.ws_stream
    wanted = {"ticker": ["KRW-BTC"], "trade": ["KRW-BTC"], "orderbook": ["KRW-BTC.5"], "candle": {"1m": ["KRW-BTC"]}}
    kinds: dict[type, Any] = {}
    async with asyncio.timeout(10), stream.subscribe(**wanted) as connection:
        while len(kinds) < 4:
            event = await connection.recv()
            kinds[type(event)] = event
        listing = await connection.list_subscriptions()
    assert set(kinds) == {Ticker, Trade, Orderbook, WsCandleResponse}
    assert kinds[Ticker].code == "KRW-BTC"
    assert len(kinds[Orderbook].orderbook_units) == 5
    assert [entry.type for entry in listing.result] == ["ticker", "trade", "orderbook", "candle.1m"]


async def test_sdk_short_lists(async_sdk: AsyncUpbit) -> None:
    stream = async_sdk.ws_stream
    async with asyncio.timeout(10), stream.ticker(["KRW-XRP"], format="SIMPLE_LIST") as connection:
        (event,) = await connection.recv()
        listing = await connection.list_subscriptions()
    assert (event.ty, event.cd) == ("ticker", "KRW-XRP")
    assert listing.rslt[0].ty == "ticker"
