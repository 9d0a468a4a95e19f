"""The money behind the decision: cash, what is held, and how this market went lately (R1).

From the question and the bot's own books; nothing of it is remembered by a model."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from trader.advice.context.finding import Finding, figure
from trader.model.advice import JSON, ContextItem, ItemStatus, Question
from trader.model.plain import plain
from trader.model.portfolio import Position
from trader.ports import Storage

NAME: Final = "funding"
RECENT: Final = 5


class Funding:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def names(self, question: Question) -> tuple[str, ...]:
        return (NAME,)

    async def look(self, question: Question, now: datetime) -> Finding:
        market = question.market
        position, closed = await self._storage.read(
            lambda records: (records.positions.open_for(market), records.positions.recent_closed(RECENT, market))
        )
        share = question.cash_free / question.equity if question.equity else None
        shown: JSON = {
            "cash_krw": plain(question.cash_free),
            "cash_share": figure(float(share), 3) if share is not None else None,
            "position": _held(position, question, now) if position is not None else None,
            "recent_closed": [_closed(one) for one in closed],
        }
        item = ContextItem(NAME, ItemStatus.OK, shown, "KRW; net of fees", now, 0.0, "own books")
        return Finding([item])


def _held(position: Position, question: Question, now: datetime) -> JSON:
    unrealised = position.unrealised_pnl(question.price)
    return {
        "quantity": plain(position.quantity),
        "average_cost": figure(float(position.average_cost), 9),
        "unrealised_krw": figure(float(unrealised), 6),
        "unrealised": figure(float(unrealised / position.cost), 3) if position.cost else None,
        "held_hours": round((now - position.opened_at).total_seconds() / 3600, 1),
    }


def _closed(position: Position) -> JSON:
    assert position.closed_at is not None
    return {
        "net_krw": figure(float(position.realised_pnl), 6),
        "net": figure(float(position.realised_pnl / position.bought_cost), 3) if position.bought_cost else None,
        "held_hours": round((position.closed_at - position.opened_at).total_seconds() / 3600, 1),
        "closed": position.closed_at.strftime("%m-%dT%H:%M"),
        "exit": position.exit_reason,
    }
