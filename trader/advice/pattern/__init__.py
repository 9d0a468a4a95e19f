"""A learned model of price patterns: how risky is the present one?  Trained in a child process (S7)."""
