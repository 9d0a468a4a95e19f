"""S10, R8: the books line by line add up to the positions they were made from."""

import pytest

from tests.examples import BTC, ETH, NOON, D, fill
from trader.errors import LedgerMismatch
from trader.ledger.bookings import bookings
from trader.model.difference import Correction
from trader.model.order import Side


def test_each_line_says_what_it_did() -> None:
    """2 bought at 100,000 (fee 100); 1 sold at 110,000 (fee 55): 109,945 − 100,050 = 9,895 won; 1 held for 100,050."""
    lines = bookings(
        [fill("f1", Side.BUY, "100000", "2"), fill("f2", Side.SELL, "110000", "1"), fill("e1", market=ETH)], []
    )
    ours = [line for line in lines if line.market == BTC]
    assert [(line.kind, line.quantity, line.krw, line.realised) for line in ours] == [
        ("buy", D(2), D(-200_100), None),
        ("sell", D(-1), D(109_945), D(9_895)),
    ]
    assert (ours[1].held, ours[1].cost, ours[1].position_id, ours[1].reference) == (D(1), D(100_050), "p-f1", "f2")


def test_a_closed_position_is_followed_by_a_new_one() -> None:
    fills = [fill("f1"), fill("f2", Side.SELL), fill("f3")]
    assert [line.position_id for line in bookings(fills, [])] == ["p-f1", "p-f1", "p-f3"]


def test_coins_moved_by_hand_move_no_money() -> None:
    taken = Correction("c1", "p-f1", BTC, D("-0.5"), D(-50_025), D(90_000), NOON, "console", after_fill="f1")
    _, line = bookings([fill("f1")], [taken])
    assert (line.kind, line.quantity, line.krw, line.realised, line.held) == ("taken_out", D("-0.5"), 0, None, D("0.5"))


def test_more_sold_than_held_is_said() -> None:
    with pytest.raises(LedgerMismatch):
        bookings([fill("f1", Side.SELL)], [])
