"""Recorded answers and frames of the real venue can be read (skipped where the recordings are not at hand)."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from trader.exchange.upbit import wire
from trader.exchange.upbit.frames import PublicFrames
from trader.model.market import Market, Quote, Timeframe
from trader.model.order import OrderType, Side
from trader.ports import TradeTick

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason=f"no recordings at {SAMPLES}")


def rest(name: str) -> bytes:
    """The recorded body; documents wrap it in `response`."""
    text = (SAMPLES / "upbit_rest" / name).read_text()
    loaded = json.loads(text, parse_float=str)
    return (
        json.dumps(loaded["response"]).encode() if isinstance(loaded, dict) and "response" in loaded else text.encode()
    )


def frame(name: str) -> bytes:
    return json.dumps(json.loads((SAMPLES / "upbit_ws" / name).read_text())["message"]).encode()


def test_accounts() -> None:
    rows = [wire.balance(row) for row in wire.decode(rest("docs_Account_info.json"), list[wire.AccountRow])]
    assert rows
    assert all(row.total == row.free + row.locked for row in rows)


def test_chance_with_its_mixture_of_numbers_and_strings() -> None:
    chance = wire.decode(rest("docs_Order_chance.json"), wire.ChanceRow)
    assert (chance.bid_fee, chance.market.bid.min_total, chance.market.max_total) == (
        Decimal("0.0005"),
        Decimal(5000),
        Decimal(1_000_000_000),
    )


@pytest.mark.parametrize("name", ["docs_Order_info.json", "docs_Order_new.json", "docs_Order_cancel.json"])
def test_single_orders(name: str) -> None:
    order = wire.venue_order(wire.decode(rest(name), wire.OrderRow))
    assert order.side in Side
    assert order.order_type in OrderType
    assert order.created_at.tzinfo is UTC


def test_order_lists() -> None:
    """The recording lost the creation time to an empty object; the rest is as it came: numbers, not strings."""
    body = rest("docs_Order_info_all.json").replace(b'"created_at": {}', b'"created_at": "2018-04-10T15:42:23+09:00"')
    rows = wire.decode(body, list[wire.OrderRow])
    assert [wire.venue_order(row).fills_complete for row in rows] == [False] * len(rows)


@pytest.mark.parametrize("name", ["docs_Market_info_all.json", "market_all_20210417.json"])
def test_market_lists(name: str) -> None:
    rows = [wire.market_info(row) for row in wire.decode(rest(name), list[wire.MarketRow])]
    assert Market("KRW", "BTC") in {row.market for row in rows}


@pytest.mark.parametrize(
    ("name", "timeframe"),
    [
        ("docs_Candle_minutes.json", Timeframe.M1),
        ("docs_Candle_days.json", Timeframe.D1),
        ("candles_upbit_1m_20200220_170000-20200220_202000.json", Timeframe.M1),
        ("candles_upbit_3m_20200220_000000-20200220_100000.json", Timeframe.M3),
    ],
)
def test_candles(name: str, timeframe: Timeframe) -> None:
    rows = wire.decode(rest(name), list[wire.CandleRow])
    candles = [wire.candle(row, Market("KRW", "BTC"), timeframe) for row in rows]
    assert candles
    assert all(c.low <= c.close <= c.high for c in candles)
    assert all(c.opened_at.second == 0 for c in candles)


def test_tickers_and_books() -> None:
    tickers = wire.decode(rest("docs_Trade_ticker.json"), list[wire.TickerRow])
    books = wire.decode(rest("docs_Order_orderbook.json"), list[wire.BookRow])
    assert all(t.trade_price > 0 for t in tickers)
    book = wire.order_book(books[0])
    assert book.bids[0].price < book.asks[0].price
    assert wire.quote(books[0], tickers[0]) is not None


def test_stream_frames() -> None:
    frames = PublicFrames()
    frames.watch([Market("KRW", "ETH")])
    tick, *_ = frames.read(frame("jkorf_Tickers.json"))
    assert isinstance(tick, TradeTick)
    assert (tick.price, tick.at) == (Decimal(36929), datetime(2023, 8, 30, 8, 21, 5, 811000, tzinfo=UTC))
    (quote,) = frames.read(frame("jkorf_OrderBook.json"))
    assert isinstance(quote, Quote)
    assert (quote.bid, quote.ask) == (Decimal(137_001_000), Decimal(137_002_000))
    assert frames.read(frame("jkorf_Trades.json")) == []  # types nobody asked for are passed over
    assert frames.read(frame("jkorf_Kline.json")) == []


LONG = {"ty": "type", "cd": "code", "tms": "timestamp", "obu": "orderbook_units"}
UNITS = {"ap": "ask_price", "bp": "bid_price", "as": "ask_size", "bs": "bid_size"}


def test_a_recorded_hour_of_books_becomes_quotes() -> None:
    """The recording has short names; they are spelled out to be what we subscribe to."""
    frames = PublicFrames()
    quotes = 0
    with gzip.open(SAMPLES / "upbit_ws_capture_20210417.jsonl.gz", "rt") as lines:
        for line, _ in zip(lines, range(2000), strict=False):
            message: dict[str, Any] = json.loads(line)["msg"]
            if message.get("ty") != "orderbook":
                continue
            named = {LONG.get(k, k): v for k, v in message.items()}
            named["orderbook_units"] = [{UNITS[k]: v for k, v in unit.items()} for unit in named["orderbook_units"]]
            frames.watch([Market.parse(named["code"])])
            trade = {"type": "ticker", "code": named["code"], "trade_price": 1, "trade_timestamp": 1}
            frames.read(json.dumps(trade))
            quotes += sum(isinstance(e, Quote) and e.bid < e.ask for e in frames.read(json.dumps(named)))
    assert quotes > 100
