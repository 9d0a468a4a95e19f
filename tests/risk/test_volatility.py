"""How far a price went in the last three minutes (S4). Candles are named by their opening time."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests.examples import BTC, NOON, D
from trader.model.market import Candle, Timeframe
from trader.risk.volatility import moved, rows_needed


def candle(minutes_ago: int, low: str, high: str) -> Candle:
    """Opened so many minutes before noon."""
    opened = NOON - timedelta(minutes=minutes_ago)
    return Candle(BTC, Timeframe.M1, opened, D(low), D(high), D(low), D(high), D(1), D(100_000))


CALM = [candle(3, "100000", "100100"), candle(2, "100000", "100200"), candle(1, "100100", "101000")]


def test_from_the_lowest_to_the_highest_price() -> None:
    """100,000 to 101,000: 1 %. The live price counts too: at 106,000 it is 6 %."""
    assert moved(CALM, None, 180, NOON) == D("0.01")
    assert moved(CALM, D(100_500), 180, NOON) == D("0.01")
    assert moved(CALM, D(106_000), 180, NOON) == D("0.06")
    assert moved(CALM, D(90_000), 180, NOON) == D(101_000) / D(90_000) - 1


def test_what_is_older_does_not_count() -> None:
    """The candle that closed three minutes ago is out, one that reaches into the window counts whole."""
    rows = [candle(4, "50000", "50000"), *CALM]
    assert moved(rows, None, 180, NOON) == D("0.01")
    assert moved(rows, None, 181, NOON) == D("1.02")


def test_without_candles_it_is_not_known() -> None:
    """A live price alone says nothing of a move, and a candle from before the window neither."""
    assert moved([], D(100_000), 180, NOON) is None
    assert moved([candle(4, "1", "2")], D(100_000), 180, NOON) is None


def test_enough_rows_are_read() -> None:
    """Half past a minute four candles reach into three minutes; one more for a candle that comes late."""
    assert rows_needed(180) == 5
    assert Decimal(rows_needed(60)) == 3
