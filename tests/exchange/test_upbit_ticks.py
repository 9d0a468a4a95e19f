"""Price steps as of 2025-07-31 (P3)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trader.exchange.upbit.ticks import in_force
from trader.model.market import Market
from trader.model.order import Side
from trader.model.rules import TradingRules
from trader.model.ticks import BTC, KRW, KRW_DOLLAR, USDT, table_for, tick_at


@pytest.mark.parametrize(
    ("price", "tick"),
    [
        ("89435000", "1000"), ("1000000", "1000"), ("999999", "500"), ("500000", "500"), ("499999", "100"),
        ("100000", "100"), ("99999", "50"), ("50000", "50"), ("49999", "10"), ("10000", "10"), ("9999", "5"),
        ("5000", "5"), ("4999", "1"), ("1000", "1"), ("999", "1"), ("100", "1"), ("99.9", "0.1"), ("10", "0.1"),
        ("9.99", "0.01"), ("1", "0.01"), ("0.999", "0.001"), ("0.05", "0.0001"), ("0.005", "0.00001"),
        ("0.0005", "0.000001"), ("0.00005", "0.0000001"), ("0.000005", "0.00000001"),
    ],
)  # fmt: skip
def test_krw_bands(price: str, tick: str) -> None:
    assert tick_at(KRW, Decimal(price)) == Decimal(tick)


@pytest.mark.parametrize(
    ("code", "table"),
    [("KRW-XRP", KRW), ("KRW-USDT", KRW_DOLLAR), ("KRW-USDC", KRW_DOLLAR), ("BTC-ETH", BTC), ("USDT-BTC", USDT)],
)
def test_every_quote_currency_has_its_table(code: str, table: object) -> None:
    assert table_for(Market.parse(code)) is table


@pytest.mark.parametrize(
    ("table", "price", "tick"),
    [
        (KRW_DOLLAR, "1450", "0.5"),
        (KRW_DOLLAR, "999", "1"),
        (BTC, "0.03", "0.00000001"),
        (USDT, "65000", "0.01"),
        (USDT, "0.5", "0.0001"),
    ],
)
def test_other_tables(table: object, price: str, tick: str) -> None:
    assert tick_at(table, Decimal(price)) == Decimal(tick)  # type: ignore[arg-type]


def test_the_venue_wins_in_the_band_of_the_present_price_and_only_there() -> None:
    xrp = Market("KRW", "XRP")
    ticks = in_force(xrp, Decimal(3200), Decimal("0.5"))
    assert tick_at(ticks, Decimal(3200)) == Decimal("0.5")
    assert tick_at(ticks, Decimal(7000)) == 5
    assert tick_at(ticks, Decimal(999)) == 1


def test_agreement_silence_and_a_price_at_the_edge_change_nothing() -> None:
    xrp = Market("KRW", "XRP")
    assert in_force(xrp, Decimal(3200), Decimal(1)) is KRW
    assert in_force(xrp, None, None) is KRW
    assert in_force(xrp, Decimal(9990), Decimal(10)) is KRW  # crossed 10,000 between the two reads


@given(st.decimals("0.000001", "200000000", places=8, allow_nan=False), st.sampled_from(Side))
def test_a_rounded_price_is_on_its_own_tick_and_never_worse(price: Decimal, side: Side) -> None:
    rules = TradingRules(Market("KRW", "BTC"), KRW, Decimal(5000), Decimal(10**9), Decimal(0), Decimal(0))
    rounded = rules.round_price(price, side)
    assert rounded <= price if side is Side.BUY else rounded >= price
    assert rounded == 0 or rounded % rules.tick_size(rounded) == 0


def test_the_tables_pyupbit_gets_wrong() -> None:
    """Prices for which pyupbit 0.2.34 leaves or makes an invalid price."""
    rules = TradingRules(Market("KRW", "BTC"), KRW, Decimal(5000), Decimal(10**9), Decimal(0), Decimal(0))
    for price, valid in [("1500250", "1500000"), ("750123", "750000"), ("150070", "150000"), ("7003", "7000"),
                         ("500.37", "500"), ("55.55", "55.5")]:  # fmt: skip
        assert rules.round_price(Decimal(price), Side.BUY) == Decimal(valid)
