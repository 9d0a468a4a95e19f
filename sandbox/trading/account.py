"""The play account: what is free, what open orders hold, and what the holdings cost (reference §7).

Amounts are exact; an operation that would make an amount negative is refused and changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sandbox.rules import EXACT, VOLUME_STEP

ZERO = Decimal(0)


@dataclass(slots=True)
class Holding:
    """One currency: `balance` is free for new orders, `locked` is held by open ones; the total is their sum.

    `avg_buy_price` is a moving average of buys without fees, in `unit_currency`, cut to 8 decimals.
    """

    currency: str
    balance: Decimal = ZERO
    locked: Decimal = ZERO
    avg_buy_price: Decimal = ZERO
    unit_currency: str = "KRW"

    @property
    def total(self) -> Decimal:
        return EXACT.add(self.balance, self.locked)


class Account:
    """Every holding, by currency; KRW is always there, coins once they have been held."""

    def __init__(self, balances: Mapping[str, Decimal]) -> None:
        self._holdings = {"KRW": Holding("KRW")}
        self._changed: dict[str, None] = {}
        for currency, amount in balances.items():
            self.deposit(currency, amount)
        self._changed.clear()

    def holding(self, currency: str) -> Holding:
        """The row of a currency, an empty one when it was never held."""
        return self._holdings.get(currency) or Holding(currency)

    def rows(self) -> list[Holding]:
        """Rows to show: KRW, and whatever is not zero."""
        return [row for row in self._holdings.values() if row.currency == "KRW" or row.total]

    def free(self, currency: str) -> Decimal:
        return self.holding(currency).balance

    def take_changes(self) -> list[Holding]:
        """Rows changed since the last call, each once, in the order of their first change."""
        changed = [self.holding(currency) for currency in self._changed]
        self._changed.clear()
        return changed

    def deposit(self, currency: str, amount: Decimal) -> None:
        """Add to the free amount."""
        self._move(currency, free=amount)

    def transfer(self, currency: str, amount: Decimal) -> None:
        """Add to the free amount, or take from it when `amount` is negative; a coin gone loses its average price.

        Raises:
            ValueError: so much is not free.
        """
        self._move(currency, free=amount)
        row = self.holding(currency)
        if not row.total:
            row.avg_buy_price = ZERO

    def lock(self, currency: str, amount: Decimal) -> None:
        """Move from free to locked."""
        self._move(currency, free=-amount, locked=amount)

    def release(self, currency: str, amount: Decimal) -> None:
        """Move from locked back to free."""
        self._move(currency, free=amount, locked=-amount)

    def spend(self, currency: str, amount: Decimal) -> None:
        """Pay out of what is locked; a coin that is sold out loses its average price."""
        self._move(currency, locked=-amount)
        row = self.holding(currency)
        if not row.total:
            row.avg_buy_price = ZERO

    def bought(self, currency: str, volume: Decimal, funds: Decimal, unit_currency: str) -> None:
        """Add a bought coin to the free amount and average its price in.

        Args:
            funds: price x volume in `unit_currency`, without the fee.
        """
        before = self.holding(currency)
        cost = EXACT.add(EXACT.multiply(before.avg_buy_price, before.total), funds)
        self._move(currency, free=volume)
        row = self._holdings[currency]
        row.avg_buy_price = EXACT.divide(cost, row.total).quantize(VOLUME_STEP, ROUND_HALF_UP, context=EXACT)
        row.unit_currency = unit_currency

    def totals(self, currencies: Iterable[str] | None = None) -> dict[str, Decimal]:
        """Free plus locked by currency."""
        names = self._holdings if currencies is None else currencies
        return {name: self.holding(name).total for name in names}

    def _move(self, currency: str, free: Decimal = ZERO, locked: Decimal = ZERO) -> None:
        if not free and not locked:
            return
        row = self.holding(currency)
        balance, held = EXACT.add(row.balance, free), EXACT.add(row.locked, locked)
        if balance < 0 or held < 0:
            raise ValueError(f"{currency} would fall below zero: free {balance}, locked {held}")
        row.balance, row.locked = balance, held
        self._holdings[currency] = row
        self._changed[currency] = None
