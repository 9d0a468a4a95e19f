"""Stream messages: their fields, their short names, and their bytes in the four formats (reference §15).

A message is made once and written at most once per format, however many clients get it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.market.rows import book_fields, change_word, ticker_fields
from sandbox.market.state import MarketState
from sandbox.skew import shift_times
from sandbox.streams.request import Subscription
from sandbox.values import Bar, Book, PrivateMessage, Tick
from sandbox.wire import KST_OFFSET, ZERO, encode, number, second_text, to_ms

Fields = dict[str, Any]

_SHORT = {
    "type": "ty",
    "code": "cd",
    "timestamp": "tms",
    "stream_type": "st",
    "opening_price": "op",
    "high_price": "hp",
    "low_price": "lp",
    "trade_price": "tp",
    "prev_closing_price": "pcp",
    "change": "c",
    "change_price": "cp",
    "signed_change_price": "scp",
    "change_rate": "cr",
    "signed_change_rate": "scr",
    "trade_volume": "tv",
    "acc_trade_volume": "atv",
    "acc_trade_volume_24h": "atv24h",
    "acc_trade_price": "atp",
    "acc_trade_price_24h": "atp24h",
    "trade_date": "tdt",
    "trade_time": "ttm",
    "trade_timestamp": "ttms",
    "ask_bid": "ab",
    "acc_ask_volume": "aav",
    "acc_bid_volume": "abv",
    "highest_52_week_price": "h52wp",
    "highest_52_week_date": "h52wdt",
    "lowest_52_week_price": "l52wp",
    "lowest_52_week_date": "l52wdt",
    "market_state": "ms",
    "delisting_date": "dd",
    "is_trading_suspended": "its",
    "market_warning": "mw",
    "sequential_id": "sid",
    "best_ask_price": "bap",
    "best_ask_size": "bas",
    "best_bid_price": "bbp",
    "best_bid_size": "bbs",
    "total_ask_size": "tas",
    "total_bid_size": "tbs",
    "orderbook_units": "obu",
    "ask_price": "ap",
    "bid_price": "bp",
    "ask_size": "as",
    "bid_size": "bs",
    "level": "lv",
    "candle_date_time_utc": "cdttmu",
    "candle_date_time_kst": "cdttmk",
    "candle_acc_trade_volume": "catv",
    "candle_acc_trade_price": "catp",
    "uuid": "uid",
    "order_type": "ot",
    "state": "s",
    "trade_uuid": "tuid",
    "price": "p",
    "avg_price": "ap",
    "volume": "v",
    "remaining_volume": "rv",
    "executed_volume": "ev",
    "trades_count": "tc",
    "reserved_fee": "rsf",
    "remaining_fee": "rmf",
    "paid_fee": "pf",
    "locked": "l",
    "executed_funds": "ef",
    "time_in_force": "tif",
    "trade_fee": "tf",
    "is_maker": "im",
    "identifier": "id",
    "smp_type": "smpt",
    "prevented_volume": "pv",
    "prevented_locked": "pl",
    "order_timestamp": "otms",
    "asset_uuid": "astuid",
    "assets": "ast",
    "currency": "cu",
    "balance": "b",
    "asset_timestamp": "asttms",
    "method": "mthd",
    "result": "rslt",
    "ticket": "tckt",
    "codes": "cds",
}
_SHORT_BY_TYPE = {"trade": _SHORT | {"trade_date": "td"}}


def _shorten(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {names.get(key, key): _shorten(part, names) for key, part in value.items()}
    if isinstance(value, list):
        return [_shorten(part, names) for part in value]
    return value


class Message:
    """One message, its bytes made on first use per format."""

    __slots__ = ("_fields", "_made")

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._made: dict[str, bytes] = {}

    def wire(self, style: str) -> bytes:
        made = self._made.get(style)
        if made is None:
            made = self._made[style] = self._write(style)
        return made

    def shifted(self, ms: int) -> Message:
        """The same message from a venue whose clock is off by `ms` milliseconds."""
        return Message(shift_times(self._fields, ms))

    def _write(self, style: str) -> bytes:
        if style == "DEFAULT":
            return encode(self._fields)
        if style == "SIMPLE":
            return encode(_shorten(self._fields, _SHORT_BY_TYPE.get(self._fields.get("type", ""), _SHORT)))
        single = self.wire("DEFAULT" if style == "JSON_LIST" else "SIMPLE")
        return b"[" + single + b"]"


def ticker_message(state: MarketState, now: datetime, stream: str) -> Message:
    """Raises KeyError when the market has not traded yet."""
    fields: Fields = {"type": "ticker", "code": state.info.code, **ticker_fields(state, now)}
    fields["ask_bid"] = state.last.taker
    fields["acc_ask_volume"] = number(state.ask_volume)
    fields["acc_bid_volume"] = number(state.bid_volume)
    fields["market_state"] = "ACTIVE"
    fields["is_trading_suspended"] = False
    fields["delisting_date"] = None
    fields["market_warning"] = "CAUTION" if state.info.warning else "NONE"
    fields["stream_type"] = stream
    return Message(fields)


def trade_message(state: MarketState, tick: Tick, now: datetime, stream: str) -> Message:
    previous = state.previous_close()
    change = tick.price - previous
    at_ms = to_ms(tick.at)
    ask, bid = state.book.best(now)
    return Message(
        {
            "type": "trade",
            "code": tick.market,
            "timestamp": max(to_ms(now), at_ms),
            "trade_date": f"{tick.at:%Y-%m-%d}",
            "trade_time": f"{tick.at:%H:%M:%S}",
            "trade_timestamp": at_ms,
            "trade_price": number(tick.price),
            "trade_volume": number(tick.volume),
            "ask_bid": tick.taker,
            "prev_closing_price": number(previous),
            "change": change_word(change),
            "change_price": number(abs(change)),
            "sequential_id": tick.sequence,
            "best_ask_price": number(ask.price if ask else ZERO),
            "best_ask_size": number(ask.size if ask else ZERO),
            "best_bid_price": number(bid.price if bid else ZERO),
            "best_bid_size": number(bid.size if bid else ZERO),
            "stream_type": stream,
        }
    )


def book_message(book: Book, depth: int, level: Decimal, stream: str) -> Message:
    return Message({"type": "orderbook", "code": book.market, **book_fields(book, depth, level), "stream_type": stream})


def candle_message(bar: Bar, stream: str) -> Message:
    return Message(
        {
            "type": f"candle.{bar.unit}",
            "code": bar.market,
            "candle_date_time_utc": second_text(bar.opened_at),
            "candle_date_time_kst": second_text(bar.opened_at + KST_OFFSET),
            "opening_price": number(bar.open),
            "high_price": number(bar.high),
            "low_price": number(bar.low),
            "trade_price": number(bar.close),
            "candle_acc_trade_volume": number(bar.volume),
            "candle_acc_trade_price": number(bar.value),
            "timestamp": to_ms(bar.last_at),
            "stream_type": stream,
        }
    )


def private_message(message: PrivateMessage) -> Message:
    return Message(_numbers(message) | {"stream_type": message.get("stream_type", "REALTIME")})


def _numbers(value: Any) -> Any:
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, dict):
        return {key: _numbers(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_numbers(part) for part in value]
    return value


def listing_message(subscriptions: tuple[Subscription, ...], ticket: str) -> Message:
    """The answer to LIST_SUBSCRIPTIONS."""
    result: list[Fields] = []
    for wanted in subscriptions:
        entry: Fields = {"type": wanted.type}
        if wanted.codes:
            entry["codes"] = list(wanted.codes)
        if wanted.level:
            entry["level"] = number(wanted.level)
        result.append(entry)
    return Message({"method": "LIST_SUBSCRIPTIONS", "result": result, "ticket": ticket})


def error_frame(name: str, message: str) -> bytes:
    return encode({"error": {"name": name, "message": message}})


STATUS_UP = b'{"status":"UP"}'
