"""C2, E11: how a result grew, and what just holding would have brought. NOON is 12:00 in Seoul on 2 March."""

import asyncio
from datetime import datetime, timedelta

import pytest

from storage.memory import MemoryStorage
from tests.examples import BTC, ETH, NOON, D, fill, order
from trader.ledger.books import book
from trader.ledger.curve import Prices, bought_and_held, day_result, results
from trader.model.difference import Correction
from trader.model.market import Candle, Timeframe
from trader.model.order import Side
from trader.ports import Records

START = NOON - timedelta(hours=4)


def hours(*prices: str) -> Prices:
    """One price an hour from START on."""
    return Prices(tuple(START + timedelta(hours=n) for n in range(len(prices))), tuple(map(D, prices)))


MOMENTS = [START + timedelta(hours=n) for n in range(4)]


def test_a_trade_inside_the_stretch_ends_at_what_it_realised() -> None:
    """1 bought at 100 half past, fee 1; worth 110 at two; sold for 120, fee 1: 18 won."""
    fills = [
        fill("f1", Side.BUY, "100", "1", fee="1", at=START + timedelta(minutes=30)),
        fill("f2", Side.SELL, "120", "1", fee="1", at=START + timedelta(minutes=150)),
    ]
    found = results({BTC: D(0)}, fills, [], {BTC: hours("95", "100", "110", "500")}, MOMENTS)
    assert found == [0, -1, 9, 18]


def test_what_was_held_before_counts_by_how_its_price_moved() -> None:
    """2 held all along, one of them sold at 112, fee 2, at the end: 100 → 110 is +20; then 10 + (112 − 100) − 2."""
    sold = fill("f1", Side.SELL, "112", "1", fee="2", at=START + timedelta(minutes=150))
    before = fill("f0", Side.BUY, "7", "2", at=START - timedelta(days=1))
    found = results({BTC: D(1)}, [before, sold], [], {BTC: hours("100", "105", "110", "110")}, MOMENTS)
    assert found == [0, 10, 20, 20]


def test_coins_a_person_brings_in_are_not_won() -> None:
    """1 adopted at 100 while its price is 100; it is worth 110 in the end: only the 10 since then are a result."""
    brought = Correction("c", "p", BTC, D(1), D(100), D(100), START + timedelta(minutes=30), "console")
    assert results({BTC: D(1)}, [], [brought], {BTC: hours("90", "100", "100", "110")}, MOMENTS) == [0, 0, 0, 10]


def test_an_unknown_price_makes_an_unknown_result_only_while_something_is_held() -> None:
    late = Prices((START + timedelta(hours=2),), (D(100),))
    bought = fill("f1", Side.BUY, "100", "1", fee="1", at=START + timedelta(minutes=30))
    assert results({BTC: D(1)}, [bought], [], {BTC: late}, MOMENTS) == [0, None, -1, -1]
    assert results({BTC: D(1)}, [], [], {BTC: late}, MOMENTS) == [None] * 4, "its worth at the start is not known"
    assert results({ETH: D(0)}, [], [], {}, MOMENTS) == [0] * 4


def test_holding_is_the_mean_of_equal_parts_less_the_fee_of_buying() -> None:
    """+10 % and −2 % in equal parts are +4 %; 1.04 × 0.999 − 1 = +3.896 %."""
    found = bought_and_held([hours("100", "110"), hours("50", "49")], MOMENTS[:2], D("0.001"))
    assert found == [D("-0.001"), D("0.03896")]
    nothing = Prices((datetime.max.replace(tzinfo=START.tzinfo),), (D(1),))
    assert bought_and_held([nothing], MOMENTS, D(0)) == [None] * 4
    assert bought_and_held([nothing, hours("100", "120")], MOMENTS[:2], D(0)) == [0, D("0.2")]


MIDNIGHT = NOON - timedelta(hours=12)


@pytest.mark.parametrize(("candle_age", "won"), [(1, 8_945), (59, 8_945), (61, None)])
def test_the_day_begins_at_midnight_with_the_price_of_then(candle_age: int, won: int | None) -> None:
    """2 bought yesterday at 100,000. Midnight: 105,000. One sold at 110,000 − 55; the other bids 109,000 now:
    109,000 + 109,945 − 2 × 105,000 = 8,945. An older price than an hour is none."""
    storage = MemoryStorage()

    def store(records: Records) -> None:
        for number, (side, price, quantity, at) in enumerate(
            [(Side.BUY, "100000", "2", MIDNIGHT - timedelta(hours=5)), (Side.SELL, "110000", "1", NOON)]
        ):
            placed = order(side, f"c{number}", created_at=at, executed_quantity=D(quantity))
            done = fill(f"f{number}", side, price, quantity, at=at, client_order_id=f"c{number}")
            records.orders.add(placed)
            book(records, placed, [done], at)
        opened = MIDNIGHT - timedelta(minutes=candle_age + 1)
        price = D(105_000)
        records.candles.upsert([Candle(BTC, Timeframe.M1, opened, price, price, price, price, D(1), price)])

    asyncio.run(storage.write(store))
    assert asyncio.run(storage.read(lambda records: day_result(records, {BTC: D(109_000)}, NOON))) == won
    assert asyncio.run(storage.read(lambda records: day_result(records, {}, NOON))) is None
