"""E10: the most volatile and the most traded markets, with warnings and spread."""

from tests.examples import BTC, ETH, NOON, D, info
from tests.venue_script import VenueScript
from trader.market.screener import Ranking, ranked, screen
from trader.model.market import Market, Ticker

XRP = Market("KRW", "XRP")


def ticker(market: Market, low: int, high: int, turnover: int) -> Ticker:
    """100 yesterday, at its low now."""
    return Ticker(market, D(low), D(high), D(low), D(100), D(turnover), NOON)


CALM, WILD, BUSY = ticker(BTC, 99, 101, 500), ticker(ETH, 90, 112, 300), ticker(XRP, 97, 103, 900)


def test_volatile_goes_by_the_range_and_turnover_by_the_money() -> None:
    """Ranges of 2, 22 and 6 % of yesterday's close."""
    assert [t.market for t in ranked([CALM, WILD, BUSY], Ranking.VOLATILE)] == [ETH, XRP, BTC]
    assert [t.market for t in ranked([CALM, WILD, BUSY], Ranking.TURNOVER)] == [XRP, BTC, ETH]


def test_a_gap_overnight_counts_as_range() -> None:
    """From 100 to between 120 and 121: the range begins at yesterday's close."""
    assert ticker(BTC, 120, 121, 1).true_range == D("0.21")


async def test_the_screen_asks_for_the_spread_of_what_it_shows_alone() -> None:
    venue = VenueScript()
    venue.now = lambda: NOON
    infos = {market: info(market) for market in venue.prices}
    (line,) = await screen(venue, infos, [BTC], Ranking.TURNOVER, 1)
    assert (line.ticker.market, line.traded) == (BTC, True)
    assert line.spread_bps == D(100) / D(100_050) * 10_000, "100,000 bid, 100,100 asked"
    assert await screen(venue, {}, [BTC], Ranking.TURNOVER, 1) == [], "what is not listed is left out"
