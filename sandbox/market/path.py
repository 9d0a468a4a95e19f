"""A candle as the trades that may have made it.  Pure.

In: one bar. Out: trades in time order whose open, high, low, close and summed volume are exactly the bar's. A rising
bar goes open, low, high, close, a falling one open, high, low, close, with valid prices strewn between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from sandbox.rules import round_to_tick
from sandbox.values import Bar, Taker, Tick
from sandbox.wire import to_ms

_UNIT = Decimal("0.00000001")
_SHARES = (3, 1, 4, 1, 5, 9, 2, 6)
"""Uneven parts in which a bar's volume is dealt out; any small numbers would do."""


def bar_trades(bar: Bar, length: timedelta, most: int = 8) -> Iterator[Tick]:
    """The bar's trades, between its open and its open plus `length`.

    Args:
        bar: volume above zero with at most 8 decimals. When it is smaller than one unit of the 8th decimal per
            necessary trade, each trade still gets one unit.
        most: about how many trades; never fewer than the turning points need (up to 4).
    """
    prices = _prices(bar, most)
    volumes = _deal(bar.volume, len(prices))
    begin, span = to_ms(bar.opened_at), length // timedelta(milliseconds=1)
    before = bar.open
    taker: Taker = "BID" if bar.close >= bar.open else "ASK"
    for index, (price, volume) in enumerate(zip(prices, volumes, strict=True)):
        if price != before:
            taker = "BID" if price > before else "ASK"
        before = price
        # First and last trade keep a little away from the edges; the rest is evenly spread.
        ms = int(span * (0.01 + 0.97 * index / max(len(prices) - 1, 1)))
        yield Tick(bar.market, bar.opened_at + timedelta(milliseconds=ms), price, volume, taker, (begin + ms) * 10_000)


def _prices(bar: Bar, most: int) -> list[Decimal]:
    turns = (bar.low, bar.high) if bar.close >= bar.open else (bar.high, bar.low)
    corners = [bar.open, *turns, bar.close]
    corners = [price for i, price in enumerate(corners) if i == 0 or price != corners[i - 1]]
    units = int(bar.volume / _UNIT)
    spare = min(most, units) - len(corners)
    if spare <= 0 or len(corners) == 1:
        return corners * 2 if len(corners) == 1 and min(most, units) > 1 else corners
    legs = len(corners) - 1
    prices = [corners[0]]
    for leg in range(legs):
        start, end = corners[leg], corners[leg + 1]
        between = spare // legs + (1 if leg < spare % legs else 0)
        for step in range(1, between + 1):
            prices.append(_between(bar.market, start, end, step, between + 1))
        prices.append(end)
    return prices


def _between(market: str, start: Decimal, end: Decimal, step: int, steps: int) -> Decimal:
    price = round_to_tick(market, start + (end - start) * step / steps, up=end > start)
    return min(max(price, min(start, end)), max(start, end))


def _deal(volume: Decimal, parts: int) -> list[Decimal]:
    """`volume` in `parts` uneven parts of at least one unit that sum to it."""
    units = max(int(volume / _UNIT), parts)
    shares = [_SHARES[i % len(_SHARES)] for i in range(parts)]
    total = sum(shares)
    dealt = [1 + (units - parts) * share // total for share in shares]
    dealt[0] += units - sum(dealt)
    return [_UNIT * part for part in dealt]
