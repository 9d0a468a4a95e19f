"""What a client asks of a stream, read from one JSON array (reference §15).  Pure."""

from __future__ import annotations

import json
from collections.abc import Container
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.market.bars import MINUTE_SECONDS

FORMATS = ("DEFAULT", "SIMPLE", "JSON_LIST", "SIMPLE_LIST")
CANDLE_UNITS = ("1s", "1m", *MINUTE_SECONDS)
PUBLIC_TYPES = frozenset({"ticker", "trade", "orderbook", *(f"candle.{unit}" for unit in CANDLE_UNITS)})
PRIVATE_TYPES = frozenset({"myOrder", "myAsset", "announcement"})
"""`announcement` can be subscribed to; the sandbox never announces anything."""
DEPTHS = (1, 5, 15, 30)
_METHODS = ("LIST_SUBSCRIPTIONS",)


class StreamError(Exception):
    """A refusal that the client gets as an error frame; the stream goes on as before."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message


@dataclass(frozen=True, slots=True)
class Subscription:
    """One type object of a request.

    Attributes:
        codes: as the client wrote them; empty means all markets (private types only).
        level: order book grouping; 0 is none.
        snapshot: send the present state first.
        realtime: go on with changes.
    """

    type: str
    codes: tuple[str, ...]
    level: Decimal = Decimal(0)
    snapshot: bool = True
    realtime: bool = True


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """A whole request; `format` is None when the client did not name one, `method` is None for a subscription."""

    ticket: str
    format: str | None
    method: str | None
    subscriptions: tuple[Subscription, ...]


def parse_request(text: str | bytes, private: bool) -> StreamRequest:
    """Read one client message.

    Raises:
        StreamError: with the name Upbit gives to the fault.
    """
    parts = _objects(text)
    ticket = _ticket(parts)
    chosen = _format(parts)
    methods = [part["method"] for part in parts if "method" in part]
    if methods:
        if methods[0] not in _METHODS:
            raise StreamError("INVALID_PARAM", f"unknown method; known: {', '.join(_METHODS)}")
        return StreamRequest(ticket, chosen, methods[0], ())
    wanted = [part for part in parts if not part.keys() <= {"ticket", "format"}]
    if not wanted or not all("type" in part for part in wanted):
        raise StreamError("NO_TYPE", "a type field is missing")
    subscriptions = tuple(_subscription(part, private) for part in wanted)
    return StreamRequest(ticket, chosen, None, subscriptions)


def split_depth(code: str) -> tuple[str, int]:
    """`KRW-BTC.15` as market and depth; without one of the known suffixes the depth is 30."""
    market, _, suffix = code.partition(".")
    return market, int(suffix) if suffix in {str(depth) for depth in DEPTHS} else DEPTHS[-1]


def _objects(text: str | bytes) -> list[dict[str, Any]]:
    try:
        parts = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise StreamError("WRONG_FORMAT", "the request is not JSON") from None
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
        raise StreamError("WRONG_FORMAT", "the request must be an array of objects")
    return parts


def _ticket(parts: list[dict[str, Any]]) -> str:
    ticket = next((part["ticket"] for part in parts if "ticket" in part), None)
    if ticket is None or ticket == "":
        raise StreamError("NO_TICKET", "the ticket is missing")
    if not isinstance(ticket, str):
        raise StreamError("WRONG_FORMAT", "the ticket must be a string")
    return ticket


def _format(parts: list[dict[str, Any]]) -> str | None:
    chosen = next((part["format"] for part in parts if "format" in part), None)
    if chosen is None:
        return None
    if chosen not in FORMATS:
        raise StreamError("WRONG_FORMAT", f"the format must be one of {', '.join(FORMATS)}")
    return str(chosen)


def _subscription(part: dict[str, Any], private: bool) -> Subscription:
    kind = part["type"]
    if not isinstance(kind, str):
        raise StreamError("WRONG_FORMAT", "type must be a string")
    _check_type(kind, private, PRIVATE_TYPES, PUBLIC_TYPES)
    only_snapshot = _switch(part, "is_only_snapshot", "isOnlySnapshot")
    only_realtime = _switch(part, "is_only_realtime", "isOnlyRealtime")
    return Subscription(
        kind,
        _codes(part, kind),
        _level(part, kind),
        # Both switches together contradict each other; then neither narrows the stream.
        snapshot=only_snapshot or not only_realtime,
        realtime=only_realtime or not only_snapshot,
    )


def _check_type(kind: str, private: bool, own: Container[str], public: Container[str]) -> None:
    if kind in (own if private else public):
        return
    if kind in own:
        raise StreamError("INVALID_AUTH", f"{kind} needs the private address and a token")
    if kind in public:
        raise StreamError("INVALID_PARAM", f"{kind} belongs to the public address")
    raise StreamError("INVALID_PARAM", "unknown type")


def _codes(part: dict[str, Any], kind: str) -> tuple[str, ...]:
    codes = part.get("codes")
    if kind == "myAsset":
        if "codes" in part:
            raise StreamError("WRONG_FORMAT", "myAsset takes no codes")
        return ()
    if codes is None or codes == []:
        if kind in PRIVATE_TYPES:
            return ()
        raise StreamError("NO_CODES", "the codes are missing")
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise StreamError("WRONG_FORMAT", "codes must be an array of strings")
    return tuple(dict.fromkeys(codes))


def _level(part: dict[str, Any], kind: str) -> Decimal:
    raw = part.get("level")
    if kind != "orderbook" or raw is None:
        return Decimal(0)
    if isinstance(raw, bool) or not isinstance(raw, int | str | Decimal):
        raise StreamError("WRONG_FORMAT", "level must be a number")
    try:
        level = Decimal(raw)
    except InvalidOperation:
        raise StreamError("INVALID_PARAM", "level must be a number") from None
    if not level.is_finite() or level < 0:
        raise StreamError("INVALID_PARAM", "level must not be below 0")
    return level


def _switch(part: dict[str, Any], *names: str) -> bool:
    value = next((part[name] for name in names if part.get(name) is not None), False)
    if not isinstance(value, bool):
        raise StreamError("WRONG_FORMAT", f"{names[0]} must be true or false")
    return value
