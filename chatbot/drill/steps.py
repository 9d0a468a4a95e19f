"""The steps of a drill, one after another: what is done to the house, and what is measured of the service.

Each writes findings (see `judging`): seconds, or yes and no. A wait ends at the time its check allows."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

from chatbot.drill.compare import FINAL, check_whole, compare
from chatbot.drill.house import CASH, House, within
from chatbot.drill.judging import ALLOWED, Step

BOUGHT: Final = ("KRW-BTC", "KRW-ETH", "KRW-XRP", "KRW-SOL")
RESTING: Final = ("KRW-LINK", "KRW-AVAX")
FALLS_AFTER_OUTAGE, FALLS_AFTER_CRASH = BOUGHT[:2]
FIRST_AFTER_OUTAGE, IN_FLIGHT = "KRW-DOGE", "KRW-ADA"
SUM_KRW = 300_000
FALL = 0.05
"""More than the stop is away."""
BUY_SECONDS = 15.0

_LEVELS = ("position_id", "stop", "take", "trail", "max_hold_seconds")


class Findings(dict[str, str]):
    """Flat text, as the event will carry it."""

    def seconds(self, name: str, seconds: float | None) -> None:
        self[name] = "" if seconds is None else f"{seconds:.2f}"

    def answer(self, name: str, good: bool) -> None:
        self[name] = "yes" if good else "no"


async def start(house: House, found: Findings) -> None:
    """From nothing; four positions and two resting orders."""
    found.seconds("start_ready", await house.start(ALLOWED["start_ready"]))
    for market in BOUGHT:
        await house.say(f"/buy {market} {SUM_KRW} confirm")
    for market in RESTING:
        await house.say(f"/buy {market} {SUM_KRW} at {house.price(market) * 4 / 5:f} confirm")
    await within(lambda: house.held() == set(BOUGHT), BUY_SECONDS)
    resting = {order["market"] for order in await house.resting()}
    found.answer("start_bought", (house.held(), resting) == (set(BOUGHT), set(RESTING)))


async def outage(house: House, found: Findings, seconds: float) -> None:
    """No request gets through, both streams break and none can be opened. While it ends, a price falls below a stop."""
    found["outage_seconds"] = f"{seconds:g}"
    over = time.monotonic() + seconds
    every = {"path": "/v1/*"}
    house.spoil(
        {"kind": "connection_reset", "when": "before", "times": 0, "match": every},
        {"kind": "ws_disconnect", "how": "abrupt", "seconds": seconds},
    )
    both = {"public", "private"}
    found.seconds("outage_noticed", await within(lambda: house.lost_streams() == both, ALLOWED["outage_noticed"]))
    asking = asyncio.create_task(_answer(house))
    await asyncio.sleep(over - time.monotonic())
    house.mend()
    house.drop(FALLS_AFTER_OUTAGE, FALL)
    answer, stop, streams, trading = await asyncio.gather(
        asking,
        within(lambda: FALLS_AFTER_OUTAGE not in house.held(), ALLOWED["outage_stop"]),
        within(lambda: not house.lost_streams(), ALLOWED["outage_streams"]),
        _first_order(house, ALLOWED["outage_trading"]),
    )
    found.seconds("outage_answer", answer)
    found.seconds("outage_stop", stop)
    found.seconds("outage_streams", streams)
    found.seconds("outage_trading", trading)


async def _answer(house: House) -> float:
    began = time.monotonic()
    await house.say("/status")
    return time.monotonic() - began


async def _first_order(house: House, seconds: float) -> float | None:
    """Ask until an order is taken, then until it is filled."""
    began, reply = time.monotonic(), ""
    while reply != "ok" and time.monotonic() - began < seconds:
        reply = (await house.say(f"/buy {FIRST_AFTER_OUTAGE} {SUM_KRW} confirm"))["tone"]
        await asyncio.sleep(0.1)
    left = seconds - (time.monotonic() - began)
    filled = await within(lambda: FIRST_AFTER_OUTAGE in house.held(), left)
    return None if filled is None else time.monotonic() - began


async def crash(house: House, found: Findings) -> None:
    """SIGKILL while the exchange has carried an order out and the service has not heard of it."""
    before = _standing(house)
    posts = {"method": "POST", "path": "/v1/orders", "market": IN_FLIGHT}
    house.spoil({"kind": "timeout", "when": "after", "seconds": 60, "match": posts})
    asking = asyncio.create_task(house.say(f"/buy {IN_FLIGHT} {SUM_KRW} confirm"))
    await _until_there(house, IN_FLIGHT)
    await house.kill()
    with suppress(ConnectionError, json.JSONDecodeError):
        await asking
    house.mend()
    began = time.monotonic()
    found.seconds("crash_ready", await house.start(ALLOWED["crash_ready"]))
    await within(lambda: _resolved(house, IN_FLIGHT), ALLOWED["crash_order"] - (time.monotonic() - began))
    found.seconds("crash_order", time.monotonic() - began if _resolved(house, IN_FLIGHT) else None)
    kept = before[0] <= _standing(house)[0] and before[1] <= _standing(house)[1]
    found.answer("crash_guards", kept and await _guarding(house))
    house.drop(FALLS_AFTER_CRASH, FALL)
    sold = await within(lambda: FALLS_AFTER_CRASH not in house.held(), ALLOWED["crash_stop"])
    found.seconds("crash_stop", sold)


async def _until_there(house: House, market: str) -> None:
    """The order is carried out at the exchange; if it never is, the crash comes without it and the check fails."""
    await within(lambda: any(o.market == market for o in house.exchange.engine.orders.values()), BUY_SECONDS)


def _resolved(house: House, market: str) -> bool:
    """Its order is over, and the position it made is in the books with its guard."""
    books = house.books()
    orders = [order["state"] for order in books.orders if order["market"] == market]
    guarded = {guard["position_id"] for guard in books.guards}
    held = [p["position_id"] for p in books.positions if p["market"] == market and p["closed_at"] is None]
    return orders == ["done"] and len(held) == 1 and set(held) <= guarded


def _standing(house: House) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]], set[str]]:
    """Open positions, their guard levels, and resting orders."""
    books = house.books()
    positions = {(p["position_id"], p["quantity"], p["cost"]) for p in books.positions if p["closed_at"] is None}
    guards = {tuple(guard[level] for level in _LEVELS) for guard in books.guards}
    return positions, guards, {o["client_order_id"] for o in books.orders if o["state"] not in FINAL}


async def _guarding(house: House) -> bool:
    """The guard says that it looks at positions, and that it has a price for them."""
    deadline = time.monotonic() + BUY_SECONDS
    while time.monotonic() < deadline:
        checks = {check["key"]: check for check in (await house.say("/health"))["data"]["checks"]}
        if checks["guard"]["ok"] and checks["guard"]["value"].endswith("s"):
            return True
        await asyncio.sleep(0.1)
    return False


async def restart(house: House, found: Findings) -> None:
    """SIGTERM, and from nothing again: everything is as it was."""
    before = _standing(house)
    found.seconds("restart_end", await house.end(ALLOWED["restart_end"] + 2))
    found.seconds("restart_ready", await house.start(ALLOWED["restart_ready"]))
    there = {order["identifier"] for order in await house.resting()}
    found.answer("restart_kept", _standing(house) == before and there == before[2])


async def panic(house: House, found: Findings) -> None:
    """The button: flat counts when the exchange itself holds no coin and no open order of ours any more."""
    began = time.monotonic()
    while (reply := await house.say("/panic confirm"))["data"].get("outcome") == "going-on":
        if time.monotonic() - began > ALLOWED["panic_flat"]:
            break
    seconds = time.monotonic() - began
    state = await house.state()
    nothing_open = not any(order["state"] == "wait" for order in state["orders"])
    no_coins = not any(Decimal(row["balance"]) for row in state["balances"] if row["currency"] != "KRW")
    found.seconds("panic_flat", seconds if reply["data"].get("flat") and nothing_open and no_coins else None)
    found["sold"] = str(len(reply["data"].get("sold", ())))
    found["cancelled"] = str(len(reply["data"].get("cancelled", ())))


async def books(house: House, found: Findings) -> None:
    """Order by order and fill by fill, to the last digit, once the service has ended."""
    await house.end(ALLOWED["restart_end"])
    state = await house.state()
    defects = [*check_whole(house.file), *compare(house.books(), state, CASH)]
    found["orders"] = str(len(state["orders"]))
    found["fills"] = str(sum(len(order["trades"]) for order in state["orders"]))
    found["differs"] = ",".join(dict.fromkeys(defect.kind for defect in defects))
    house.note(f"{defect.kind}: {defect.text}" for defect in defects)
    found.answer("books_equal", not defects)


def all_steps(outage_seconds: float) -> dict[Step, Callable[[House, Findings], Awaitable[None]]]:
    return {
        Step.START: start,
        Step.OUTAGE: lambda house, found: outage(house, found, outage_seconds),
        Step.CRASH: crash,
        Step.RESTART: restart,
        Step.PANIC: panic,
        Step.BOOKS: books,
    }
