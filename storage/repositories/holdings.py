"""Positions and the guard's levels for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, literal, select
from sqlalchemy.exc import IntegrityError

from storage import tables
from storage.repositories.statements import AnyRow, Transaction, breakeven_columns, breakeven_of, market_of, put
from trader.model.market import Market
from trader.model.order import ExitPlan
from trader.model.portfolio import GuardLevels, Position

_p, _g = tables.positions.c, tables.guards.c

_POSITIONS = select(*(c for c in tables.positions.columns if c.name != "id"))
_OPEN = _POSITIONS.where(_p.closed_at.is_(None))
_OPEN_FOR = _OPEN.where(_p.market == bindparam("market_code"))
_GET = _POSITIONS.where(_p.position_id == bindparam("key"))
_CLOSED_SINCE = _POSITIONS.where(_p.closed_at >= bindparam("moment")).order_by(_p.closed_at, _p.id)
_RECENT_CLOSED = (
    _POSITIONS.where(_p.closed_at.is_not(None)).order_by(_p.closed_at.desc(), _p.id.desc()).limit(bindparam("n"))
)
_OF_THREAD = _POSITIONS.where(_p.thread == bindparam("thread_id")).order_by(_p.id.desc()).limit(1)

_GUARDS = select(tables.guards)
_ALL_GUARDS = _GUARDS.order_by(_g.opened_at, _g.position_id)
_GET_GUARD = _GUARDS.where(_g.position_id == bindparam("key"))
_REMOVE_GUARD = delete(tables.guards).where(_g.position_id == bindparam("key"))


class SqlPositions:
    def __init__(self, transaction: Transaction) -> None:
        self._t = transaction

    def open(self) -> list[Position]:
        return sorted((_position(row) for row in self._t.all(_OPEN)), key=lambda position: position.market.code)

    def open_for(self, market: Market) -> Position | None:
        row = self._t.one(_OPEN_FOR, market_code=market.code)
        return _position(row) if row else None

    def get(self, position_id: str) -> Position | None:
        row = self._t.one(_GET, key=position_id)
        return _position(row) if row else None

    def save(self, position: Position) -> None:
        """Raises ValueError for a second open position of one market; the transaction cannot go on after that."""
        try:
            self._t.run(put(self._t.dialect, tables.positions, "position_id"), _position_row(position))
        except IntegrityError as err:
            raise ValueError(f"{position.market} has another open position already") from err

    def closed_since(self, moment: datetime) -> list[Position]:
        return [_position(row) for row in self._t.all(_CLOSED_SINCE, moment=moment)]

    def recent_closed(self, limit: int, market: Market | None = None) -> list[Position]:
        query = _RECENT_CLOSED if market is None else _RECENT_CLOSED.where(_p.market == literal(market.code))
        return [_position(row) for row in self._t.all(query, n=limit)]

    def of_thread(self, thread: str) -> Position | None:
        row = (self._t.one(_OF_THREAD, thread_id=thread) if thread else None) or self._t.one(_GET, key=thread)
        return _position(row) if row else None


class SqlGuards:
    def __init__(self, transaction: Transaction) -> None:
        self._t = transaction

    def all(self) -> list[GuardLevels]:
        return [_guard(row) for row in self._t.all(_ALL_GUARDS)]

    def get(self, position_id: str) -> GuardLevels | None:
        row = self._t.one(_GET_GUARD, key=position_id)
        return _guard(row) if row else None

    def save(self, levels: GuardLevels) -> None:
        row = {
            "position_id": levels.position_id,
            "market": levels.market.code,
            "stop": levels.plan.stop,
            "take": levels.plan.take,
            "trail": levels.plan.trail,
            "max_hold_seconds": levels.plan.max_hold_seconds,
            "high": levels.high,
            "opened_at": levels.opened_at,
            **breakeven_columns("breakeven", levels.plan.breakeven),
            "average_cost": levels.average_cost,
        }
        self._t.run(put(self._t.dialect, tables.guards, "position_id"), row)

    def remove(self, position_id: str) -> None:
        self._t.run(_REMOVE_GUARD, {"key": position_id})


def _position_row(position: Position) -> dict[str, Any]:
    return {
        "position_id": position.position_id,
        "market": position.market.code,
        "owner": position.owner,
        "opened_at": position.opened_at,
        "quantity": position.quantity,
        "cost": position.cost,
        "realised_pnl": position.realised_pnl,
        "fees": position.fees,
        "bought_quantity": position.bought_quantity,
        "bought_cost": position.bought_cost,
        "sold_quantity": position.sold_quantity,
        "sold_proceeds": position.sold_proceeds,
        "closed_at": position.closed_at,
        "exit_reason": position.exit_reason,
        "thread": position.thread,
    }


def _position(row: AnyRow) -> Position:
    return Position(
        position_id=row.position_id,
        market=market_of(row.market),
        owner=row.owner,
        opened_at=row.opened_at,
        quantity=row.quantity,
        cost=row.cost,
        realised_pnl=row.realised_pnl,
        fees=row.fees,
        bought_quantity=row.bought_quantity,
        bought_cost=row.bought_cost,
        sold_quantity=row.sold_quantity,
        sold_proceeds=row.sold_proceeds,
        closed_at=row.closed_at,
        exit_reason=row.exit_reason,
        thread=row.thread,
    )


def _guard(row: AnyRow) -> GuardLevels:
    return GuardLevels(
        position_id=row.position_id,
        market=market_of(row.market),
        plan=ExitPlan(
            row.stop,
            row.take,
            row.trail,
            row.max_hold_seconds,
            breakeven_of(row.breakeven_gain, row.breakeven_fee_rate),
        ),
        high=row.high,
        opened_at=row.opened_at,
        average_cost=row.average_cost,
    )
