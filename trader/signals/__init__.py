"""Candles → Signal. Pure array functions, one idea per file.

Importing this package registers every strategy."""

from trader.signals import buy_and_hold, rsi_zones, sma_cross, volatility_breakout, weighted_ensemble

__all__ = ["buy_and_hold", "rsi_zones", "sma_cross", "volatility_breakout", "weighted_ensemble"]
