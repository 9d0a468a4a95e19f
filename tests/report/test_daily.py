"""The morning message: yesterday's Korean day, the night since, and where we stand (R10)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from trader.model.market import Market
from trader.model.order import Fill, Side
from trader.model.portfolio import Balance, Portfolio, Position, TradingState
from trader.model.views import PnlReport
from trader.report.daily import daily_report

BTC, ETH, XRP = (Market("KRW", base) for base in ("BTC", "ETH", "XRP"))
NOW = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
"""09:00 on 21 November in Seoul."""
YESTERDAY = datetime(2026, 11, 19, 15, 0, tzinfo=UTC)
TODAY = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


def closed(market: Market, pnl: int, at: datetime) -> Position:
    return Position(
        f"{market.base}{pnl}",
        market,
        "sma_cross",
        opened_at=at - timedelta(hours=2),
        quantity=Decimal(0),
        cost=Decimal(0),
        realised_pnl=Decimal(pnl),
        closed_at=at,
    )


def fill(fee: str, at: datetime) -> Fill:
    return Fill(fee, "o", BTC, Side.SELL, Decimal(100), Decimal(1), Decimal(100), Decimal(fee), at)


def pnl(yesterday: int, today: int) -> PnlReport:
    by_day = ((YESTERDAY, Decimal(yesterday)), (TODAY, Decimal(today)))
    total = Decimal(yesterday + today)
    return PnlReport(YESTERDAY, NOW, total, Decimal(0), None, 0, 0, None, None, by_day=by_day)


def portfolio(bids: dict[Market, Decimal]) -> Portfolio:
    held = Position("p", XRP, "sma_cross", NOW, quantity=Decimal(100), cost=Decimal(90_000))
    cash = Balance("KRW", free=Decimal(500_000), locked=Decimal(10_000))
    return Portfolio(TradingState.ACTIVE, cash, positions={XRP: held}, bids=bids)


ROWS = [
    closed(BTC, 12_000, YESTERDAY),  # midnight itself belongs to the day that begins
    closed(ETH, -4_000, YESTERDAY + timedelta(hours=5)),
    closed(BTC, 1_000, TODAY - timedelta(seconds=1)),
    closed(ETH, -70_000, TODAY),  # after midnight: today's
]
FILLS = [fill("10", YESTERDAY), fill("20.5", TODAY - timedelta(seconds=1)), fill("999", TODAY)]


def test_yesterday_and_the_night_are_told_apart() -> None:
    report = daily_report(pnl(9_000, -70_000), ROWS, FILLS, portfolio({XRP: Decimal(920)}), NOW)
    assert (report.realised, report.realised_today) == (9_000, -70_000)
    assert (report.closed, report.wins) == (3, 2)
    assert report.best is not None
    assert report.worst is not None
    assert (report.best.realised_pnl, report.worst.realised_pnl) == (12_000, -4_000)
    assert report.fees == Decimal("30.5")
    assert report.by_market == {BTC: 13_000, ETH: -4_000}


def test_where_we_stand_is_cash_and_positions_at_the_bid() -> None:
    """510,000 KRW and 100 XRP at 920 that cost 90,000."""
    report = daily_report(pnl(0, 0), [], [], portfolio({XRP: Decimal(920)}), NOW)
    assert (report.equity, report.unrealised, report.cash) == (602_000, 2_000, 510_000)


def test_an_unknown_price_is_told_as_unknown_not_as_zero() -> None:
    report = daily_report(pnl(0, 0), [], [], portfolio({}), NOW)
    assert (report.equity, report.unrealised) == (None, None)
    data = report.as_data()
    assert (data["equity"], data["unrealised"], data["cash"]) == ("", "", "510000")


def test_the_event_carries_plain_figures() -> None:
    report = daily_report(pnl(9_000, -70_000), ROWS, FILLS, portfolio({XRP: Decimal(920)}), NOW)
    assert report.as_data() == {
        "date": "2026-11-20",
        "realised": "9000",
        "realised_today": "-70000",
        "unrealised": "2000",
        "fees": "30.5",
        "closed": "3",
        "wins": "2",
        "best_market": "KRW-BTC",
        "best": "12000",
        "worst_market": "KRW-ETH",
        "worst": "-4000",
        "by_market": "KRW-BTC=13000 KRW-ETH=-4000",
        "equity": "602000",
        "cash": "510000",
        "positions": "1",
    }


def test_a_quiet_day_has_no_best_and_no_worst() -> None:
    data = daily_report(pnl(0, 0), [], [], portfolio({XRP: Decimal(920)}), NOW).as_data()
    assert (data["closed"], data["best_market"], data["best"], data["by_market"]) == ("0", "", "", "")


def test_results_of_other_days_are_refused() -> None:
    with pytest.raises(ValueError, match="yesterday and today"):
        daily_report(pnl(0, 0), [], [], portfolio({}), NOW + timedelta(days=1))
