"""Price units, minimums and rounding (reference §10)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.rules import floor_volume, on_tick, quote_rules, round_to_tick, supported_levels, tick_size


@pytest.mark.parametrize(
    ("price", "tick"),
    [
        ("150000000", "1000"),
        ("1000000", "1000"),
        ("999999", "500"),
        ("500000", "500"),
        ("499999", "100"),
        ("100000", "100"),
        ("99999", "50"),
        ("50000", "50"),
        ("49999", "10"),
        ("10000", "10"),
        ("9999", "5"),
        ("5000", "5"),
        ("4999", "1"),
        ("1000", "1"),
        ("999", "1"),
        ("100", "1"),
        ("99.9", "0.1"),
        ("10", "0.1"),
        ("9.99", "0.01"),
        ("1", "0.01"),
        ("0.999", "0.001"),
        ("0.1", "0.001"),
        ("0.0999", "0.0001"),
        ("0.01", "0.0001"),
        ("0.00999", "0.00001"),
        ("0.001", "0.00001"),
        ("0.000999", "0.000001"),
        ("0.0001", "0.000001"),
        ("0.0000999", "0.0000001"),
        ("0.00001", "0.0000001"),
        ("0.00000999", "0.00000001"),
    ],
)
def test_krw_ticks(price: str, tick: str) -> None:
    """§10: the table in force since 2025-07-31, lower bounds inclusive."""
    assert tick_size("KRW-XRP", Decimal(price)) == Decimal(tick)


@pytest.mark.parametrize(
    ("market", "price", "tick"),
    [
        ("KRW-USDT", "1450", "0.5"),
        ("KRW-USDC", "9999.5", "0.5"),
        ("KRW-USDT", "999", "1"),
        ("KRW-USDT", "10000", "10"),
        ("BTC-ETH", "0.03", "0.00000001"),
        ("USDT-BTC", "100000", "0.01"),
        ("USDT-XRP", "9.99", "0.001"),
        ("USDT-DOGE", "0.5", "0.0001"),
        ("USDT-SHIB", "0.05", "0.00001"),
        ("USDT-SHIB", "0.005", "0.000001"),
        ("USDT-SHIB", "0.0005", "0.0000001"),
        ("USDT-SHIB", "0.00005", "0.00000001"),
    ],
)
def test_other_tables(market: str, price: str, tick: str) -> None:
    """§10: the dollar coins, BTC and USDT markets."""
    assert tick_size(market, Decimal(price)) == Decimal(tick)


def test_old_table_prices_are_refused() -> None:
    """§14: prices that pyupbit's table allows and Upbit's does not."""
    for price in ("1500250", "750123", "150070", "7003", "500.37", "55.55"):
        assert not on_tick("KRW-X", Decimal(price))
    assert on_tick("KRW-X", Decimal("55.5"))
    assert not on_tick("KRW-X", Decimal(0))


def test_rounding_crosses_bands() -> None:
    """§10: 999,800 up is 1,000,000, valid in the higher band; down is 999,500."""
    assert round_to_tick("KRW-X", Decimal("999800"), up=True) == 1_000_000
    assert round_to_tick("KRW-X", Decimal("999800"), up=False) == 999_500
    assert round_to_tick("KRW-X", Decimal("99.97"), up=True) == 100


@given(st.decimals("0.00000001", "200000000", places=8), st.sampled_from(["KRW-X", "KRW-USDT", "USDT-X", "BTC-X"]))
def test_rounded_prices_are_valid_and_near(price: Decimal, market: str) -> None:
    low, high = round_to_tick(market, price, up=False), round_to_tick(market, price, up=True)
    assert low <= price <= high
    assert high - low <= tick_size(market, price)
    assert on_tick(market, high)
    assert low == 0 or on_tick(market, low)


def test_sums_and_fees() -> None:
    """§9.5, §10."""
    assert (quote_rules("KRW-BTC").min_total, quote_rules("KRW-BTC").max_total) == (5000, 1_000_000_000)
    assert (quote_rules("BTC-ETH").min_total, quote_rules("BTC-ETH").max_total) == (Decimal("0.00005"), 10)
    assert quote_rules("USDT-ETH").min_total == Decimal("0.5")
    assert quote_rules("KRW-BTC").fee_rate == Decimal("0.0005")
    assert quote_rules("BTC-ETH").fee_rate == quote_rules("USDT-ETH").fee_rate == Decimal("0.0025")


def test_volumes_are_cut_to_eight_decimals() -> None:
    """§9.4: 5,000 KRW at 75,324,000 buy 0.00006637."""
    assert floor_volume(Decimal(5000) / Decimal(75_324_000)) == Decimal("0.00006637")


def test_levels_as_measured() -> None:
    """§5: the row of KRW-DOGE, which trades at a few hundred KRW."""
    assert supported_levels("KRW-DOGE", Decimal(227)) == (0, 1, 10, 100)
    assert supported_levels("BTC-ETH", Decimal("0.03")) == (0,)
