"""The growth criterion on the bot's own record (E6)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.examples import BTC, D, portfolio, position, rules
from trader.model.limits import Limits, Sizing, SizingMethod
from trader.risk.kelly import TrackRecord, kelly_share, track_record
from trader.risk.sizing import size_entry

KELLY = Sizing(SizingMethod.KELLY, risk_fraction=D("0.01"), kelly_sample=10)


def test_a_record_is_made_of_net_returns():
    closed = [
        replace(position(), bought_cost=D(1_000_000), realised_pnl=D(pnl)) for pnl in (30_000, 10_000, -10_000, 0)
    ]
    assert track_record(closed) == TrackRecord(2, 2, D("0.02"), D("0.005"))
    assert track_record([replace(position(), bought_cost=D(0), realised_pnl=D(5))]) == TrackRecord()


@pytest.mark.parametrize(
    ("record", "share"),
    [
        # p = 0.6, b = 0.02 ÷ 0.01 = 2: (1.2 − 0.4) ÷ 2 = 0.4, half of it
        (TrackRecord(6, 4, D("0.02"), D("0.01")), "0.2"),
        # p = 0.4, b = 1: −0.2: this way of trading loses
        (TrackRecord(4, 6, D("0.01"), D("0.01")), "0"),
        (TrackRecord(10, 0, D("0.01"), D(0)), "0.5"),
        (TrackRecord(0, 10, D(0), D("0.01")), "0"),
        # nine positions are too few to tell
        (TrackRecord(9, 0, D("0.01"), D(0)), "0.02"),
    ],
)
def test_the_share_by_hand(record: TrackRecord, share: str):
    assert kelly_share(record, KELLY) == D(share)


def sized(record: TrackRecord, stop: str | None) -> Decimal:
    wide = Limits(max_order=D(10**9), max_market=D(10**9), max_exposure=D(1))
    stop_price = None if stop is None else D(stop)
    return size_entry(
        KELLY, portfolio(), wide, market=BTC, price=D(100_000), stop=stop_price, rules=rules(), record=record
    )


def test_the_smaller_of_risk_and_kelly_counts():
    """Equity 10,000,000. Kelly 0.2 → 2,000,000. Risk 100,000 ÷ 0.02099 → 4,764,173; with a stop 10 % away
    100,000 ÷ (1.0005 − 0.9 × 0.9995) → 990,589."""
    good = TrackRecord(6, 4, D("0.02"), D("0.01"))
    assert sized(good, "98000") == 2_000_000
    assert sized(good, "90000") == 990_589


def test_a_losing_record_buys_nothing():
    assert sized(TrackRecord(4, 6, D("0.01"), D("0.01")), "98000") == 0


def test_without_a_stop_the_fixed_share_takes_the_place_of_the_risk():
    assert sized(TrackRecord(6, 4, D("0.02"), D("0.01")), None) == 1_000_000
