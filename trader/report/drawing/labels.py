"""Numbers as they stand in a picture."""

from __future__ import annotations

from collections.abc import Sequence


def decimals(prices: Sequence[float]) -> int:
    """Digits behind the point that these prices need, at most 8."""
    return max(len(f"{p:.8f}".rstrip("0").partition(".")[2]) for p in prices)


def signed(value: float, digits: int) -> str:
    """+1,200 or −1,200; nothing has no sign."""
    words = f"{value:+,.{digits}f}".replace("-", "−")
    return words if words.strip("+−0.,") else "0"


def length(seconds: int) -> str:
    """A stretch of time in its two largest units: 45m, 3h 20m, 24h, 4d 4h."""
    days, hours, minutes = seconds // 86400, seconds // 3600, seconds // 60
    parts = ((days, "d"), (hours % 24, "h")) if days >= 2 else ((hours, "h"), (minutes % 60, "m"))
    return " ".join(f"{n}{unit}" for n, unit in parts if n)
