"""Answers of the sources in their real shapes, written by hand; figures are made up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.advice.context.outside import NOW
from trader.model.market import Market, MarketInfo

MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)


def stamp(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def fng(value: str = "47", at: datetime = MIDNIGHT, error: str | None = None) -> dict[str, Any]:
    """As the service answers: numbers are strings, the wait stands on the first row only."""
    return {
        "name": "Fear and Greed Index",
        "data": [
            {"value": value, "value_classification": "Neutral", "timestamp": stamp(at), "time_until_update": "75600"},
            {"value": "44", "value_classification": "Fear", "timestamp": stamp(at - timedelta(days=1))},
        ],
        "metadata": {"error": error},
    }


FRANKFURTER_2 = {"date": "2026-11-19", "base": "USD", "quote": "KRW", "rate": 1462.35}
FRANKFURTER_1 = {"amount": 1.0, "base": "USD", "date": "2026-11-19", "rates": {"KRW": 1462.35}}
ER_API = {
    "result": "success",
    "provider": "https://www.exchangerate-api.com",
    "time_last_update_unix": int(MIDNIGHT.timestamp()),
    "time_next_update_unix": int(MIDNIGHT.timestamp()) + 86_400,
    "base_code": "USD",
    "rates": {"USD": 1, "EUR": 0.86, "KRW": 1464.02},
}
DUNAMU = [{"code": "FRX.KRWUSD", "currencyCode": "USD", "basePrice": 1463.5, "timestamp": int(NOW.timestamp()) * 1000}]

CSV = """observation_date,NASDAQ100
2026-11-11,25000.00
2026-11-12,25100.00
2026-11-13,25200.00
2026-11-16,.
2026-11-17,25300.00
2026-11-18,24900.00
2026-11-19,25149.00
"""

LISTED = {
    info.market: info
    for info in (
        MarketInfo(Market("KRW", "BTC"), "비트코인", "Bitcoin"),
        MarketInfo(Market("KRW", "BCH"), "비트코인캐시", "Bitcoin Cash"),
        MarketInfo(Market("KRW", "ETH"), "이더리움", "Ethereum"),
        MarketInfo(Market("KRW", "ETC"), "이더리움클래식", "Ethereum Classic"),
        MarketInfo(Market("KRW", "XRP"), "엑스알피(리플)", "XRP"),
        MarketInfo(Market("KRW", "FLOW"), "플로우", "Flow"),
        MarketInfo(Market("KRW", "MKR"), "메이커", "Maker"),
        MarketInfo(Market("KRW", "NEAR"), "니어프로토콜", "NEAR Protocol"),
        MarketInfo(Market("KRW", "TRX"), "트론", "TRON"),
        MarketInfo(Market("KRW", "T"), "쓰레스홀드", "Threshold"),
        MarketInfo(Market("KRW", "IN"), "인피니트", "INFINIT"),
        MarketInfo(Market("KRW", "NEO"), "네오", "Neo"),
    )
}

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/">
 <channel><title>Feed</title><link>https://example.org</link>
  <item><title><![CDATA[Bitcoin slips below $90K &amp; recovers]]></title><link>https://example.org/1</link>
   <pubDate>Fri, 20 Nov 2026 01:30:00 +0000</pubDate><guid>1</guid>
   <media:title>not this one</media:title><description><![CDATA[<p>Buy now!</p>]]></description></item>
  <item><title>Ethereum fees fall</title><dc:date>2026-11-19T21:00:00Z</dc:date></item>
  <item><title>Nobody knows when</title></item>
  <item><title>Someone guesses</title><pubDate>yesterday</pubDate></item>
  <item><title>  </title><pubDate>Fri, 20 Nov 2026 01:30:00 GMT</pubDate></item>
 </channel>
</rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title>
 <entry><title type="html">Solana &lt;b&gt;outage&lt;/b&gt;</title><updated>2026-11-20T02:00:00+00:00</updated>
  <published>2026-11-20T01:00:00+00:00</published></entry></feed>"""
KOREAN = """<rss><channel><item><title>비트코인이 급락했다</title><pubDate>2026-11-20 11:00:00</pubDate></item>
 <item><title>이더리움 업그레이드</title><pubDate>Fri, 20 Nov 2026 10:00:00 +0900</pubDate></item></channel></rss>"""


def post(title: str = "Bitcoin ETF outflows", **changes: object) -> dict[str, object]:
    return {
        "id": 1,
        "kind": "news",
        "title": title,
        "published_at": "2026-11-20T02:15:00Z",
        "source": {"title": "CoinDesk", "domain": "coindesk.com", "region": "en"},
        "instruments": [{"code": "BTC"}],
        "votes": {"important": 12},
        **changes,
    }
