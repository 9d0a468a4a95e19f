"""Reading the query of a public request; every fault is a 400 with Upbit's wording (reference §4, §5).  Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from multidict import MultiMapping

from sandbox.errors import ApiError

_INTEGER = re.compile(r"[+-]?\d{1,18}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?(Z|[+-]\d{2}:?\d{2})?")
_CLOCK = re.compile(r"(\d{2}):?(\d{2}):?(\d{2})")

Query = MultiMapping[str]


def missing() -> ApiError:
    return ApiError(400, 400, "Missing request parameter error. Check the required parameters!")


def mistyped() -> ApiError:
    return ApiError(400, 400, "Type mismatch error. Check the parameters type!")


def invalid() -> ApiError:
    return ApiError(400, 400, "Invalid parameter. Check the given value!")


def not_found() -> ApiError:
    return ApiError(404, 404, "Code not found")


def required(query: Query, name: str) -> str:
    """A parameter that must be there and not be empty."""
    value = query.get(name, "").strip()
    if not value:
        raise missing()
    return value


def listed(query: Query, name: str) -> list[str]:
    """A required comma list; the name may also be repeated, as pyupbit does for several markets."""
    required(query, name)
    values = [part.strip() for part in ",".join(query.getall(name)).split(",")]
    if not all(values):
        raise invalid()
    return values


def whole(query: Query, name: str, default: int) -> int:
    """An integer; absent or empty gives `default`."""
    text = query.get(name, "").strip()
    if not text:
        return default
    if not _INTEGER.fullmatch(text):
        raise mistyped()
    return int(text)


def counted(query: Query, most: int, default: int = 1) -> int:
    """`count`: at least 1; more than `most` is cut silently."""
    count = whole(query, "count", default)
    if count < 1:
        raise invalid()
    return min(count, most)


def flag(query: Query, *names: str) -> bool:
    """A boolean under the first spelling that is given; absent is False."""
    text = next((query[name] for name in names if name in query), "").strip().lower()
    if text not in ("", "true", "false"):
        raise mistyped()
    return text == "true"


def moment(query: Query, name: str) -> datetime | None:
    """An ISO time, zone optional (none = UTC); absent or empty gives None."""
    text = query.get(name, "").strip()
    if not text:
        return None
    if not _TIME.fullmatch(text):
        raise invalid()
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise invalid() from None


def clock_time(query: Query, name: str, day: datetime) -> datetime | None:
    """`HHmmss` or `HH:mm:ss` on the UTC day that begins at `day`; absent or empty gives None."""
    text = query.get(name, "").strip()
    if not text:
        return None
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise invalid()
    hour, minute, second = (int(part) for part in match.groups())
    if hour > 23 or minute > 59 or second > 59:
        raise invalid()
    return day.replace(hour=hour, minute=minute, second=second)


def decimal(query: Query, name: str) -> Decimal:
    """A plain number >= 0; absent or empty gives 0."""
    text = query.get(name, "").strip() or "0"
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise mistyped() from None
    if not value.is_finite() or value < 0:
        raise invalid()
    return value
