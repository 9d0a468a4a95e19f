"""Names for things, unique for ever, safe in a URL and short enough to say.

80 random bits in Crockford's base32 (no I, L, O, U). The beginning is random too, so that a person can name an order by
its first few letters. Upbit takes at most 64 of `[A-Za-z0-9_-]` for an identifier and never twice the same."""

from __future__ import annotations

import secrets

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> str:
    """16 characters."""
    bits = secrets.randbits(80)
    return "".join(_ALPHABET[bits >> shift & 31] for shift in range(75, -5, -5))
