"""Conditions people want to be told of: kept as rows, held against the live price and against closed candles (C2).

`watch` holds them against the market, `book` is what a person may ask for; `window` and `candles` are the judgement."""
