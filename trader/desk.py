"""What a person may ask of the trader, from any front end. Values in, values out; wording is the chat's.

Every method takes the person as `by` (`telegram:123`, `slack:U1`, `console`) where it changes something."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from trader.model.market import Market, MarketInfo, Timeframe
from trader.model.order import Denied, Order, OrderType, Refused, Side
from trader.model.portfolio import Position
from trader.model.ticket import Ticket
from trader.model.events import Event
from trader.model.views import (
    BalanceRow,
    CancelResult,
    HealthCheck,
    LimitUse,
    OrderView,
    PanicReceipt,
    ParamView,
    PnlReport,
    PositionView,
    SettingChange,
    SettingView,
    StateNote,
    Status,
    Why,
)


class Desk:
    # ---- markets by name
    def market_infos(self) -> Sequence[MarketInfo]:
        """Every listed market (as last read from the venue)."""
        raise NotImplementedError

    # ---- looking
    async def status(self) -> Status:
        raise NotImplementedError

    async def balances(self) -> list[BalanceRow]:
        raise NotImplementedError

    async def positions(self) -> list[PositionView]:
        raise NotImplementedError

    async def orders(self, limit: int = 20) -> list[Order]:
        """Unfinished orders first (newest first), then the newest finished ones up to `limit` in all."""
        raise NotImplementedError

    async def order(self, id_start: str) -> OrderView:
        """By client order id, venue id, or an unambiguous beginning of either. UserInputError: order-unknown."""
        raise NotImplementedError

    async def tickets(self) -> list[Ticket]:
        """Pending and not expired, oldest first."""
        raise NotImplementedError

    async def trades(self, limit: int = 10, market: Market | None = None) -> list[Position]:
        """Closed positions, newest first."""
        raise NotImplementedError

    async def pnl(self, days: int) -> PnlReport:
        """The last `days` Korean days, today included."""
        raise NotImplementedError

    async def why(self, market: Market | None, limit: int = 5) -> list[Why]:
        """For one market, or every traded one."""
        raise NotImplementedError

    async def health(self) -> list[HealthCheck]:
        raise NotImplementedError

    async def limits(self) -> list[LimitUse]:
        raise NotImplementedError

    async def chart(self, market: Market, timeframe: Timeframe | None, candles: int) -> bytes:
        """PNG: candles with entries, exits and the guard's levels. UserInputError: no-candles."""
        raise NotImplementedError

    async def events(self, limit: int) -> list[Event]:
        raise NotImplementedError

    # ---- settings
    def settings(self) -> list[SettingView]:
        raise NotImplementedError

    async def change_setting(self, key: str, value: str | None, by: str) -> SettingChange:
        """None = back to the default. UserInputError: setting-unknown, setting-bad-value, market-unknown …"""
        raise NotImplementedError

    def strategies(self) -> dict[str, tuple[Market, ...]]:
        """Every strategy's name, with the markets it trades now."""
        raise NotImplementedError

    async def change_strategy(self, name: str, market: Market | None, by: str) -> SettingChange:
        """UserInputError: strategy-unknown (params: names)."""
        raise NotImplementedError

    def params(self, strategy: str | None) -> tuple[str, list[ParamView]]:
        """The strategy's name and its parameters (default: the strategy in use)."""
        raise NotImplementedError

    async def change_param(self, strategy: str, name: str, value: str | None, by: str) -> SettingChange:
        raise NotImplementedError

    async def change_markets(self, add: Sequence[Market], remove: Sequence[Market], by: str) -> SettingChange:
        raise NotImplementedError

    # ---- doing
    async def set_state(self, action: str, by: str, until: datetime | None = None, reason: str = "") -> StateNote:
        """`action` is start, resume (→ ACTIVE), pause (→ REDUCING, optionally until) or stop (→ HALTED)."""
        raise NotImplementedError

    async def propose(
        self,
        side: Side,
        market: Market,
        by: str,
        *,
        notional: Decimal | None = None,
        quantity: Decimal | None = None,
        share: Decimal | None = None,
        price: Decimal | None = None,
    ) -> Ticket | Denied:
        """A manual buy (notional) or sell (quantity, or share 0…1 of the position): through the same risk gate as a
        strategy's. A cleared one becomes a pending ticket for the person to approve. `price` makes it a limit order.
        UserInputError: market-unknown, nothing-to-sell …"""
        raise NotImplementedError

    async def answer(
        self, ticket_id: str, approve: bool, by: str, share: Decimal = Decimal(1)
    ) -> Order | Refused | Denied:
        """Approve or reject a pending ticket (id or unambiguous beginning; empty = the only pending one); approving
        looks at price and risk again and sends the order. UserInputError: ticket-unknown, ticket-ambiguous."""
        raise NotImplementedError

    async def cancel(self, what: str, by: str) -> list[CancelResult]:
        """`what`: `all`, a market code, or (the beginning of) an order id."""
        raise NotImplementedError

    async def panic(self, by: str, *, cancel_only: bool = False, markets: Sequence[Market] = ()) -> PanicReceipt:
        """Lock entries, cancel, sell, read back. Never raises for one market's failure: the receipt says it."""
        raise NotImplementedError

    async def record(self, event: Event) -> None:
        """Store an event of the front ends (command, stranger) in the audit trail."""
        raise NotImplementedError
