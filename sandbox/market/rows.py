"""Rows of the public REST answers, made from the market's state (reference §3 to §5).  Pure.

Numbers are Decimals that `wire.encode` writes as JSON numbers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.market.state import MarketState
from sandbox.values import Bar, Book, MarketInfo, Tick
from sandbox.wire import KST_OFFSET, ZERO, number, rate, second_text, to_ms

Row = dict[str, Any]

CAUTIONS = (
    "PRICE_FLUCTUATIONS",
    "TRADING_VOLUME_SOARING",
    "DEPOSIT_AMOUNT_SOARING",
    "GLOBAL_PRICE_DIFFERENCES",
    "CONCENTRATION_OF_SMALL_ACCOUNTS",
)


def market_row(info: MarketInfo, details: bool) -> Row:
    row: Row = {"market": info.code, "korean_name": info.korean_name, "english_name": info.english_name}
    if details:
        caution = {name: name in info.caution for name in CAUTIONS}
        row["market_event"] = {"warning": info.warning, "caution": caution}
    return row


def candle_row(bar: Bar) -> Row:
    """The fields every candle unit has."""
    return {
        "market": bar.market,
        "candle_date_time_utc": second_text(bar.opened_at),
        "candle_date_time_kst": second_text(bar.opened_at + KST_OFFSET),
        "opening_price": number(bar.open),
        "high_price": number(bar.high),
        "low_price": number(bar.low),
        "trade_price": number(bar.close),
        "timestamp": to_ms(bar.last_at),
        "candle_acc_trade_price": number(bar.value),
        "candle_acc_trade_volume": number(bar.volume),
    }


def day_fields(bar: Bar, previous_close: Decimal) -> Row:
    """What only daily candles have; the change is signed."""
    change = bar.close - previous_close
    return {
        "prev_closing_price": number(previous_close),
        "change_price": number(change),
        "change_rate": rate(change, previous_close),
    }


def change_word(change: Decimal) -> str:
    return "EVEN" if not change else "RISE" if change > 0 else "FALL"


def ticker_fields(state: MarketState, now: datetime) -> Row:
    """What the REST ticker and the ticker stream have in common; sums and prices of the UTC day.

    Raises:
        KeyError: the market has not traded yet.
    """
    last = state.last
    today = state.bars.newest("1d")
    if today is None:
        raise KeyError(f"{state.info.code} has not traded yet")
    previous = state.previous_close()
    change = last.price - previous
    change_rate = rate(change, previous)
    volume_24h, value_24h = state.bars.day_totals(now)
    (high, high_day), (low, low_day) = state.year_range()
    return {
        "opening_price": number(today.open),
        "high_price": number(today.high),
        "low_price": number(today.low),
        "trade_price": number(last.price),
        "prev_closing_price": number(previous),
        "change": change_word(change),
        "change_price": number(abs(change)),
        "signed_change_price": number(change),
        "change_rate": abs(change_rate),
        "signed_change_rate": change_rate,
        "trade_volume": number(last.volume),
        "acc_trade_volume": number(today.volume),
        "acc_trade_volume_24h": number(volume_24h),
        "acc_trade_price": number(today.value),
        "acc_trade_price_24h": number(value_24h),
        "trade_date": f"{last.at:%Y%m%d}",
        "trade_time": f"{last.at:%H%M%S}",
        "trade_timestamp": to_ms(last.at),
        "highest_52_week_price": number(high),
        "highest_52_week_date": high_day.isoformat(),
        "lowest_52_week_price": number(low),
        "lowest_52_week_date": low_day.isoformat(),
        "timestamp": max(to_ms(now), to_ms(last.at)),
    }


_TICKER_ORDER = (
    *("trade_date", "trade_time", "trade_date_kst", "trade_time_kst", "trade_timestamp"),
    *("opening_price", "high_price", "low_price", "trade_price", "prev_closing_price"),
    *("change", "change_price", "change_rate", "signed_change_price", "signed_change_rate", "trade_volume"),
    *("acc_trade_price", "acc_trade_price_24h", "acc_trade_volume", "acc_trade_volume_24h"),
    *("highest_52_week_price", "highest_52_week_date", "lowest_52_week_price", "lowest_52_week_date", "timestamp"),
)


def ticker_row(state: MarketState, now: datetime) -> Row:
    fields = ticker_fields(state, now)
    local = state.last.at + KST_OFFSET
    fields["trade_date_kst"] = f"{local:%Y%m%d}"
    fields["trade_time_kst"] = f"{local:%H%M%S}"
    return {"market": state.info.code} | {name: fields[name] for name in _TICKER_ORDER}


def trade_row(tick: Tick, previous_close: Decimal) -> Row:
    return {
        "market": tick.market,
        "trade_date_utc": f"{tick.at:%Y-%m-%d}",
        "trade_time_utc": f"{tick.at:%H:%M:%S}",
        "timestamp": to_ms(tick.at),
        "trade_price": number(tick.price),
        "trade_volume": number(tick.volume),
        "prev_closing_price": number(previous_close),
        "change_price": number(tick.price - previous_close),
        "ask_bid": tick.taker,
        "sequential_id": tick.sequence,
    }


def book_fields(book: Book, count: int, level: Decimal) -> Row:
    """What the REST order book and the stream have in common; totals cover the levels shown.

    A side with fewer levels than the other is filled up with zeros, as a pair needs both.
    """
    asks, bids = book.asks[:count], book.bids[:count]
    units = [
        {
            "ask_price": number(asks[i].price if i < len(asks) else ZERO),
            "bid_price": number(bids[i].price if i < len(bids) else ZERO),
            "ask_size": number(asks[i].size if i < len(asks) else ZERO),
            "bid_size": number(bids[i].size if i < len(bids) else ZERO),
        }
        for i in range(max(len(asks), len(bids)))
    ]
    return {
        "timestamp": to_ms(book.at),
        "total_ask_size": number(sum((row.size for row in asks), ZERO)),
        "total_bid_size": number(sum((row.size for row in bids), ZERO)),
        "orderbook_units": units,
        "level": level if level % 1 else int(level),
    }
