"""Each fault of the sandbox, aimed at what is being done: which requests or messages, how long, how often."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

MARKET = "KRW-XRP"
BASE = "XRP"
OUTAGE_SECONDS = 8
"""How long a maintenance or a block lasts here."""

Faults = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Aim:
    """What is to be struck: the request an action sends, and what stands in the account then."""

    method: str
    path: str
    side: str = ""
    held: Decimal = Decimal(0)
    market: str = ""

    @property
    def match(self) -> dict[str, str]:
        more = {"side": self.side, "market": self.market}
        return {"method": self.method, "path": self.path} | {key: value for key, value in more.items() if value}

    @property
    def sells(self) -> bool:
        return self.side == "ask"


@dataclass(frozen=True, slots=True)
class Spoil:
    """`name` is how the table calls it; `strikes`: the request itself, once; `outside`: it changes the account, which
    must be told as a difference."""

    kind: str
    name: str
    make: Callable[[Aim], Faults]
    outside: bool = False
    strikes: bool = False


def _strike(kind: str, detail: str = "", **fields: Any) -> Spoil:
    """Strikes the request itself, once."""

    def make(aim: Aim) -> Faults:
        return [{"kind": kind, "match": aim.match, **fields}]

    return Spoil(kind, f"{kind} {detail}".strip(), make, strikes=True)


def _status(status: int, **fields: Any) -> Spoil:
    return _strike("http_status", str(status), status=status, **fields)


def _outage(status: int, **fields: Any) -> Spoil:
    """From the request on everything is refused for a while, and the streams are gone."""

    def make(aim: Aim) -> Faults:
        whole = {"kind": "http_status", "status": status, "seconds": OUTAGE_SECONDS, **fields}
        return [whole, {"kind": "ws_disconnect", "seconds": OUTAGE_SECONDS}]

    return Spoil("http_status", f"http_status {status}, {OUTAGE_SECONDS} s of everything", make)


def _stream(kind: str, detail: str, **fields: Any) -> Spoil:
    return Spoil(kind, f"{kind} {detail}".strip(), lambda aim: [{"kind": kind, **fields}])


def _transfer(kind: str) -> Spoil:
    """Just before the request arrives: nearly all the money (or half the coins) goes, or more comes."""

    def make(aim: Aim) -> Faults:
        coins = aim.sells
        amount = aim.held / 2 if coins else Decimal(9_895_000 if kind == "withdrawal" else 1_000_000)
        change = {"type": kind, "currency": BASE if coins else "KRW", "amount": f"{amount:.8f}"}
        return [{"kind": "balance_change", "match": aim.match, **change}]

    return Spoil("balance_change", f"balance_change {kind}", make, outside=True)


def _by_hand(aim: Aim) -> Faults:
    """The person trades in the app in the same moment: buys more, or sells half of what the bot is about to sell."""
    amount = f"{aim.held / 2:.8f}" if aim.sells else "50000"
    change = {"type": "manual_trade", "market": MARKET, "side": "ask" if aim.sells else "bid", "amount": amount}
    return [{"kind": "balance_change", "match": aim.match, **change}]


def _jump(aim: Aim) -> Faults:
    """Against us; for a cancel so far that the resting buy fills just before it."""
    fraction = -0.25 if aim.method == "DELETE" else -0.03 if aim.sells else 0.03
    return [{"kind": "price_jump", "market": MARKET, "fraction": fraction, "match": aim.match}]


SPOILS: tuple[Spoil, ...] = (
    Spoil("none", "no fault", lambda aim: []),
    _strike("drop_response_after_accept"),
    _strike("delay_accept", "cut, 3 s", seconds=3),
    _strike("delay_accept", "no answer, 7 s", seconds=7, answer="none"),
    _strike("error_after_accept", "500"),
    _status(400),
    _status(401),
    _status(403),
    _outage(403),
    _status(418, retry_after=4),
    _outage(418),
    *(_strike("http_status", f"429 {shape}", status=429, body_shape=shape) for shape in ("nested", "flat", "text")),
    _status(500),
    _status(502),
    _status(503),
    _strike("timeout", "7 s, carried out", seconds=7, when="after"),
    _strike("timeout", "7 s late", seconds=7, when="before"),
    _strike("slow_body", "10 s", seconds=10),
    _strike("truncated_json"),
    _strike("connection_reset", "before", when="before"),
    _strike("connection_reset", "after", when="after"),
    _stream("ws_disconnect", "both, 5 s", stream="both", how="abrupt", seconds=5),
    _stream("ws_silence", "both, 12 s", stream="both", seconds=12, answer_pings=True),
    _stream("ws_duplicate", "own orders", stream="private", times=0),
    _stream("ws_reorder", "own orders", stream="private", times=0),
    _stream("ws_gap", "own orders, 10 s", stream="private", seconds=10),
    Spoil(
        "partial_then_stall",
        "partial_then_stall half, 4 s",
        lambda aim: [{"kind": "partial_then_stall", "share": 0.5, "seconds": 4}],
    ),
    _transfer("deposit"),
    _transfer("withdrawal"),
    Spoil("balance_change", "balance_change manual_trade", _by_hand, outside=True),
    Spoil("clock_skew", "clock_skew −90 s", lambda aim: [{"kind": "clock_skew", "seconds": -90}]),
    Spoil("clock_skew", "clock_skew +90 s", lambda aim: [{"kind": "clock_skew", "seconds": 90}]),
    Spoil("price_jump", "price_jump against us", _jump),
)
