"""Stage 8, numbers a person reads: the daily report, and pictures as PNG."""
