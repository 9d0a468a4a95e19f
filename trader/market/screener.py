"""Which markets move and trade most.  In: the venue's tickers, two or three requests.  Out: `ScreenedMarket` lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum

from trader.model.market import Market, MarketInfo, Ticker
from trader.model.views import ScreenedMarket
from trader.ports import Exchange

QUOTE = "KRW"


class Ranking(StrEnum):
    """VOLATILE: by the range of the day · TURNOVER: by what was traded in 24 hours."""

    VOLATILE = "volatile"
    TURNOVER = "turnover"


async def screen(
    exchange: Exchange, infos: Mapping[Market, MarketInfo], traded: Iterable[Market], ranking: Ranking, count: int
) -> list[ScreenedMarket]:
    """The first `count` of all markets against KRW, best first. The spread is asked for these alone. VenueError."""
    tickers = [ticker for ticker in await exchange.tickers(QUOTE) if ticker.market in infos]
    first = ranked(tickers, ranking)[:count]
    spreads = {quote.market: quote.spread_bps for quote in await exchange.quotes([ticker.market for ticker in first])}
    ours = frozenset(traded)
    return [ScreenedMarket(infos[t.market], t, spreads.get(t.market), t.market in ours) for t in first]


def ranked(tickers: Sequence[Ticker], ranking: Ranking) -> list[Ticker]:
    """Highest first; equal ones by turnover, then by name, so that pages do not shuffle."""

    def key(ticker: Ticker) -> tuple[Decimal, Decimal, str]:
        figure = ticker.true_range if ranking is Ranking.VOLATILE else ticker.turnover
        return -figure, -ticker.turnover, ticker.market.code

    return sorted(tickers, key=key)
