"""Each kind of order the product sends, done once under one fault: by the person in the chat, or by the guard.

In: a fault. Out: a `Cell`: what the person was told and when, how the order ended, how long that took, and defects:
books and exchange are compared to the last digit, and every text is read (`reading.py`)."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.chaos.judge import account_defects
from tests.chaos.reading import misread
from tests.chaos.room import Room, open_room
from tests.chaos.spoils import BASE, MARKET, Aim, Spoil

SUM = 100_000
PATIENCE_SECONDS = 45.0
"""Longer than an order in doubt is looked for, and than any fault lasts."""

ANSWER_SECONDS = 10.0
"""A person waits no longer for the first word: an order's answer is waited for 8 s."""

Act = Callable[[Room], Coroutine[Any, Any, object]]
"""Returns once the person has been answered; the guard answers nobody."""


@dataclass(frozen=True, slots=True)
class Trade:
    """`prepare` returns the act. `answers`: a person waits for a word; `rests`: it is meant to stay in the order book;
    `settings` by field name."""

    name: str
    title: str
    aim: Callable[[Room], Aim]
    prepare: Callable[[Room, Spoil], Awaitable[Act]]
    answers: bool = True
    rests: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(slots=True)
class Cell:
    """Times are seconds from the act; `resolved` None = not within the patience; `equal`: books and account."""

    trade: Trade
    spoil: Spoil
    told: list[tuple[float, str]] = field(default_factory=list)
    ends: str = ""
    resolved: float | None = None
    equal: bool = False
    defects: list[str] = field(default_factory=list)


# ---------------------------------------------------------------- what is done


def _approved(line: Callable[[Room, Spoil], str], held: bool = False) -> Callable[[Room, Spoil], Awaitable[Act]]:
    """A proposal lies there; the act is to approve it."""

    async def prepare(room: Room, spoil: Spoil) -> Act:
        if held:
            await room.trade(f"/buy {BASE} {SUM}")
        card = await room.ask(line(room, spoil), "ok:")

        async def act(room: Room) -> None:
            await room.answer_to(card, "ok:")

        return act

    return prepare


def _below(room: Room, spoil: Spoil) -> str:
    """A limit far below; where it is to fill by half and stand still, at the price."""
    share = Decimal("1.01") if spoil.kind == "partial_then_stall" else Decimal("0.8")
    return f"/buy {BASE} {SUM} at {room.price(MARKET) * share:.0f}"


def _above(room: Room, spoil: Spoil) -> str:
    """The same for a sale."""
    share = Decimal("0.99") if spoil.kind == "partial_then_stall" else Decimal("1.2")
    return f"/sell {BASE} at {room.price(MARKET) * share:.0f}"


async def _falling(room: Room, spoil: Spoil) -> Act:
    await room.trade(f"/buy {BASE} {SUM}")
    return lambda room: room.jump(MARKET, "0.97")


async def _cancelling(room: Room, spoil: Spoil) -> Act:
    if spoil.kind == "partial_then_stall":
        room.fault([{"kind": "partial_then_stall", "share": 0.5, "seconds": 30}])
    await room.trade(_below(room, spoil))
    (order,) = room.books().unfinished

    async def act(room: Room) -> None:
        await room.reply_to(f"/cancel {order['client_order_id']}")

    return act


def _buying(room: Room) -> Aim:
    return Aim("POST", "/v1/orders", "bid")


def _selling(room: Room) -> Aim:
    return Aim("POST", "/v1/orders", "ask", room.held(BASE))


_BUY = _approved(lambda room, spoil: f"/buy {BASE} {SUM}")
_SELL = _approved(lambda room, spoil: f"/sell {BASE}", held=True)

TRADES: tuple[Trade, ...] = (
    Trade("buy", "Market buy, approved in the chat", _buying, _BUY),
    Trade("sell", "Market sale, approved in the chat", _selling, _SELL),
    Trade(
        "priced",
        "Buy with a limit a little beyond the quote (the default order style), its remainder cancelled after 6 s",
        _buying,
        _BUY,
        settings={"order_style": "limit", "remainder_ttl_seconds": 6},
    ),
    Trade("best", "Buy at the best price only", _buying, _BUY, settings={"order_style": "best"}),
    Trade("limit", "Limit buy that rests", _buying, _approved(_below), rests=True),
    Trade("limit-sell", "Limit sale that rests", _selling, _approved(_above, held=True), rests=True),
    Trade("stop", "Stop loss, by the guard", _selling, _falling, answers=False),
    Trade("cancel", "Cancel of a resting buy", lambda room: Aim("DELETE", "/v1/order"), _cancelling),
)


# ---------------------------------------------------------------- one cell


