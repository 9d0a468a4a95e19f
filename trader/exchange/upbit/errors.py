"""Upbit's error names and statuses → the errors of `trader.errors`.

In: a status and a body.  Out: one exception to raise.  Pure. Names decide, messages are free text (the venue says
so); 429 and 418 are told by status alone because their bodies vary.
Source: docs.upbit.com/kr/reference/rest-api-guide."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from trader.errors import (
    BelowMinimum,
    DuplicateClientOrderId,
    InsufficientFunds,
    InvalidOrder,
    NotFound,
    OutcomeUnknown,
    VenueBlocked,
    VenueBusy,
    VenueError,
    VenueForbidden,
    VenueOffline,
    VenueRejected,
    VenueUnreachable,
)

BY_NAME: dict[str, type[VenueError]] = {
    # 400: the order itself
    "create_bid_error": InvalidOrder,
    "create_ask_error": InvalidOrder,
    "insufficient_funds_bid": InsufficientFunds,
    "insufficient_funds_ask": InsufficientFunds,
    "under_min_total_bid": BelowMinimum,
    "under_min_total_ask": BelowMinimum,
    "under_min_total_market_bid": BelowMinimum,
    "under_min_total_market_ask": BelowMinimum,
    "over_krw_funds_bid": InvalidOrder,
    "over_krw_funds_ask": InvalidOrder,
    "invalid_price_bid": InvalidOrder,
    "invalid_price_ask": InvalidOrder,
    "invalid_volume_bid": InvalidOrder,
    "invalid_volume_ask": InvalidOrder,
    "invalid_time_in_force": InvalidOrder,
    "invalid_post_only": InvalidOrder,
    "volume_too_large": InvalidOrder,
    "duplicated_identifier": DuplicateClientOrderId,
    "notfoundmarket": NotFound,
    "invalid_parameter": InvalidOrder,
    "validation_error": InvalidOrder,
    "withdraw_address_not_registered": VenueRejected,
    "thirdparty_agreement_required": VenueForbidden,
    # 401, 403: the key
    "invalid_query_payload": VenueRejected,
    "nonce_used": VenueRejected,
    "jwt_verification": VenueForbidden,
    "invalid_access_key": VenueForbidden,
    "expired_access_key": VenueForbidden,
    "no_authorization_ip": VenueForbidden,
    "no_authorization_i_p": VenueForbidden,
    "no_authorization_token": VenueForbidden,
    "out_of_scope": VenueForbidden,
    "open_api_withdraw_locked": VenueForbidden,
    # maintenance
    "market_offline": VenueOffline,
    # 404
    "order_not_found": NotFound,
    "currency_not_found": NotFound,
    "pocket_not_found": NotFound,
    # 500
    "internal_server_error": VenueUnreachable,
}
"""What each documented name means to us. `too_many_requests` is missing on purpose: its status decides."""

BUSY_SECONDS = 1.0
BLOCK_SECONDS = 60.0


def error_name(body: bytes) -> tuple[str, str]:
    """(name, message) of an error body; ("", "") where it is not JSON of a known shape.

    Shapes seen: `{"error": {"name", "message"}}` (name may be an integer) and the flat `{"name"}`."""
    try:
        decoded: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "", ""
    inner = decoded.get("error", decoded) if isinstance(decoded, dict) else None
    if not isinstance(inner, dict) or not isinstance(inner.get("name"), str | int):
        return "", ""
    return str(inner["name"]), str(inner.get("message") or "")


def from_answer(status: int, body: bytes, headers: Mapping[str, str], *, order: bool = False) -> VenueError:
    """The exception for an answer that is not a success.

    Args:
        order: it answers the sending of an order. Then whatever does not prove that nothing happened – 5xx, or a
            refusal without the venue's own JSON name – is OutcomeUnknown.
    """
    name, message = error_name(body)
    text = f"Upbit answered {status}" + (f" {name}" if name else "") + (f": {message}" if message else "")
    if status == 429:
        return VenueBusy(text, retry_after=_seconds(headers) or BUSY_SECONDS, name=name, status=status)
    if status == 418:
        block = block_seconds(body, headers)
        return VenueBlocked(f"{text}: this machine is blocked for {block:.0f} s", name=name, status=status)
    if name == "market_offline":
        return VenueOffline(text, name=name, status=status)
    if order and (status >= 500 or not name or name == "internal_server_error"):
        return OutcomeUnknown(text, name=name, status=status)
    return _kind(status, name)(text, name=name, status=status)


def block_seconds(body: bytes, headers: Mapping[str, str]) -> float:
    """How long a 418 keeps us out: the header's word, else the message's, else a minute."""
    return _seconds(headers) or _seconds_in(body) or BLOCK_SECONDS


def _kind(status: int, name: str) -> type[VenueError]:
    if status >= 500:
        return VenueUnreachable
    if name in BY_NAME:
        return BY_NAME[name]
    if status in (401, 403):
        return VenueForbidden
    if status == 404:
        return NotFound
    if status < 400 or status == 408:  # a redirect or a gateway's time-out: not the venue's own word
        return VenueUnreachable
    return VenueRejected


def _seconds(headers: Mapping[str, str]) -> float | None:
    value = headers.get("retry-after", "")
    return float(value) if value.isdigit() and int(value) > 0 else None


def _seconds_in(body: bytes) -> float | None:
    found = re.search(rb"(\d{1,6})\s*(?:s\b|sec|\xec\xb4\x88)", body)  # the last: the Korean word for second
    return float(found.group(1)) if found and int(found.group(1)) > 0 else None
