"""The red button in each trading state under each fault: it ends flat, or says precisely what is not and why.

Two positions and a resting buy. A fault that strikes requests strikes the cancel, the first sale and the read-back.
What is said is held against the exchange's own account. The panic goes on by itself until nothing is left that it could
do; what only a person can answer (coins they took out) is answered, and the button pressed again."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.chaos.judge import account_defects
from tests.chaos.reading import misread
from tests.chaos.room import Room, Said, offered, open_room
from tests.chaos.spoils import BASE, MARKET, Aim, Spoil
from trader.model.events import EventKind

MARKETS = (MARKET, "KRW-ETH", "KRW-BTC")
STATES = {"active": "", "reducing": "/pause", "halted": "/stop"}
ADOPT = "run:/reconcile adopt"

ANSWER_SECONDS = 5.0
"""A person is told so soon how it stands, whatever the exchange does."""

END_SECONDS = 90.0
"""No fault here keeps a panic longer from its end."""

HEARD_SECONDS = 30.0
"""The end is told so soon, behind whatever was to be told before it."""

FLAT_SECONDS = 2.0
"""Ten positions without faults."""

CANCEL = Aim("DELETE", "/v1/order")
READ_BACK = Aim("GET", "/v1/orders/open")


@dataclass(slots=True)
class PanicCell:
    """Seconds from the press: `answered` with how it stands (`answer`), `over` when it had ended, flat or not, `heard`
    when the person could read so (`receipt`), `again` how long a second panic took where the first was not flat."""

    state: str
    spoil: Spoil
    answered: float | None = None
    over: float | None = None
    heard: float | None = None
    flat: bool = False
    answer: str = ""
    receipt: str = ""
    again: float | None = None
    equal: bool = False
    told: list[tuple[float, str]] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


async def press(state: str, spoil: Spoil, language: str = "ko", seed: int = 7) -> PanicCell:
    cell = PanicCell(state, spoil)
    async with open_room(MARKETS, language, sandbox_seed=seed) as room:
        await _prepare(room, state)
        room.fault(_aimed(room, spoil))
        heard, question, lag = len(room.phone.said), await room.ask("/panic", "do:"), room.lag
        began = time.monotonic()
        answer = await room.answer_to(question, "do:", END_SECONDS)
        if answer is not None:
            cell.answered, cell.answer = answer.at - began, answer.text
        if cell.answered is None or cell.answered > ANSWER_SECONDS + room.lag - lag:
            cell.defects.append(f"no answer within {ANSWER_SECONDS:g} s")
        await _end(room, cell, began)
        if not cell.flat:
            await _again(room, cell, spoil)
        said = [one for one in room.phone.said[heard:] if one.at >= began]
        cell.told = [(one.at - began, one.text) for one in said]
        cell.defects += misread([one.text for one in said if not one.message.edits], language)
        if room.app.trader.state.current.value != "halted":
            cell.defects.append("entries are not locked")
        if spoil.outside:
            await room.until(lambda: bool(room.books().differences), 30)
        apart = await account_defects(room, spoil)
        cell.equal = not apart
        cell.defects += apart
    return cell


async def fastest(positions: int = 10, seed: int = 7) -> float:
    """Seconds from the press to the receipt, with so many positions and no fault. AssertionError: not flat."""
    names = ("BTC", "ETH", "XRP", "SOL", "DOGE", "ADA", "LINK", "AVAX", "USDT", "STORJ", "WAXP")[:positions]
    async with open_room([f"KRW-{name}" for name in names], sandbox_seed=seed) as room:
        for name in names:
            await room.trade(f"/buy {name} 100000")
        await room.hush()
        question = await room.ask("/panic", "do:")
        began = time.monotonic()
        receipt = await room.answer_to(question, "do:")
        assert receipt is not None
        seconds = receipt.at - began
        assert all(position["closed_at"] for position in room.books().positions), receipt
        assert not any(room.held(name) for name in names), receipt
    return seconds


# ---------------------------------------------------------------- the steps


async def _prepare(room: Room, state: str) -> None:
    await room.trade(f"/buy {BASE} 100000")
    await room.trade("/buy ETH 100000")
    await room.trade(f"/buy BTC 100000 at {room.price('KRW-BTC') * Decimal('0.8'):.0f}")
    if STATES[state]:
        await room.ask(STATES[state])
    await room.hush()


def _aimed(room: Room, spoil: Spoil) -> list[Any]:
    sale = Aim("POST", "/v1/orders", "ask", room.held(BASE), MARKET)
    aims = [CANCEL, sale, READ_BACK] if spoil.strikes else [sale]
    return [fault for aim in aims for fault in spoil.make(aim)]


async def _end(room: Room, cell: PanicCell, began: float) -> None:
    """Wait for the receipt that ends it, and hold it against books and exchange."""
    pursuit = room.app.trader.pursuit
    deadline = time.monotonic() + END_SECONDS
    while await pursuit.standing():
        if time.monotonic() > deadline:
            cell.defects.append(f"not over within {END_SECONDS:g} s")
            return
        await room.sleep()
    cell.over = time.monotonic() - began
    event = await room.last_event(EventKind.PANIC)
    cell.flat = event["flat"] == "yes"

    def told() -> Said | None:
        return next((one for one in room.phone.said if one.at >= began and _is_receipt(one.text, event)), None)

    await room.until(lambda: told() is not None, HEARD_SECONDS)
    receipt = told()
    if receipt is None:
        cell.defects.append(f"the end is told to nobody: {event}")
    else:
        cell.heard, cell.receipt = receipt.at - began, receipt.text
        cell.over = min(cell.over, cell.heard)  # asked for seldom; who reads that it is over, knows
    held = {p["market"]: Decimal(p["quantity"]) for p in room.books().positions if not p["closed_at"]}
    left = {name: Decimal(q) for name, q in (pair.split(":") for pair in event["remaining"].split())}
    if cell.flat and (held or room.books().unfinished or room.open_orders()):
        cell.defects.append(f"says flat, holds {held}, open {room.open_orders()}")
    if not cell.flat and held != left:
        cell.defects.append(f"says that {left} is left, holds {held}")
    if not cell.flat and not left and event["open_orders_left"] == "0":
        cell.defects.append("says not flat, and not what is left")


_FLAT = re.compile(r"긴급 청산( 완료)?: 남은 것 없음|Panic( done)?: flat")
_LEFT = re.compile(
    r"긴급 청산: 남은 것 있음|긴급 처리 후에도 남은 것이|Panic: something is left|Panic done, something is left"
)


def _is_receipt(text: str, event: dict[str, str]) -> bool:
    """It tells how the panic ended, and names every market that is left with why."""
    if event["flat"] == "yes":
        return bool(_FLAT.search(text))
    names = [pair.partition(":")[0] for pair in event["remaining"].split()]
    return bool(_LEFT.search(text)) and all(re.search(rf"{name}[^\n]* – \S", text) for name in names)


async def _again(room: Room, cell: PanicCell, spoil: Spoil) -> None:
    """Once the fault is over and the person has said: yes, I took those coins."""
    room.sandbox.faults.clear()
    if spoil.outside:
        await room.until(lambda: any(d["kind"] == "short" for d in room.books().differences), 30)
        await room.hush()
        missing = next(s.message for s in reversed(room.phone.said) if offered(s.message, ADOPT))
        room.press(missing, ADOPT)
        await room.until(lambda: any(d["state"] == "adopted" for d in room.books().differences), 15)
        await room.hush()
    question, first = await room.ask("/panic", "do:"), (cell.over, cell.heard, cell.receipt)
    began = time.monotonic()
    await room.answer_to(question, "do:", END_SECONDS)
    await _end(room, cell, began)
    if not cell.flat:
        cell.defects.append(f"not flat when pressed again: {cell.receipt}")
    cell.again, cell.flat = cell.over, False
    cell.over, cell.heard, cell.receipt = first
