"""Figures as people read them, in no particular language. Time is Seoul's (KST has no summer time)."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo("Asia/Seoul")
_MAN = 10_000
_EOK = 100_000_000


def amount(krw: Decimal) -> str:
    """1234567.4 → `1,234,567`."""
    rounded = krw.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    return f"{abs(rounded) if rounded == 0 else rounded:,}"


def signed(krw: Decimal) -> str:
    """1234 → `+1,234`, 0 → `0`."""
    text = amount(krw)
    return f"+{text}" if not text.startswith("-") and text != "0" else text


def short_krw(krw: Decimal) -> str:
    """Whole 만/억 of at most four figures: 125000000 → `1억 2,500만`, 50000 → `5만`; below 만 the figure itself."""
    whole = int(krw.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    sign, whole = ("-", -whole) if whole < 0 else ("", whole)
    eok, rest = divmod(whole, _EOK)
    man, ones = divmod(rest, _MAN)
    parts = [f"{eok:,}억"] if eok else []
    parts += [f"{man:,}만"] if man else []
    parts += [f"{ones:,}"] if (ones and not eok) or not (eok or man) else []
    return sign + " ".join(parts)


BRIEF = {
    "ko": ((10**12, "조"), (10**8, "억"), (10**4, "만")),
    "en": ((10**12, "T"), (10**9, "B"), (10**6, "M")),
}
BRIEF_FROM = 10_000_000
"""Below it the figure itself is short enough for a phone."""


def brief(krw: Decimal, language: str) -> str:
    """A long sum in four figures: 12345678 → `1,235만` (`12.35M`), 123456789 → `1.23억`; a short one as it is."""
    if abs(krw) < BRIEF_FROM:
        return amount(krw)
    nearly = abs(krw) * Decimal("1.00005")  # 99,999,999 rounds into the next unit
    size, unit = next((size, unit) for size, unit in BRIEF[language] if nearly >= size)
    digits = 2 if nearly < 100 * size else 1 if nearly < 1000 * size else 0
    rounded = (krw / size).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)
    return f"{rounded:,}{unit}"


def signed_brief(krw: Decimal, language: str) -> str:
    """123456789 → `+1.23억`, 0 → `0`."""
    text = brief(krw, language)
    return f"+{text}" if not text.startswith("-") and text != "0" else text


def price(value: Decimal) -> str:
    """Thousands separated, decimals as the tick has them: 95123000 → `95,123,000`, 0.1230 → `0.123`."""
    text = f"{value.normalize():,f}" if value == value.to_integral_value() else f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def fee(krw: Decimal) -> str:
    """Small sums keep their jeon: 24.949725 → `24.95`, 1234.5 → `1,234`."""
    return quantity(krw.quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)) if abs(krw) < 1000 else amount(krw)


def quantity(value: Decimal) -> str:
    """No trailing zeros, no exponent: 0.01000000 → `0.01`."""
    return price(value)


def percent(fraction: Decimal) -> str:
    """0.05 → `5%`, 0.0015 → `0.15%`; at most two decimals."""
    return _percent(fraction) + "%"


def signed_percent(fraction: Decimal) -> str:
    """0.01234 → `+1.23%`."""
    text = _percent(fraction)
    return f"{'' if text.startswith('-') or text == '0' else '+'}{text}%"


def _percent(fraction: Decimal) -> str:
    points = (fraction * 100).quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)
    return "0" if points == 0 else quantity(points)


def seoul(moment: datetime, now: datetime | None = None) -> str:
    """`09:05:30` on the Korean day of `now`, else `10-05 09:05`; with the year when it is another."""
    local = moment.astimezone(SEOUL)
    today = now.astimezone(SEOUL) if now else None
    if today is not None and local.date() == today.date():
        return f"{local:%H:%M:%S}"
    return f"{local:%m-%d %H:%M}" if today is not None and local.year == today.year else f"{local:%Y-%m-%d %H:%M}"


def span_parts(seconds: float) -> list[tuple[str, int]]:
    """The two largest units that are not zero: 7530 → [("hours", 2), ("minutes", 5)]; 0 → [("seconds", 0)]."""
    left = max(0, round(seconds))
    parts: list[tuple[str, int]] = []
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1)):
        n, left = divmod(left, size)
        if n or (unit == "seconds" and not parts):
            parts.append((unit, n))
        elif parts:
            break
    return parts[:2]
