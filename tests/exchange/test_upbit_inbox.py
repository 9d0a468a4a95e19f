"""While the consumer keeps up it sees everything; when it is slow the newest prices win and our own news stays."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from trader.exchange.upbit.inbox import Inbox
from trader.model.market import Market, Quote
from trader.ports import OwnOrderChanged, StreamEvent, TradeTick

MARKETS = [Market("KRW", base) for base in ("BTC", "ETH", "XRP")]
START = datetime(2026, 11, 20, tzinfo=UTC)


def event(kind: int, market: int, number: int) -> StreamEvent:
    at = START + timedelta(milliseconds=number)
    if kind == 0:
        return TradeTick(MARKETS[market], Decimal(number), at)
    if kind == 1:
        return Quote(MARKETS[market], Decimal(number), Decimal(number + 1), Decimal(number), at)
    return OwnOrderChanged(f"u{number}", None, MARKETS[market], "trade")


async def drain(inbox: Inbox) -> list[StreamEvent]:
    inbox.close()
    found = []
    while (e := await inbox.get()) is not None:
        found.append(e)
    return found


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=60), st.integers(6, 20))
def test_order_is_kept_own_news_is_complete_and_the_newest_price_of_each_market_survives(
    kinds: list[tuple[int, int]], bound: int
) -> None:
    sent = [event(kind, market, number) for number, (kind, market) in enumerate(kinds)]
    inbox = Inbox(bound)
    for e in sent:
        inbox.put(e)
    got = asyncio.run(drain(inbox))
    positions = [sent.index(e) for e in got]
    assert positions == sorted(positions)
    assert [e for e in got if isinstance(e, OwnOrderChanged)] == [e for e in sent if isinstance(e, OwnOrderChanged)]
    newest = {(type(e), e.market): e for e in sent if isinstance(e, TradeTick | Quote)}
    assert set(newest.values()) <= set(got)
    assert sum(isinstance(e, TradeTick | Quote) for e in got) <= bound
    assert inbox.coalesced == len(sent) - len(got)


async def test_below_the_bound_nothing_is_dropped() -> None:
    inbox = Inbox(bound=100)
    sent = [event(0, 0, n) for n in range(100)]
    for e in sent:
        inbox.put(e)
    assert await drain(inbox) == sent


async def test_a_waiting_consumer_is_woken_by_the_event_itself() -> None:
    inbox = Inbox()
    waiting = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)
    inbox.put(event(0, 0, 1))
    assert await waiting == event(0, 0, 1)


async def test_closing_wakes_a_waiting_consumer() -> None:
    inbox = Inbox()
    waiting = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)
    inbox.close()
    assert await waiting is None
