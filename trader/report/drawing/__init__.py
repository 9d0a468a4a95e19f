"""What the painter draws, one module each: candles, results, advice; and the paper and axes they share.

Only `trader.report.draw` loads it, in its own process: the daemon never holds matplotlib."""
