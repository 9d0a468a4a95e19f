"""The newest best prices, and how old they are."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from paper_exchange import BTC, ETH, PaperExchange

from trader.clock import ManualClock
from trader.market.quotes import QuoteBoard
from trader.model.market import Market, MarketInfo, Quote
from trader.ports import StreamUp, TradeTick

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def quote(seconds: float = 0, bid: int = 100, ask: int = 102, last: int = 101, market: Market = BTC) -> Quote:
    return Quote(market, Decimal(bid), Decimal(ask), Decimal(last), NOON + timedelta(seconds=seconds))


def board_at(seconds: float) -> tuple[QuoteBoard, ManualClock]:
    clock = ManualClock(NOON + timedelta(seconds=seconds))
    return QuoteBoard(clock), clock


def test_a_market_never_heard_of_is_stale_and_has_no_age() -> None:
    board, _ = board_at(0)
    assert board.quote(BTC) is None
    assert board.age_seconds(BTC) is None
    assert board.stale(BTC, 1e9)


def test_a_quote_grows_old_by_the_venues_time() -> None:
    board, clock = board_at(3)
    board.on_event(quote(0))
    assert board.age_seconds(BTC) == 3, "it was three seconds on its way"
    clock.advance(27)
    assert not board.stale(BTC, 30)
    clock.advance(0.5)
    assert board.stale(BTC, 30)


def test_the_newest_wins_whatever_the_order_of_arrival() -> None:
    board, _ = board_at(10)
    board.on_event(quote(5, bid=105))
    board.on_event(quote(4, bid=104))
    assert board.bids() == {BTC: Decimal(105)}
    assert board.age_seconds(BTC) == 5


def test_a_venue_clock_ahead_of_ours_gives_no_negative_age() -> None:
    board, _ = board_at(0)
    board.on_event(quote(2))
    assert board.age_seconds(BTC) == 0


def test_a_trade_moves_the_last_price_and_says_nothing_about_the_bid() -> None:
    board, clock = board_at(0)
    board.on_event(TradeTick(BTC, Decimal(101), NOON))
    assert board.quote(BTC) is None, "no bid or ask is known yet"
    board.on_event(quote(0))
    clock.advance(20)
    board.on_event(TradeTick(BTC, Decimal(103), NOON + timedelta(seconds=20)))
    known = board.quote(BTC)
    assert known is not None
    assert (known.bid, known.last) == (100, 103)
    assert board.age_seconds(BTC) == 20, "the bid is as old as before"


def test_other_stream_events_change_nothing() -> None:
    board, _ = board_at(0)
    board.on_event(StreamUp("public", first=True))
    assert board.bids() == {}


async def test_asking_by_rest_makes_a_quiet_market_fresh_again() -> None:
    """The book of a quiet market may not have moved for minutes: its timestamp is old, the price is not."""
    board, clock = board_at(0)
    venue = PaperExchange(clock, book={BTC: quote(0)})
    board.on_event(quote(0))
    clock.advance(300)
    assert board.stale(BTC, 30)
    await board.refresh(venue, [BTC, ETH])
    assert board.age_seconds(BTC) == 0
    assert board.stale(ETH, 30), "the venue had nothing to say about it"


async def test_a_rest_answer_older_than_the_stream_is_dropped() -> None:
    board, clock = board_at(0)
    venue = PaperExchange(clock, book={BTC: quote(0, bid=90)})
    clock.advance(10)
    board.on_event(quote(9, bid=109))
    await board.refresh(venue, [BTC])
    assert board.bids() == {BTC: Decimal(109)}
    assert board.age_seconds(BTC) == 1


async def test_a_venue_clock_that_goes_back_does_not_freeze_the_prices() -> None:
    """90 s back: what the stream says is dated before what is known and dropped; asked, the venue is believed."""
    board, clock = board_at(0)
    board.on_event(quote(0))
    clock.advance(6)
    board.on_event(quote(-84, bid=90))
    assert board.bids() == {BTC: Decimal(100)}
    await board.refresh(PaperExchange(clock, book={BTC: quote(-84, bid=90)}), [BTC])
    assert (board.bids(), board.age_seconds(BTC)) == ({BTC: Decimal(90)}, 0)
    clock.advance(1)
    board.on_event(quote(-83, bid=91))
    assert board.bids() == {BTC: Decimal(91)}, "from then on the stream is followed again"


def test_market_infos_are_replaced_as_a_whole() -> None:
    board, _ = board_at(0)
    board.set_infos([MarketInfo(BTC, "비트코인", "Bitcoin"), MarketInfo(ETH, "이더리움", "Ethereum", warning=True)])
    assert board.infos[ETH].warning
    board.set_infos([MarketInfo(BTC, "비트코인", "Bitcoin")])
    assert set(board.infos) == {BTC}
