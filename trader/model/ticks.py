"""Price steps: the bands of each market, and rounding onto them.

The tables are Upbit's, in force since 2025-07-31 (docs.upbit.com/kr/docs/krw-market-info, btc-market-info,
usdt-market-info). They stand here because levels that move with the price are on a tick as well, wherever they are
looked at and without asking the venue; where the venue says otherwise, its `TradingRules` do."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from trader.model.market import Market

Ticks = tuple[tuple[Decimal, Decimal], ...]
"""(lower bound of the price band, tick), highest band first. Every bound is on the ticks of both its bands."""


def _table(*rows: tuple[str, str]) -> Ticks:
    return tuple((Decimal(bound), Decimal(tick)) for bound, tick in rows)


_KRW_LOW = (
    ("100", "1"), ("10", "0.1"), ("1", "0.01"), ("0.1", "0.001"), ("0.01", "0.0001"), ("0.001", "0.00001"),
    ("0.0001", "0.000001"), ("0.00001", "0.0000001"), ("0", "0.00000001"),
)  # fmt: skip
_KRW_HIGH = (
    ("1000000", "1000"), ("500000", "500"), ("100000", "100"), ("50000", "50"), ("10000", "10"),
)  # fmt: skip
KRW = _table(*_KRW_HIGH, ("5000", "5"), ("1000", "1"), *_KRW_LOW)
KRW_DOLLAR = _table(*_KRW_HIGH, ("1000", "0.5"), *_KRW_LOW)  # KRW-USDT, KRW-USDC since 2025-03-21
BTC = _table(("0", "0.00000001"))
USDT = _table(
    ("10", "0.01"), ("1", "0.001"), ("0.1", "0.0001"), ("0.01", "0.00001"), ("0.001", "0.000001"),
    ("0.0001", "0.0000001"), ("0", "0.00000001"),
)  # fmt: skip

_BY_QUOTE = {"KRW": KRW, "BTC": BTC, "USDT": USDT}


def table_for(market: Market) -> Ticks:
    """KeyError for a quote currency Upbit Korea does not have."""
    if market.quote == "KRW" and market.base in ("USDT", "USDC"):
        return KRW_DOLLAR
    return _BY_QUOTE[market.quote]


def tick_at(ticks: Ticks, price: Decimal) -> Decimal:
    """Smallest price step in the band of `price`."""
    return next((tick for bound, tick in ticks if price >= bound), ticks[-1][1])


def up(ticks: Ticks, price: Decimal) -> Decimal:
    """The next price on a tick; rounding up may enter the next band."""
    return _onto(ticks, price, ROUND_CEILING)


def down(ticks: Ticks, price: Decimal) -> Decimal:
    return _onto(ticks, price, ROUND_FLOOR)


def stop_on_tick(ticks: Ticks, stop: Decimal, price: Decimal) -> Decimal:
    """The level as the guard uses it, below `price`, the one it is set at.

    A market has no price between two ticks, so a stop there would only act at the tick below it, later than it says.
    It goes up, as a take profit does: never more is lost, nor less won, than the owner set. Only where a tick is so
    coarse that up would be the price itself, and the position sold as soon as it is bought, it goes down."""
    above = up(ticks, stop)
    return above if above < price else down(ticks, stop)


def _onto(ticks: Ticks, price: Decimal, rounding: str) -> Decimal:
    tick = tick_at(ticks, price)
    rounded = (price / tick).to_integral_value(rounding) * tick
    if tick_at(ticks, rounded) != tick:
        tick = tick_at(ticks, rounded)
        rounded = (rounded / tick).to_integral_value(rounding) * tick
    return rounded
