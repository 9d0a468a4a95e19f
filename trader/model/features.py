"""The figures of the moment that are kept with every decision: their names, once, with unit and meaning.

Lessons may set conditions on these and on nothing else. A figure that is not known is left out, never zero."""

from __future__ import annotations

from typing import Final

FEATURES: Final[dict[str, str]] = {
    # the strategy's timeframe, last closed candle
    "rsi": "RSI(14), 0 to 100",
    "macd_hist": "MACD(12, 26, 9) histogram ÷ close, fraction",
    "sma20_distance": "close ÷ SMA(20) − 1, fraction",
    "bollinger_position": "0 = lower band (20, 2), 1 = upper band",
    "atr": "ATR(14), KRW",
    "atr_fraction": "ATR(14) ÷ close, fraction",
    "volatility": "deviation of the last 20 logarithmic returns, annualised, fraction",
    "volume_ratio": "volume ÷ its mean over 20 candles",
    # the larger picture
    "rsi_1h": "RSI(14) of hourly candles, 0 to 100",
    "rsi_1d": "RSI(14) of daily candles, 0 to 100",
    "change_24h": "close ÷ close 24 hourly candles ago − 1, fraction",
    "change_30d": "close ÷ close 30 daily candles ago − 1, fraction",
    # the order book
    "spread_bps": "ask − bid, 1/10,000 of the mid",
    "depth_imbalance": "(bids − asks) ÷ (bids + asks), KRW on 5 levels, −1 to 1",
    # mood and macro
    "fear_greed": "index, 0 to 100",
    "kimchi_premium": "Upbit ÷ (Binance × USD/KRW) − 1, fraction",
    "tether_premium": "KRW-USDT at Upbit ÷ USD/KRW − 1, fraction",
    "coin_premium": "Upbit ÷ (Binance × KRW-USDT) − 1, fraction",
    "nasdaq_change": "Nasdaq-100, last close ÷ close before − 1, fraction",
    "coin_headlines": "headlines about the coin in two days, as far as shown, count",
    # the time
    "hour_seoul": "hour of the day in Seoul, 0 to 23",
}
