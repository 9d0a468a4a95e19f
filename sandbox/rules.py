"""What prices, volumes and sums a market accepts (reference §10).  Pure.

A market code is quote first (`KRW-BTC`); the quote currency decides the table."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

VOLUME_DECIMALS = 8
VOLUME_STEP = Decimal("0.00000001")
EXACT = Context(prec=60)
"""Wide enough that no product or sum of amounts the sandbox accepts is ever rounded."""

Bands = tuple[tuple[Decimal, Decimal], ...]
"""(lower bound of the price band, tick), highest band first; the bound belongs to its band."""


def _bands(*rows: tuple[str, str]) -> Bands:
    return tuple((Decimal(bound), Decimal(tick)) for bound, tick in rows)


_KRW = _bands(
    ("1000000", "1000"),
    ("500000", "500"),
    ("100000", "100"),
    ("50000", "50"),
    ("10000", "10"),
    ("5000", "5"),
    ("100", "1"),
    ("10", "0.1"),
    ("1", "0.01"),
    ("0.1", "0.001"),
    ("0.01", "0.0001"),
    ("0.001", "0.00001"),
    ("0.0001", "0.000001"),
    ("0.00001", "0.0000001"),
    ("0", "0.00000001"),
)
_USDT = _bands(
    ("10", "0.01"),
    ("1", "0.001"),
    ("0.1", "0.0001"),
    ("0.01", "0.00001"),
    ("0.001", "0.000001"),
    ("0.0001", "0.0000001"),
    ("0", "0.00000001"),
)
_BTC = _bands(("0", "0.00000001"))
_TABLES = {"KRW": _KRW, "USDT": _USDT, "BTC": _BTC}

_DOLLAR_COINS = frozenset({"KRW-USDT", "KRW-USDC"})
_DOLLAR_TICK = Decimal("0.5")
"""KRW-USDT and KRW-USDC between 1,000 and 10,000 KRW (exception of 2025-03-21)."""


@dataclass(frozen=True, slots=True)
class QuoteRules:
    """Order limits and fee of all markets quoted in one currency; sums in that currency."""

    min_total: Decimal
    max_total: Decimal
    fee_rate: Decimal


_QUOTES = {
    "KRW": QuoteRules(Decimal(5000), Decimal(1_000_000_000), Decimal("0.0005")),
    "BTC": QuoteRules(Decimal("0.00005"), Decimal(10), Decimal("0.0025")),
    # The USDT maximum is not published; a round figure far above ordinary orders.
    "USDT": QuoteRules(Decimal("0.5"), Decimal(1_000_000), Decimal("0.0025")),
}


def quote_rules(market_code: str) -> QuoteRules:
    """Limits and fee for the market's quote currency.

    Raises:
        KeyError: the quote is not KRW, BTC or USDT.
    """
    return _QUOTES[market_code.split("-")[0]]


def tick_size(market_code: str, price: Decimal) -> Decimal:
    """The price step, in quote units, of the band that `price` lies in.

    Raises:
        KeyError: the quote is not KRW, BTC or USDT.
        ValueError: `price` is negative.
    """
    if market_code in _DOLLAR_COINS and 1000 <= price < 10000:
        return _DOLLAR_TICK
    for bound, tick in _TABLES[market_code.split("-")[0]]:
        if price >= bound:
            return tick
    raise ValueError("a price cannot be negative")


def round_to_tick(market_code: str, price: Decimal, up: bool) -> Decimal:
    """The nearest valid price not below (`up`) or not above `price`.

    Every band begins at a multiple of both its own and the lower band's tick, so rounding up over a boundary
    lands on a price that is valid in the higher band too. Rounding down may give 0 below the smallest tick.
    """
    tick = tick_size(market_code, price)
    steps = EXACT.divide(price, tick).to_integral_value(rounding=ROUND_CEILING if up else ROUND_FLOOR)
    return EXACT.multiply(steps, tick)


def on_tick(market_code: str, price: Decimal) -> bool:
    """Whether an order at `price` is accepted by the tick table."""
    return price > 0 and EXACT.remainder(price, tick_size(market_code, price)) == 0


def floor_volume(volume: Decimal) -> Decimal:
    """`volume` cut to the 8 decimals that orders and fills carry."""
    return volume.quantize(VOLUME_STEP, rounding=ROUND_FLOOR, context=EXACT)


def supported_levels(market_code: str, price: Decimal) -> tuple[Decimal, ...]:
    """Price groupings the order book offers at this price, 0 (none) first; KRW markets only.

    Powers of ten from the tick up to the price: 227 KRW gives 0, 1, 10, 100 (the row measured for KRW-DOGE).
    """
    levels = [Decimal(0)]
    if not market_code.startswith("KRW-") or price <= 0:
        return tuple(levels)
    tick = tick_size(market_code, price)
    level = Decimal(1).scaleb(tick.adjusted())
    if level < tick:
        level *= 10
    while level <= price:
        levels.append(level)
        level *= 10
    return tuple(levels)
