"""Stage 1, market data in: closed candles without gaps, and the newest quotes."""
