"""Which kinds of fault there are, which fields each takes, and the reading of `POST /sandbox/faults`.  Pure.

`read_faults` turns decoded JSON into `Fault`s or says in one line what was expected."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from sandbox.faults.fields import (
    LONGEST_SECONDS,
    Reader,
    amount,
    currency_code,
    flag,
    fraction,
    market_code,
    number,
    one_of,
    request_path,
    share,
    shift,
    stream_type,
    text,
    whole,
)
from sandbox.faults.model import ORDER_PATHS, Fault, FaultError, Match

Family = Literal["http", "stream", "market"]
MOST_FAULTS = 1000
_METHODS = ("GET", "POST", "DELETE")
_COMMON = ("kind", "match", "times", "after", "chance", "seed")


_seconds = number(0.0, LONGEST_SECONDS)
_some_seconds = number(0.0, LONGEST_SECONDS, open_low=True)
_stream = one_of("public", "private", "both")
_shape = one_of("nested", "flat", "text", "html")
_when = one_of("before", "after")
_chance = number(0.0, 1.0, open_low=True)

# ---------------------------------------------------------------- the kinds

REQUEST_KEYS: dict[str, Reader] = {
    "method": one_of(*_METHODS),
    "path": request_path,
    "market": market_code,
    "side": one_of("bid", "ask"),
    "identifier": text,
}
MESSAGE_KEYS: dict[str, Reader] = {"type": stream_type, "market": market_code}


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind takes.

    Attributes:
        fields: name → (reader, default); None as default = absent.
        required: fields that have no default.
        orders: without a path of its own it means requests that make orders.
        handshakes: may strike the handshake of a stream.
        lasting: goes on by itself once begun, so `times` must be 1.
        windowed: `seconds` is how long it goes on striking, unlimited in number unless `times` is given too.
    """

    family: Family
    fields: Mapping[str, tuple[Reader, Any]] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    orders: bool = False
    handshakes: bool = False
    lasting: bool = False
    windowed: bool = False

    @property
    def match_keys(self) -> Mapping[str, Reader]:
        return MESSAGE_KEYS if self.family == "stream" else REQUEST_KEYS


_REFUSAL: dict[str, tuple[Reader, Any]] = {"body_shape": (_shape, None), "name": (text, None), "message": (text, None)}

KINDS: dict[str, Kind] = {
    "drop_response_after_accept": Kind("http", orders=True),
    "delay_accept": Kind(
        "http", {"seconds": (_some_seconds, 3.0), "answer": (one_of("cut", "none"), "cut")}, orders=True
    ),
    "error_after_accept": Kind("http", {"status": (whole(500, 599), 500), **_REFUSAL}, orders=True),
    "http_status": Kind(
        "http",
        {
            "status": (whole(400, 599), None),
            **_REFUSAL,
            "retry_after": (whole(1, 86_400), None),
            "seconds": (_some_seconds, None),
        },
        required=("status",),
        handshakes=True,
        windowed=True,
    ),
    "timeout": Kind("http", {"seconds": (_some_seconds, 10.0), "when": (_when, "after")}, handshakes=True),
    "slow_body": Kind("http", {"seconds": (_some_seconds, 10.0)}),
    "truncated_json": Kind("http"),
    "connection_reset": Kind("http", {"when": (_when, "before")}, handshakes=True),
    "ws_disconnect": Kind(
        "stream",
        {
            "stream": (_stream, "both"),
            "how": (one_of("clean", "abrupt"), "clean"),
            "code": (whole(1000, 4999), 1001),
            "seconds": (_seconds, 0.0),
        },
    ),
    "ws_silence": Kind(
        "stream",
        {"stream": (_stream, "both"), "seconds": (_some_seconds, 10.0), "answer_pings": (flag, False)},
        lasting=True,
    ),
    "ws_duplicate": Kind("stream", {"stream": (_stream, "private")}),
    "ws_reorder": Kind(
        "stream",
        {"stream": (_stream, "private"), "how": (one_of("swap", "delay"), "swap"), "seconds": (_some_seconds, 1.0)},
    ),
    "ws_gap": Kind("stream", {"stream": (_stream, "private"), "seconds": (_some_seconds, None)}, windowed=True),
    "partial_then_stall": Kind("market", {"share": (share, Decimal("0.5")), "seconds": (_some_seconds, 5.0)}),
    "balance_change": Kind(
        "market",
        {
            "type": (one_of("deposit", "withdrawal", "manual_trade"), None),
            "currency": (currency_code, None),
            "market": (market_code, None),
            "side": (one_of("bid", "ask"), None),
            "amount": (amount, None),
            "seconds": (_seconds, 0.0),
        },
        required=("type", "amount"),
    ),
    "clock_skew": Kind(
        "market",
        {"seconds": (shift, None), "duration": (_some_seconds, None)},
        required=("seconds",),
        lasting=True,
    ),
    "price_jump": Kind(
        "market",
        {"market": (market_code, None), "fraction": (fraction, None), "seconds": (_seconds, 0.0)},
        required=("market", "fraction"),
    ),
}

# ---------------------------------------------------------------- reading


