"""Faults of the market and the account: stalling orders, a person's own dealings, jumping prices, a wrong clock.

Whatever moves money goes through the engine, so the account's sums stay true; deposits and withdrawals are noted in
`transfers`, which is what conservation has to allow for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Protocol

from sandbox.errors import ApiError
from sandbox.faults.later import Later
from sandbox.faults.model import ORDER_PATHS, Event, Fault, FaultError
from sandbox.market.data import MarketData
from sandbox.rules import EXACT, round_to_tick
from sandbox.trading.matching import Engine
from sandbox.trading.orders import Order, OrderRequest
from sandbox.trading.stalls import Stall

_CATCH_UP_TURNS = 50
"""Slices of 4 ms that a jump gives the market to reach the present first."""


class Skewed(Protocol):
    """`sandbox.streams.Streams`: its messages carry times that are so far off."""

    skew_ms: int


class MarketFaults:
    """Carries them out; which are set, and on which request they strike, is the board's business."""

    def __init__(self, engine: Engine, data: MarketData, streams: Skewed, later: Later) -> None:
        self.transfers: dict[str, Decimal] = {}
        self.skew_ms = 0
        self._engine = engine
        self._data = data
        self._streams = streams
        self._later = later
        self._stalls: list[Fault] = []
        self._pending: set[asyncio.TimerHandle] = set()

    # -- setting --------------------------------------------------------------------------------------------------

    def check(self, fault: Fault) -> None:
        """Refuse what could not be done now.

        Raises:
            FaultError: the account lacks it, or the price does not exist.
        """
        fields = fault.fields
        if fault.kind == "price_jump":
            self._target(fault)
        elif fault.kind == "balance_change" and fields["type"] == "manual_trade":
            try:
                self._engine.check(_manual_order(fault))
            except ApiError as error:
                raise FaultError(f"the manual order would be refused: {error}") from None
        elif fault.kind == "balance_change" and fields["type"] == "withdrawal":
            free = self._engine.account.free(fields["currency"])
            if free < fields["amount"]:
                raise FaultError(f"only {free:f} {fields['currency']} is free")

    def stall(self, fault: Fault) -> None:
        """Strike orders with `partial_then_stall` from now on."""
        self._stalls.append(fault)
        self._engine.stall_for = self._stall_for

    def strike(self, fault: Fault) -> None:
        """Let it happen, after its delay if it has one."""
        delay = fault.fields.get("seconds") if fault.kind != "clock_skew" else None
        if not delay:
            self._happen(fault)
            return

        def happen() -> None:
            self._pending.discard(handle)
            fault.under_way -= 1
            self._happen(fault)

        fault.under_way += 1
        handle = self._later.call(delay, happen)
        self._pending.add(handle)

    def clear(self) -> None:
        """No more stalls, no skew, and what was to happen later does not."""
        self._stalls.clear()
        self._engine.stall_for = None
        self._engine.forget_stalls()
        for handle in self._pending:
            self._later.cancel(handle)
        self._pending.clear()
        self._skew(-self.skew_ms)

    # -- happening ------------------------------------------------------------------------------------------------

    def _happen(self, fault: Fault) -> None:
        try:
            if fault.kind == "price_jump":
                self._jump(fault)
            elif fault.kind == "clock_skew":
                self._begin_skew(fault)
            elif fault.fields["type"] == "manual_trade":
                self._engine.submit(_manual_order(fault))
            else:
                self._transfer(fault)
            fault.error = ""
        except (ApiError, ValueError) as error:
            # It was possible when it was set; the list of faults tells that it no longer was.
            fault.error = str(error)

    def _jump(self, fault: Fault) -> None:
        # Orders made a moment ago must be older than the jump, or it would pass them over.
        self._catch_up()
        self._data.set_price(fault.fields["market"], self._target(fault))

    def _target(self, fault: Fault) -> Decimal:
        market = fault.fields["market"]
        try:
            last = self._data.last_price(market)
        except KeyError:
            raise FaultError(f"{market} has not traded yet") from None
        wanted = EXACT.multiply(last, EXACT.add(Decimal(1), fault.fields["fraction"]))
        price = round_to_tick(market, wanted, up=False)
        if price <= 0:
            raise FaultError(f"{market} at {last:f} cannot fall so far: below its smallest price unit")
        return price

    def _catch_up(self) -> None:
        for _ in range(_CATCH_UP_TURNS):
            if self._data.advance():
                return

    def _transfer(self, fault: Fault) -> None:
        currency, amount = fault.fields["currency"], fault.fields["amount"]
        signed = amount if fault.fields["type"] == "deposit" else -amount
        self._engine.transfer(currency, signed)
        self.transfers[currency] = EXACT.add(self.transfers.get(currency, Decimal(0)), signed)

    def _begin_skew(self, fault: Fault) -> None:
        ms = round(fault.fields["seconds"] * 1000)
        self._skew(ms)
        fault.under_way += 1
        if fault.fields["duration"] is None:
            return

        def end() -> None:
            self._pending.discard(handle)
            fault.under_way -= 1
            self._skew(-ms)

        handle = self._later.call(fault.fields["duration"], end)
        self._pending.add(handle)

    def _skew(self, ms: int) -> None:
        self.skew_ms += ms
        self._streams.skew_ms = self.skew_ms

    def _stall_for(self, order: Order) -> Stall | None:
        request = order.request
        if request.time_in_force == "fok":
            # All or nothing: such an order cannot be filled partly.
            return None
        now = asyncio.get_running_loop().time()
        event = Event("POST", ORDER_PATHS[0], (order.market,), order.side, request.identifier or "")
        for fault in self._stalls:
            if fault.match.names(event.method, event.path) and fault.match.fits(event) and fault.strikes(now):
                fault.under_way += 1
                return Stall(fault.fields["share"], partial(self._wait, fault))
        return None

    def _wait(self, fault: Fault, resume: Callable[[], None]) -> None:
        def end() -> None:
            fault.under_way -= 1
            resume()

        self._later.call(fault.fields["seconds"], end)


def _manual_order(fault: Fault) -> OrderRequest:
    """A market order made by hand: no identifier; `amount` is a sum for a bid and a volume for an ask."""
    fields = fault.fields
    if fields["side"] == "bid":
        return OrderRequest(fields["market"], "bid", "price", price=fields["amount"])
    return OrderRequest(fields["market"], "ask", "market", volume=fields["amount"])
