"""Account and orders at Upbit. In: OrderRequest, ids.  Out: VenueOrder, Balance, TradingRules.

An order is posted once; every answer that does not prove that nothing happened raises OutcomeUnknown, and the client
order id is the handle by which it is found again."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from trader.errors import NotFound, OutcomeUnknown, VenueForbidden, VenueRejected, VenueUnreachable
from trader.exchange.upbit import wire
from trader.exchange.upbit.limits import Group
from trader.exchange.upbit.quotation import ours, readable
from trader.exchange.upbit.rest import Rest
from trader.model.market import Market
from trader.model.order import OrderRequest, VenueOrder
from trader.model.portfolio import Balance

IDS_PER_READ = 100
ORDERS_PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class KeyRights:
    """What the key may do, as far as it can be asked without doing it. `expires_at` None: the venue did not say.

    `withdrawals` means that the key sees withdrawals; such a key may be able to make them and is not for a trader."""

    expires_at: datetime | None
    view_assets: bool
    view_orders: bool
    make_orders: bool
    withdrawals: bool


class Account:
    """Everything that needs the key."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def balances(self) -> dict[str, Balance]:
        body = await self._rest.read(Group.DEFAULT, "/v1/accounts", signed=True)
        return {b.currency: b for b in ours(wire.balance, readable(body, list[wire.AccountRow]))}

    async def chance(self, market: Market) -> wire.ChanceRow:
        """Fees, limits and state of a market. NotFound."""
        body = await self._rest.read(Group.DEFAULT, "/v1/orders/chance", {"market": market.code}, signed=True)
        return readable(body, wire.ChanceRow)

    async def submit(self, request: OrderRequest) -> VenueOrder:
        body = await self._rest.send(Group.ORDER, "/v1/orders", wire.order_body(request))
        try:
            return wire.venue_order(wire.decode(body, wire.OrderRow))
        except wire.NO_VALUE as err:
            raise OutcomeUnknown(f"{request.client_order_id}: {err}", status=201) from err

    async def find(self, *, client_order_id: str | None, venue_id: str | None) -> VenueOrder | None:
        """None only when Upbit itself says `order_not_found`: a gateway's bare 404 proves nothing."""
        try:
            body = await self._rest.read(Group.DEFAULT, "/v1/order", _key(client_order_id, venue_id), signed=True)
        except NotFound as err:
            if err.name == "order_not_found":
                return None
            raise VenueUnreachable(str(err), name=err.name, status=err.status) from err
        return ours(wire.venue_order, [readable(body, wire.OrderRow)])[0]

    async def find_many(self, client_order_ids: Sequence[str]) -> list[VenueOrder]:
        found: list[VenueOrder] = []
        for start in range(0, len(client_order_ids), IDS_PER_READ):
            params = {"identifiers": list(client_order_ids[start : start + IDS_PER_READ])}
            body = await self._rest.read(Group.DEFAULT, "/v1/orders/uuids", params, signed=True)
            found += ours(wire.venue_order, readable(body, list[wire.OrderRow]))
        return found

    async def open_orders(self, market: Market | None) -> list[VenueOrder]:
        """Oldest first, each once. `watch` are reserved orders made in the app: they hold money too.

        Pages are numbered, not anchored: when an order of an earlier page ends while later pages are read, one order
        can slip through. It is seen at the next call; whoever decides on its absence looks the order up singly."""
        found: dict[str, VenueOrder] = {}
        page = 1
        while True:
            params: dict[str, str | Sequence[str]] = {"market": market.code} if market else {}
            params |= {
                "states": ["wait", "watch"],
                "page": str(page),
                "limit": str(ORDERS_PER_PAGE),
                "order_by": "asc",
            }
            body = await self._rest.read(Group.DEFAULT, "/v1/orders/open", params, signed=True)
            rows = readable(body, list[wire.OrderRow])
            found |= {order.venue_id: order for order in ours(wire.venue_order, rows)}
            if len(rows) < ORDERS_PER_PAGE:
                return list(found.values())
            page += 1

    async def cancel(self, *, client_order_id: str | None, venue_id: str | None) -> None:
        """Asking twice does no harm, so a lost answer is asked for again. NotFound."""
        key = _key(client_order_id, venue_id)
        await self._rest.read(Group.DEFAULT, "/v1/order", key, signed=True, method="DELETE")

    async def key_rights(self) -> KeyRights:
        """Raises VenueForbidden when the key is wrong, expired, or not for this address."""
        test = {"market": "KRW-BTC", "side": "bid", "ord_type": "price", "price": "5000"}
        return KeyRights(
            expires_at=await self._expiry(),
            view_assets=await self._allowed("/v1/accounts"),
            view_orders=await self._allowed("/v1/orders/open"),
            make_orders=await self._may_order(test | {"identifier": f"probe-{uuid.uuid4()}"}),
            withdrawals=await self._allowed("/v1/withdraws"),
        )

    async def _expiry(self) -> datetime | None:
        try:
            body = await self._rest.read(Group.DEFAULT, "/v1/api_keys", signed=True)
        except NotFound:
            return None
        rows = readable(body, list[wire.KeyRow])
        own = next((row for row in rows if row.access_key == self._rest.access_key), None)
        return own.expire_at.astimezone(UTC) if own else None

    async def _allowed(self, path: str) -> bool:
        """A venue that has no such path (a local one knows no withdrawals) allows it to nobody."""
        try:
            await self._rest.read(Group.DEFAULT, path, signed=True)
        except NotFound:
            return False
        except VenueForbidden as err:
            if err.name == "out_of_scope":
                return False
            raise
        return True

    async def _may_order(self, body: dict[str, str]) -> bool:
        """`/v1/orders/test` checks an order and makes none; any refusal but `out_of_scope` shows the right is there."""
        try:
            await self._rest.send(Group.ORDER_TEST, "/v1/orders/test", body)
        except VenueForbidden as err:
            if err.name == "out_of_scope":
                return False
            raise
        except OutcomeUnknown as err:
            raise VenueUnreachable(str(err), name=err.name, status=err.status) from err
        except VenueRejected:
            return True
        return True


def _key(client_order_id: str | None, venue_id: str | None) -> dict[str, str]:
    if venue_id:
        return {"uuid": venue_id}
    if client_order_id:
        return {"identifier": client_order_id}
    raise ValueError("neither a client order id nor a venue id")
