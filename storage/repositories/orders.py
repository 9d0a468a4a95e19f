"""Orders with their history, and fills."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import bindparam, func, insert, literal, or_, select, text, update

from storage import tables
from storage.repositories.statements import (
    COUNTED,
    AnyRow,
    Transaction,
    add_new,
    breakeven_columns,
    breakeven_of,
    market_of,
)
from trader.model.market import Market
from trader.model.order import ExitPlan, Fill, Order, OrderState, OrderType, Origin, Side, TimeInForce

_o, _h, _f = tables.orders.c, tables.order_history.c, tables.fills.c

_ORDERS = select(*(c for c in tables.orders.columns if c.name != "id"))
_GET = _ORDERS.where(_o.client_order_id == bindparam("key"))
_BY_VENUE_ID = _ORDERS.where(_o.venue_id == bindparam("key"))
_UNFINISHED = _ORDERS.where(text(tables.UNFINISHED)).order_by(_o.created_at, _o.id)
_RECENT = _ORDERS.order_by(_o.created_at.desc(), _o.id.desc()).limit(bindparam("n"))
_SINCE = _ORDERS.where(_o.created_at >= bindparam("moment")).order_by(_o.created_at, _o.id)
_HISTORY = select(_h.at, _h.state, _h.note).where(_h.client_order_id == bindparam("key")).order_by(_h.id)
_SAVE = (
    update(tables.orders)
    .where(_o.client_order_id == bindparam("key"))
    .values({c.name: bindparam(c.name) for c in tables.orders.columns if c.name not in ("id", "client_order_id")})
)
_ADD_TRANSITION = insert(tables.order_history)
_ADD_TRANSITION_IF_ANOTHER = (
    insert(tables.order_history)
    .from_select(
        ["client_order_id", "at", "state", "note"],
        select(
            _o.client_order_id,
            bindparam("updated_at", type_=_h.at.type),
            bindparam("state", type_=_h.state.type),
            bindparam("note", type_=_h.note.type),
        ).where(
            _o.client_order_id == bindparam("key"), or_(_o.state != bindparam("state"), _o.note != bindparam("note"))
        ),
    )
    .execution_options(**COUNTED)
)

_FILLS = select(*(c for c in tables.fills.columns if c.name != "id"))
_FILLS_OF_ORDER = _FILLS.where(_f.client_order_id == bindparam("key")).order_by(_f.at, _f.id)
_FILLS_SINCE = _FILLS.where(_f.at >= bindparam("moment")).order_by(_f.at, _f.id)
_FILLS_RECENT = _FILLS.order_by(_f.at.desc(), _f.id.desc()).limit(bindparam("n"))
_FILLS_ALL = _FILLS.order_by(_f.at, _f.id)
_FILLS_FIRST = _FILLS_ALL.limit(1)
_FILLS_MARK = select(func.max(_f.id))
_FILLS_BOOKED_AFTER = _FILLS.where(_f.id > bindparam("mark")).order_by(_f.id)
_FILLS_BOOKED_FROM = _FILLS.where(
    _f.market == bindparam("market"),
    _f.id
    >= func.coalesce(
        select(func.min(_f.id)).where(_f.fill_id.in_(bindparam("first", expanding=True))).scalar_subquery(), 0
    ),
).order_by(_f.id)


class SqlOrders:
    def __init__(self, transaction: Transaction) -> None:
        self._t = transaction

    def add(self, order: Order) -> None:
        row = order_row(order)
        if self._t.run(add_new(self._t.dialect, tables.orders, "client_order_id"), row) == 0:
            raise ValueError(f"order {order.client_order_id} is stored already")
        self._t.run(
            _ADD_TRANSITION,
            {
                "client_order_id": order.client_order_id,
                "at": order.updated_at,
                "state": order.state.value,
                "note": order.note,
            },
        )

    def save(self, order: Order) -> None:
        """Raises ValueError for an order never added."""
        row = order_row(order)
        row["key"] = row.pop("client_order_id")
        changes = {name: row[name] for name in ("key", "updated_at", "state", "note")}
        self._t.run(_ADD_TRANSITION_IF_ANOTHER, changes)
        if self._t.run(_SAVE, row) == 0:
            raise ValueError(f"order {order.client_order_id} was never added")

    def get(self, client_order_id: str) -> Order | None:
        row = self._t.one(_GET, key=client_order_id)
        return order_of(row) if row else None

    def by_venue_id(self, venue_id: str) -> Order | None:
        row = self._t.one(_BY_VENUE_ID, key=venue_id)
        return order_of(row) if row else None

    def unfinished(self) -> list[Order]:
        return [order_of(row) for row in self._t.all(_UNFINISHED)]

    def recent(self, limit: int, market: Market | None = None) -> list[Order]:
        query = _RECENT if market is None else _RECENT.where(_o.market == literal(market.code))
        return [order_of(row) for row in self._t.all(query, n=limit)]

    def since(self, moment: datetime) -> list[Order]:
        return [order_of(row) for row in self._t.all(_SINCE, moment=moment)]

    def history(self, client_order_id: str) -> list[tuple[datetime, str, str]]:
        return [(row.at, row.state, row.note) for row in self._t.all(_HISTORY, key=client_order_id)]


class SqlFills:
    def __init__(self, transaction: Transaction) -> None:
        self._t = transaction

    def add(self, fill: Fill) -> bool:
        row = {
            "fill_id": fill.fill_id,
            "client_order_id": fill.client_order_id,
            "market": fill.market.code,
            "side": fill.side.value,
            "price": fill.price,
            "quantity": fill.quantity,
            "funds": fill.funds,
            "fee": fill.fee,
            "at": fill.at,
        }
        return self._t.run(add_new(self._t.dialect, tables.fills, "fill_id"), row) == 1

    def of_order(self, client_order_id: str) -> list[Fill]:
        return [_fill(row) for row in self._t.all(_FILLS_OF_ORDER, key=client_order_id)]

    def since(self, moment: datetime, market: Market | None = None) -> list[Fill]:
        query = _FILLS_SINCE if market is None else _FILLS_SINCE.where(_f.market == literal(market.code))
        return [_fill(row) for row in self._t.all(query, moment=moment)]

    def recent(self, limit: int, market: Market | None = None) -> list[Fill]:
        query = _FILLS_RECENT if market is None else _FILLS_RECENT.where(_f.market == literal(market.code))
        return [_fill(row) for row in self._t.all(query, n=limit)]

    def all(self) -> list[Fill]:
        return [_fill(row) for row in self._t.all(_FILLS_ALL)]

    def first(self) -> Fill | None:
        row = self._t.one(_FILLS_FIRST)
        return _fill(row) if row else None

    def mark(self) -> int:
        return int(self._t.scalar(_FILLS_MARK) or 0)

    def booked_after(self, mark: int) -> list[Fill]:
        return [_fill(row) for row in self._t.all(_FILLS_BOOKED_AFTER, mark=mark)]

    def booked_from(self, market: Market, first: Collection[str]) -> list[Fill]:
        return [_fill(row) for row in self._t.all(_FILLS_BOOKED_FROM, market=market.code, first=list(first))]


def order_row(order: Order) -> dict[str, Any]:
    return {
        "client_order_id": order.client_order_id,
        "intent_id": order.intent_id,
        "market": order.market.code,
        "side": order.side.value,
        "order_type": order.order_type.value,
        "time_in_force": order.time_in_force.value,
        "origin": order.origin.value,
        "owner": order.owner,
        "reason": order.reason,
        "state": order.state.value,
        "created_at": order.created_at,
        "updated_at": order.updated_at,
        "decision_price": order.decision_price,
        "price": order.price,
        "quantity": order.quantity,
        "notional": order.notional,
        "venue_id": order.venue_id,
        "executed_quantity": order.executed_quantity,
        "executed_funds": order.executed_funds,
        "paid_fee": order.paid_fee,
        "approved_by": order.approved_by,
        "note": order.note,
        "exit_stop": order.exits.stop,
        "exit_take": order.exits.take,
        "exit_trail": order.exits.trail,
        "exit_max_hold_seconds": order.exits.max_hold_seconds,
        **breakeven_columns("exit_breakeven", order.exits.breakeven),
        "expires_at": order.expires_at,
        "thread": order.thread,
    }


def order_of(row: AnyRow | SimpleNamespace) -> Order:
    return Order(
        client_order_id=row.client_order_id,
        intent_id=row.intent_id,
        market=market_of(row.market),
        side=Side(row.side),
        order_type=OrderType(row.order_type),
        time_in_force=TimeInForce(row.time_in_force),
        origin=Origin(row.origin),
        owner=row.owner,
        reason=row.reason,
        state=OrderState(row.state),
        created_at=row.created_at,
        updated_at=row.updated_at,
        decision_price=row.decision_price,
        price=row.price,
        quantity=row.quantity,
        notional=row.notional,
        venue_id=row.venue_id,
        executed_quantity=row.executed_quantity,
        executed_funds=row.executed_funds,
        paid_fee=row.paid_fee,
        approved_by=row.approved_by,
        note=row.note,
        exits=ExitPlan(
            row.exit_stop,
            row.exit_take,
            row.exit_trail,
            row.exit_max_hold_seconds,
            breakeven_of(row.exit_breakeven_gain, row.exit_breakeven_fee_rate),
        ),
        expires_at=row.expires_at,
        thread=row.thread,
    )


def _fill(row: AnyRow) -> Fill:
    fill_id, client_order_id, market, side, price, quantity, funds, fee, at = row
    return Fill(fill_id, client_order_id, market_of(market), Side(side), price, quantity, funds, fee, at)
