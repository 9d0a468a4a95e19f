"""The memory's orders and fills; the same contract as over SQL."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from storage.memory.shelf import Shelf, Undo, checked, newest
from trader.model.market import Market
from trader.model.order import Fill, Order


class MemoryOrders:
    def __init__(self, undo: Undo) -> None:
        self._orders: Shelf[str, Order] = Shelf(undo)
        self._history: Shelf[str, tuple[tuple[datetime, str, str], ...]] = Shelf(undo)
        self._by_venue_id: Shelf[str, str] = Shelf(undo)

    def add(self, order: Order) -> None:
        order = checked(order)
        if order.client_order_id in self._orders:
            raise ValueError(f"order {order.client_order_id} is stored already")
        self._put(order, ())

    def save(self, order: Order) -> None:
        order = checked(order)
        former = self._orders.get(order.client_order_id)
        if former is None:
            raise ValueError(f"order {order.client_order_id} was never added")
        history = self._history.get(order.client_order_id) or ()
        if (former.state, former.note) == (order.state, order.note):
            self._orders.put(order.client_order_id, order)
            self._index(order)
        else:
            self._put(order, history)

    def _put(self, order: Order, history: tuple[tuple[datetime, str, str], ...]) -> None:
        self._orders.put(order.client_order_id, order)
        self._history.put(order.client_order_id, (*history, (order.updated_at, order.state.value, order.note)))
        self._index(order)

    def _index(self, order: Order) -> None:
        if order.venue_id is not None and order.venue_id not in self._by_venue_id:
            self._by_venue_id.put(order.venue_id, order.client_order_id)

    def get(self, client_order_id: str) -> Order | None:
        return self._orders.get(client_order_id)

    def by_venue_id(self, venue_id: str) -> Order | None:
        ours = self._by_venue_id.get(venue_id)
        return None if ours is None else self._orders.get(ours)

    def unfinished(self) -> list[Order]:
        return sorted((o for o in self._orders if not o.state.final), key=lambda o: o.created_at)

    def recent(self, limit: int, market: Market | None = None) -> list[Order]:
        return newest((o for o in self._orders if market in (None, o.market)), limit, lambda o: o.created_at)

    def since(self, moment: datetime) -> list[Order]:
        return sorted((o for o in self._orders if o.created_at >= moment), key=lambda o: o.created_at)

    def history(self, client_order_id: str) -> list[tuple[datetime, str, str]]:
        return list(self._history.get(client_order_id) or ())


class MemoryFills:
    def __init__(self, undo: Undo) -> None:
        self._fills: Shelf[str, Fill] = Shelf(undo)

    def add(self, fill: Fill) -> bool:
        fill = checked(fill)
        if fill.fill_id in self._fills:
            return False
        self._fills.put(fill.fill_id, fill)
        return True

    def of_order(self, client_order_id: str) -> list[Fill]:
        return sorted((f for f in self._fills if f.client_order_id == client_order_id), key=lambda f: f.at)

    def since(self, moment: datetime, market: Market | None = None) -> list[Fill]:
        return [f for f in self.all() if f.at >= moment and market in (None, f.market)]

    def recent(self, limit: int, market: Market | None = None) -> list[Fill]:
        return newest((f for f in self._fills if market in (None, f.market)), limit, lambda f: f.at)

    def all(self) -> list[Fill]:
        return sorted(self._fills, key=lambda f: f.at)

    def first(self) -> Fill | None:
        return min(self._fills, key=lambda f: f.at, default=None)

    def mark(self) -> int:
        return len(self._fills)

    def booked_after(self, mark: int) -> list[Fill]:
        return list(self._fills)[mark:]

    def booked_from(self, market: Market, first: Collection[str]) -> list[Fill]:
        booked = list(self._fills)
        begin = min((n for n, fill in enumerate(booked) if fill.fill_id in first), default=0)
        return [fill for fill in booked[begin:] if fill.market == market]
