"""What the models are told of the world outside, and where that is read."""

from __future__ import annotations

from pydantic import BaseModel, SecretStr

from trader.settings.fields import Words, fixed

FEEDS = (
    "https://www.coindesk.com/arc/outboundfeeds/rss/",
    "https://www.theblock.co/rss.xml",
    "https://cointelegraph.com/rss",
    "https://decrypt.co/feed",
    "https://www.blockmedia.co.kr/feed",
    "https://www.tokenpost.kr/rss",
    "https://www.blockchaintoday.co.kr/rss/allArticle.xml",
)
RATES = ("https://api.frankfurter.dev/v2/rate/USD/KRW", "https://open.er-api.com/v6/latest/USD")


class ContextSettings(BaseModel):
    fear_greed_url: str = fixed(
        "https://api.alternative.me/fng/", "Fear & Greed index (alternative.me); empty: off", "URL", "context"
    )
    news_feeds: Words = fixed(FEEDS, "RSS or Atom feeds of headlines; empty: off", "URLs", "context")
    cryptopanic_token: SecretStr = fixed(SecretStr(""), "important headlines by coin; empty: off", "", "context")
    cryptopanic_url: str = fixed(
        "https://cryptopanic.com/api/growth/v2/posts/", "its address; growth is the name of the plan", "URL", "context"
    )
    fx_url: Words = fixed(RATES, "USD/KRW, asked in this order; empty: no kimchi premium", "URLs", "context")
    binance_url: str = fixed(
        "https://data-api.binance.vision", "world prices for the kimchi premium; empty: off", "URL", "context"
    )
    nasdaq_url: str = fixed(
        "https://fred.stlouisfed.org/graph/fredgraph.csv?id=NASDAQ100", "daily closes; empty: off", "URL", "context"
    )
    context_deadline_seconds: float = fixed(
        4.0, "a source that takes longer is shown as it was last, or as absent", "seconds", "context", ge=0.5, le=10
    )
