"""Books against exchange after a cell: to the last digit, with what the person did there counted as theirs."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from chatbot.drill.compare import EXACT, Books, compare
from tests.chaos.room import CASH, Room
from tests.chaos.spoils import Spoil


async def account_defects(room: Room, spoil: Spoil) -> list[str]:
    """Takes every fault off, cancels what rests, and compares."""
    room.sandbox.faults.clear()
    await room.app.trader.executor.cancel_all()
    for _ in range(2):  # a buy that is just over may be followed by the guard's sale at once
        await room.until(lambda: not room.books().unfinished, 30)
        await room.hush()
    state, books = await room.state(), room.books()
    told = books.differences
    if spoil.outside:
        books = Books(books.orders, books.fills, books.positions, books.guards)
        state = _undone(state)
    found = [f"{defect.kind}: {defect.text}" for defect in compare(books, state, CASH)]
    if any(row["state"] == "adopted" for row in told):  # the position followed the account: fills alone do not tell it
        found = [text for text in found if not text.startswith("position differs")]
    if spoil.outside and not told:
        found.append("no difference was found")
    return found


def _undone(state: Mapping[str, Any]) -> dict[str, Any]:
    """The account as it would be had nobody but the bot touched it."""
    change = {currency: Decimal(amount) for currency, amount in state["faults"]["transfers"].items()}

    def add(currency: str, amount: Decimal) -> None:
        change[currency] = EXACT.add(change.get(currency, Decimal(0)), amount)

    for order in state["orders"]:
        if order.get("identifier"):
            continue
        sign = 1 if order["side"] == "bid" else -1
        for trade in order["trades"]:
            add(order["market"].partition("-")[2], sign * Decimal(trade["volume"]))
            add("KRW", -sign * Decimal(trade["funds"]))
        add("KRW", -Decimal(order["paid_fee"]))
    balances = {row["currency"]: dict(row) for row in state["balances"]}
    for currency, amount in change.items():
        row = balances.setdefault(currency, {"currency": currency, "balance": "0", "locked": "0"})
        row["balance"] = f"{EXACT.subtract(Decimal(row['balance']), amount):f}"
    orders = [order for order in state["orders"] if order.get("identifier")]
    return {**state, "orders": orders, "balances": list(balances.values())}
