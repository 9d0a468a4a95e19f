"""HTTP status of a vendor → what it means for a member.  Pure; the same for all three wires."""

from __future__ import annotations

import math

import httpx2

from trader.advice.members.member import Fault, Raw
from trader.advice.members.web import TooLarge
from trader.model.advice import MemberStatus

NEVER_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "invalid_api_key", "model_not_found"})
"""Bills, keys and names: asking again mends none of them."""
LONGEST_WAIT = 24 * 3600.0
_NEVER = frozenset({401, 402, 403, 404})
_TOO_LONG = frozenset({"context_length_exceeded", "string_above_max_length", "request_too_large"})


def from_status(status: int, code: str, retry_after: str | None, request_id: str) -> Raw:
    """429 because of an empty account is not pace; 529 and 5xx pass by themselves; other 4xx are ours to mend."""
    wait = _seconds(retry_after)
    detail = f"http {status} {code}".strip()[:80]
    if code in _TOO_LONG or status == 413:
        return Raw(MemberStatus.TOO_LONG, request_id=request_id, detail=detail, billed=False)
    if status in _NEVER or code in NEVER_CODES:
        fault = Fault.NEVER
    elif status == 429:
        fault = Fault.LATER
    elif status in (408, 409) or status >= 500:
        fault = Fault.AGAIN if wait is None or wait <= 2 else Fault.LATER
    else:
        fault = Fault.LATER
    return Raw(MemberStatus.ERROR, request_id=request_id, detail=detail, fault=fault, retry_after=wait, billed=False)


def unreachable(err: Exception) -> Raw:
    """No connection was made: nothing was asked. It broke later, or the answer cannot be read: it may have been. One
    that is too large is not asked for again at once."""
    if isinstance(err, TooLarge) or isinstance(err.__cause__, TooLarge):
        return Raw(MemberStatus.ERROR, detail="too large", fault=Fault.LATER)
    asked = not isinstance(err.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout)
    return Raw(MemberStatus.ERROR, detail=f"unreadable: {type(err).__name__}"[:80], fault=Fault.AGAIN, billed=asked)


def _seconds(text: str | None) -> float | None:
    try:
        wait = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return min(max(wait, 0.0), LONGEST_WAIT) if math.isfinite(wait) else None