async def play(trade: Trade, spoil: Spoil, language: str = "ko", seed: int = 7) -> Cell:
    """In a room of its own."""
    cell = Cell(trade, spoil)
    async with open_room([MARKET], language, sandbox_seed=seed, **trade.settings) as room:
        act = await trade.prepare(room, spoil)
        await room.hush()
        before = {order["client_order_id"] for order in room.books().orders}
        if trade.name != "cancel" or spoil.kind != "partial_then_stall":
            room.fault(spoil.make(trade.aim(room)))
        heard, began, lag = len(room.phone.said), time.monotonic(), room.lag
        acting = asyncio.create_task(act(room))
        done = await room.until(lambda: _over(trade, spoil, room, before, acting.done()), PATIENCE_SECONDS)
        cell.resolved = time.monotonic() - began if done else None
        await acting
        lag = room.lag - lag
        await _aftermath(room, spoil)
        said = room.phone.said[heard:]
        cell.told = [(one.at - began, one.text) for one in said]
        cell.ends = _ends(trade, room, before)
        cell.defects += _judge(cell, room, before, [one.text for one in said], language, lag)
        apart = await account_defects(room, spoil)
        cell.equal = not apart
        cell.defects += apart
    return cell


def _over(trade: Trade, spoil: Spoil, room: Room, before: set[str], answered: bool) -> bool:
    """What was wanted has come about, or was refused: every order is over or rests as the exchange says."""
    books = room.books()
    if not room.settled():
        return False
    if books.unfinished and (not trade.rests or spoil.kind == "partial_then_stall"):
        return False
    if trade.name == "cancel":
        return True
    if trade.name == "stop":
        gone = all(position["closed_at"] for position in books.positions)
        return gone or (spoil.outside and not room.held(BASE))
    fresh = [order for order in books.orders if order["client_order_id"] not in before]
    return answered if not fresh else all(order["state"] != "partial" for order in fresh)


async def _aftermath(room: Room, spoil: Spoil) -> None:
    """What is still to be said: a stream that comes back, a difference that is found two seconds after the change."""
    if spoil.outside:
        await room.until(lambda: bool(room.books().differences), PATIENCE_SECONDS)
    if spoil.kind in ("ws_disconnect", "http_status"):
        await room.until(lambda: not any(row["active"] for row in room.sandbox.faults.rows()), 15)
    feed = room.app.trader.feed.health
    await room.until(lambda: all(health.up for health in feed.values()), 15)
    await room.hush()


def _ends(trade: Trade, room: Room, before: set[str]) -> str:
    """How our orders ended, in a word each; `none` = nothing was sent."""
    books = room.books()
    fresh = [o for o in books.orders if trade.name == "cancel" or o["client_order_id"] not in before]
    resting = {"accepted": "resting", "partial": "resting, partly filled"}
    words: list[str] = []
    for order in fresh:
        state = str(order["state"])
        partly = state == "cancelled" and Decimal(order["executed_quantity"])
        words.append("partly filled, cancelled" if partly else resting.get(state, state))
    counted = dict.fromkeys(words)
    said = [f"{words.count(word)} × {word}" if words.count(word) > 1 else word for word in counted]
    return ", then ".join(said) or "not sent"


# ---------------------------------------------------------------- what must hold


OUTCOMES = {
    "ko": {
        "done": r"체결|청산|거래 종료|보유 중",
        "cancelled": r"취소|체결 없이 종료",
        "rejected": r"거부",
        "expired": r"접수되지 않",
        "accepted": r"주문",
        "outside": r"봇의 것이 아닌|봇의 코인이 모자|입출금",
    },
    "en": {
        "done": r"[Ff]illed|In:|Out:|Closed|Holding",
        "cancelled": r"[Cc]ancelled|nothing filled",
        "rejected": r"[Rr]ejected|refused",
        "expired": r"[Nn]ot taken",
        "accepted": r"[Oo]rder",
        "outside": r"not the bot's|Coins of the bot are missing|Money came or went",
    },
}
"""Words of which one must have been said of an order that is so, or of an account that somebody else changed."""


def _judge(cell: Cell, room: Room, before: set[str], texts: list[str], language: str, lag: float) -> list[str]:
    """`lag`: seconds for which the machine itself was late."""
    trade, defects = cell.trade, misread(texts, language)
    if cell.resolved is None:
        defects.append(f"not resolved within {PATIENCE_SECONDS:g} s")
    if not cell.told:
        return [*defects, "nothing was told"]
    first, most = cell.told[0][0], ANSWER_SECONDS + lag
    if first > most and (trade.answers or (cell.resolved or 0) > most):
        defects.append(f"no word for {first:.1f} s, machine late by {lag:.1f} s")
    everything = "\n".join(text for _, text in cell.told)
    if cell.spoil.outside and not re.search(OUTCOMES[language]["outside"], everything):
        defects.append("somebody else changed the account, and nobody was told")
    for order in room.books().orders:
        fresh = trade.name == "cancel" or order["client_order_id"] not in before
        words = OUTCOMES[language].get(order["state"])
        if fresh and words and not re.search(words, everything):
            defects.append(f"an order is {order['state']}, and nobody was told")
    return defects
