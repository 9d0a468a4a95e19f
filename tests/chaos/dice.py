"""Everything that is left to chance, drawn from one seed: how lives end, what people ask for, prices and faults.

Pure but for the generator's own state; each life and each person in it has a generator of its own, so a seed repeats
the drawing however fast the machine is, though not every microsecond of what processes make of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from random import Random
from typing import Any

MARKETS = {
    "KRW-BTC": Decimal(160_000_000),
    "KRW-ETH": Decimal(5_200_000),
    "KRW-XRP": Decimal(3_300),
    "KRW-SOL": Decimal(214_000),
    "KRW-DOGE": Decimal(248),
    "KRW-ADA": Decimal(918),
    "KRW-USDT": Decimal(1_450),
    "KRW-LINK": Decimal(24_300),
    "KRW-AVAX": Decimal(31_200),
    "KRW-STORJ": Decimal(372),
    "KRW-WAXP": Decimal("28.4"),
}
"""The synthetic markets and the prices around which the machine lets them jump."""

SETTINGS = {
    "stop_fraction": ("0.4%", "0.8%", "1.5%", "3%"),
    "take_fraction": ("0.5%", "1%", "2%", "0"),
    "trail_fraction": ("0", "0.3%", "0.7%"),
    "breakeven_fraction": ("0", "0", "0.3%"),
    "max_hold_seconds": ("0", "2s", "5s", "60s"),
    "order_style": ("limit", "market", "best"),
    "remainder_ttl_seconds": ("2s", "4s", "20s"),
    "aggressiveness": ("0", "0.15%", "1%"),
}


class End(StrEnum):
    """How a life ends. POINT: the service kills itself at a named point. MOMENT: killed while it works. START: killed
    within the first second. STOPPING: killed after SIGTERM. CLEAN: SIGTERM, and it may finish."""

    POINT = "point"
    MOMENT = "moment"
    START = "start"
    STOPPING = "stopping"
    CLEAN = "clean"


@dataclass(frozen=True, slots=True)
class Life:
    """`seconds` of work before the end (from the start for START); `after` SIGTERM until SIGKILL."""

    end: End
    seconds: float
    after: float = 0.0
    point: str = ""
    passing: int = 0
    cold: bool = False
    clear_faults: bool = False


class Dice:
    """`name` is the seed and what is drawn, as in `7/12/people`."""

    def __init__(self, name: str) -> None:
        self._random = Random(name)
        self._bought: list[str] = []

    def life(self, points: Sequence[str]) -> Life:
        r = self._random
        (end,) = r.choices(list(End), weights=(50, 22, 12, 12, 4))
        point = r.choice(points) if end is End.POINT else ""
        seconds = {
            End.POINT: 4.0,
            End.MOMENT: r.uniform(0.3, 3.5),
            End.START: r.uniform(0.0, 1.0),
            End.STOPPING: r.uniform(0.3, 2.0),
            End.CLEAN: r.uniform(0.5, 2.0),
        }[end]
        passing = r.choice((1, 2, 4, 8, 14, 20, 28)) if point else 0
        return Life(end, seconds, r.uniform(0.0, 0.5), point, passing, r.random() < 0.08, r.random() < 0.35)

    def pause(self, most: float) -> float:
        return self._random.uniform(0, most)

    # ---- people

    def command(self) -> str:
        r = self._random
        kinds = (self._buy, self._buy_at, self._sell, self._sell_at, self._cancel, self._set, self._control, self._look)
        (kind,) = r.choices(kinds, weights=(46, 12, 10, 6, 12, 5, 5, 2))
        return kind()

    def _coin(self) -> tuple[str, Decimal]:
        code = self._random.choice(list(MARKETS))
        self._bought = [*self._bought[-3:], code]
        return code.partition("-")[2], MARKETS[code]

    def _held(self) -> tuple[str, Decimal]:
        """Most likely one of the coins this person bought last."""
        code = self._random.choice(self._bought or list(MARKETS))
        return code.partition("-")[2], MARKETS[code]

    def _sum(self) -> int:
        return self._random.choice((7_000, 12_345, 50_000, 333_333, 1_000_001, 5_000_000))

    def _buy(self) -> str:
        return f"/buy {self._coin()[0]} {self._sum()} confirm"

    def _near(self, price: Decimal) -> str:
        return format((price * Decimal(str(round(self._random.uniform(0.985, 1.015), 5)))).normalize(), "f")

    def _buy_at(self) -> str:
        coin, price = self._coin()
        return f"/buy {coin} {self._sum()} at {self._near(price)} confirm"

    def _sell(self) -> str:
        share = self._random.choice(("", " 30%", " 50%", " 77%", " 100%"))
        return f"/sell {self._held()[0]}{share} confirm"

    def _sell_at(self) -> str:
        coin, price = self._held()
        return f"/sell {coin} {self._random.choice(('40%', '60%', '100%'))} at {self._near(price)} confirm"

    def _cancel(self) -> str:
        return self._random.choice(("/cancel all", f"/cancel {self._held()[0]}", f"/cancel {self._held()[0]}"))

    def _set(self) -> str:
        key = self._random.choice(list(SETTINGS))
        return f"/set {key} {self._random.choice(SETTINGS[key])} confirm"

    def _control(self) -> str:
        lines = (
            "/panic confirm",
            f"/panic {self._held()[0]} confirm",
            "/pause",
            "/stop",
            "/approve",
            "/sell all confirm",
        )
        return self._random.choices(lines, weights=(2, 2, 1, 1, 2, 1))[0]

    def _look(self) -> str:
        return self._random.choice(("/status", "/positions", "/orders", "/balance", "/limits", "/health", "/pnl"))

    # ---- the market

    def price(self) -> dict[str, str]:
        """A jump to within two percent of the market's usual price."""
        code = self._random.choice(list(MARKETS))
        price = MARKETS[code] * Decimal(str(round(self._random.uniform(0.98, 1.02), 5)))
        return {"market": code, "price": format(price, "f")}

    # ---- faults

    def faults(self) -> list[dict[str, Any]]:
        """None to three faults, some of them waiting for the n-th request."""
        r = self._random
        return [self._fault() for _ in range(r.choice((0, 1, 1, 2, 3)))]

    def _fault(self) -> dict[str, Any]:
        r = self._random
        kind, weight = zip(*_WEIGHTS.items(), strict=True)
        (name,) = r.choices(kind, weights=weight)
        fault: dict[str, Any] = {"kind": name} | self._fields(name)
        if name != "price_jump" and not (name.startswith("ws_") and name in ("ws_disconnect", "ws_silence")):
            fault |= {
                "after": r.choice((0, 0, 0, 1, 4)),
                "chance": r.choice((1.0, 1.0, 0.5)),
                "seed": r.randrange(10**6),
            }
        return fault

    def _fields(self, name: str) -> dict[str, Any]:
        r = self._random
        several = {"times": r.choice((1, 2, 4))}
        match name:
            case "drop_response_after_accept":
                return several
            case "delay_accept":
                seconds = r.choice((r.uniform(0.1, 1.0), r.uniform(1.0, 6.0)))
                return several | {"seconds": seconds, "answer": r.choice(("cut", "none"))}
            case "error_after_accept":
                return several | {"status": r.choice((500, 502, 503, 504))}
            case "http_status":
                return several | self._status()
            case "timeout":
                seconds = r.choice((r.uniform(0.2, 1.5), r.uniform(5.0, 7.0)))
                return several | self._request() | {"seconds": seconds, "when": r.choice(("before", "after"))}
            case "slow_body":
                return several | self._request() | {"seconds": r.uniform(0.2, 3.0)}
            case "truncated_json":
                return several | self._request()
            case "connection_reset":
                return several | self._request() | {"when": r.choice(("before", "after"))}
            case "ws_disconnect":
                how = {"how": r.choice(("clean", "abrupt")), "seconds": r.choice((0.0, r.uniform(0.1, 2.0)))}
                return self._stream() | how
            case "ws_silence":
                return self._stream() | {"seconds": r.uniform(0.5, 4.0)}
            case "ws_duplicate":
                return self._stream() | {"times": r.choice((3, 20))}
            case "ws_reorder":
                return self._stream() | {"times": r.choice((3, 20)), "how": r.choice(("swap", "delay")), "seconds": 0.3}
            case "ws_gap":
                return self._stream() | r.choice(({"times": 5}, {"times": 30}, {"seconds": 2.0}))
            case "partial_then_stall":
                return several | {"share": r.choice((0.1, 0.5, 0.9)), "seconds": r.uniform(0.1, 3.0)}
        fraction = r.choice((-1, 1)) * r.uniform(0.005, 0.02)
        return {"market": r.choice(list(MARKETS)), "fraction": round(fraction, 4), "seconds": r.uniform(0.0, 1.0)}

    def _stream(self) -> dict[str, Any]:
        return {"stream": self._random.choice(("public", "private", "private", "both"))}

    def _request(self) -> dict[str, Any]:
        """Mostly orders and what is read about them; now and then anything."""
        requests = (
            ("POST", "/v1/orders"),
            ("GET", "/v1/order"),
            ("DELETE", "/v1/order"),
            ("GET", "/v1/accounts"),
            ("GET", "/v1/*"),
        )
        method, path = self._random.choices(requests, weights=(5, 4, 2, 2, 1))[0]
        return {"match": {"method": method, "path": path}}

    def _status(self) -> dict[str, Any]:
        r = self._random
        status = r.choice((400, 401, 403, 418, 429, 429, 500, 502, 503))
        shape = r.choice(("nested", "flat", "text")) if status < 500 else r.choice(("nested", "html"))
        more: dict[str, Any] = {"status": status, "body_shape": shape}
        if status in (418, 429):
            more |= {"retry_after": 1}
        if status == 403 and shape != "text":
            more |= {"name": "market_offline"}
        return more | self._request()


_WEIGHTS = {
    "drop_response_after_accept": 10,
    "delay_accept": 10,
    "error_after_accept": 8,
    "http_status": 12,
    "timeout": 7,
    "slow_body": 4,
    "truncated_json": 7,
    "connection_reset": 8,
    "ws_disconnect": 6,
    "ws_silence": 5,
    "ws_duplicate": 5,
    "ws_reorder": 5,
    "ws_gap": 6,
    "partial_then_stall": 8,
    "price_jump": 5,
}
"""`balance_change` and `clock_skew` are left out: they move money and times that the comparison counts."""