def read_faults(content: Any, markets: Collection[str], first_number: int) -> list[Fault]:
    """Faults from decoded JSON, none of which is in force yet.

    Args:
        markets: the market codes that exist.
    Raises:
        FaultError: one of them makes no sense; the text names its place in the list, counting from 1.
    """
    if not isinstance(content, list) or not content:
        raise FaultError('send a JSON list of faults, such as [{"kind": "timeout", "seconds": 5}]')
    if len(content) > MOST_FAULTS:
        raise FaultError(f"at most {MOST_FAULTS} faults at a time")
    faults = []
    for index, given in enumerate(content):
        try:
            faults.append(_read(given, markets, first_number + index))
        except ValueError as error:
            name = given.get("kind") if isinstance(given, dict) else None
            called = f" ({name})" if isinstance(name, str) and name in KINDS else ""
            raise FaultError(f"fault {index + 1}{called}: {error}") from None
    return faults


def _read(given: Any, markets: Collection[str], number: int) -> Fault:
    if not isinstance(given, dict):
        raise ValueError("must be a JSON object")
    name = given.get("kind")
    if not isinstance(name, str) or name not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}")
    kind = KINDS[name]
    _known(given, (*_COMMON, *kind.fields), "")
    fields = _fields(given, kind)
    matching = given.get("match")
    if matching is not None and not isinstance(matching, dict):
        raise ValueError("match must be a JSON object")
    said = _match_values(matching or {}, kind)
    for code in (fields.get("market"), said.get("market")):
        if code is not None and code not in markets:
            raise ValueError(f"there is no market {code}")
    window = fields.get("seconds") if kind.windowed else None
    fault = Fault(
        number,
        name,
        fields,
        _match(said, kind),
        times=_times(given, kind, window),
        after=_take(given, "after", whole(0, 10**9), 0),
        chance=_take(given, "chance", _chance, 1.0),
        seed=_take(given, "seed", whole(0, 2**63), 0),
        window=window,
        given=said,
    )
    _check_together(fault, kind)
    return fault


def _known(given: Mapping[str, Any], known: Collection[str], where: str) -> None:
    unknown = sorted(str(key)[:40] for key in given if key not in known)
    if unknown:
        raise ValueError(f"unknown {where}fields: {', '.join(unknown[:5])}; known: {', '.join(known)}")


def _take(given: Mapping[str, Any], name: str, reader: Reader, default: Any, where: str = "") -> Any:
    value = given.get(name)
    if value is None:
        return default
    try:
        return reader(value)
    except ValueError as error:
        raise ValueError(f"{where}{name} {error}") from None


def _fields(given: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    fields = {name: _take(given, name, reader, default) for name, (reader, default) in kind.fields.items()}
    for name in kind.required:
        if fields[name] is None:
            raise ValueError(f"{name} is missing")
    return fields


def _times(given: Mapping[str, Any], kind: Kind, window: float | None) -> int:
    if "times" in given and given["times"] is None:
        times: int = 0
    else:
        times = _take(given, "times", whole(0, 10**9), 0 if window is not None else 1)
    if kind.lasting and times != 1:
        raise ValueError("times must be 1: once begun it goes on by itself")
    return times


def _match_values(given: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    keys = kind.match_keys
    _known(given, tuple(keys), "match ")
    values = {name: _take(given, name, reader, None, "match.") for name, reader in keys.items()}
    return {name: value for name, value in values.items() if value is not None}


def _match(said: Mapping[str, Any], kind: Kind) -> Match:
    if kind.orders and "path" not in said:
        if said.get("method", "POST") != "POST":
            raise ValueError("match.path is needed with a method other than POST: orders are made by POST")
        return Match(**{"method": "POST", **said}, paths=ORDER_PATHS)
    return Match(**said)


def _check_together(fault: Fault, kind: Kind) -> None:
    """What no single field shows."""
    fields, path = fault.fields, fault.match.path
    if kind.family == "http" and path is not None and path.startswith("/websocket"):
        if not kind.handshakes:
            raise ValueError("a stream's handshake takes http_status, timeout and connection_reset only")
        if fields.get("when") == "after":
            raise ValueError("when must be before for a stream's handshake: its answer is the whole stream")
    if fields.get("body_shape") in ("html", "text") and fields.get("name") is not None:
        raise ValueError(f"a body in {fields['body_shape']} has no name")
    if fault.kind == "balance_change":
        _check_change(fields)
    at_once = kind.family == "market" and fault.kind != "partial_then_stall" and not fault.given
    if at_once and (fault.times, fault.after, fault.chance) != (1, 0, 1.0):
        raise ValueError("without match it happens at once: times must be 1, after 0 and chance 1")


def _check_change(fields: Mapping[str, Any]) -> None:
    manual = fields["type"] == "manual_trade"
    for name in ("market", "side") if manual else ("currency",):
        if fields[name] is None:
            raise ValueError(f"{name} is missing for a {fields['type']}")
    for name in ("currency",) if manual else ("market", "side"):
        if fields[name] is not None:
            raise ValueError(f"{name} has no place in a {fields['type']}")
