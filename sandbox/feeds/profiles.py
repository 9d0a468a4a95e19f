"""The markets of the synthetic feed and the names of well-known coins."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.values import MarketInfo

NAMES = {
    "BTC": ("비트코인", "Bitcoin"),
    "ETH": ("이더리움", "Ethereum"),
    "XRP": ("엑스알피(리플)", "XRP"),
    "SOL": ("솔라나", "Solana"),
    "DOGE": ("도지코인", "Dogecoin"),
    "ADA": ("에이다", "Cardano"),
    "USDT": ("테더", "Tether"),
    "LINK": ("체인링크", "Chainlink"),
    "AVAX": ("아발란체", "Avalanche"),
    "STORJ": ("스토리지", "Storj"),
    "WAXP": ("왁스", "WAX"),
}
"""Korean and English name by base currency."""


def market_info(code: str, warning: bool = False, caution: tuple[str, ...] = ()) -> MarketInfo:
    """A listing row; an unknown coin is called by its code."""
    base = code.split("-")[1]
    korean, english = NAMES.get(base, (base, base))
    return MarketInfo(code, korean, english, warning, caution)


@dataclass(frozen=True, slots=True)
class Profile:
    """How one synthetic market behaves.

    Attributes:
        price: KRW per coin around which the market lives.
        minute_vol: standard deviation of one minute's own log return in the calm regime.
        beta: how strongly it follows the common factor (Bitcoin's moves).
        ticks_per_second: mean number of trades in sandbox time.
        notional: median KRW of a trade.
    """

    info: MarketInfo
    price: float
    minute_vol: float
    beta: float
    ticks_per_second: float
    notional: float


PROFILES = (
    Profile(market_info("KRW-BTC"), 160_000_000, 0.00025, 1.0, 1.5, 900_000),
    Profile(market_info("KRW-ETH"), 5_200_000, 0.0006, 1.2, 1.2, 600_000),
    Profile(market_info("KRW-XRP"), 3_300, 0.0011, 1.1, 1.3, 400_000),
    Profile(market_info("KRW-SOL"), 214_000, 0.0010, 1.3, 0.9, 400_000),
    Profile(market_info("KRW-DOGE"), 248, 0.0016, 1.4, 0.8, 250_000),
    Profile(market_info("KRW-ADA"), 918, 0.0012, 1.2, 0.7, 250_000),
    Profile(market_info("KRW-USDT"), 1_450, 0.00008, -0.05, 0.7, 500_000),
    Profile(market_info("KRW-LINK"), 24_300, 0.0011, 1.2, 0.5, 200_000),
    Profile(market_info("KRW-AVAX"), 31_200, 0.0012, 1.3, 0.4, 150_000),
    Profile(market_info("KRW-STORJ", True), 372, 0.0017, 0.7, 0.2, 90_000),
    Profile(market_info("KRW-WAXP", False, ("TRADING_VOLUME_SOARING",)), 28.4, 0.0016, 0.8, 0.03, 60_000),
)
COMMON_MINUTE_VOL = 0.0005
"""Standard deviation of the common factor's log return over a calm minute."""
SIZE_SPREAD = 1.1
"""Standard deviation of the logarithm of a trade's size."""
