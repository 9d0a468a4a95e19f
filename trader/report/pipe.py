"""How the painter and who asks it speak: a question or an answer is its length, then its bytes."""

from __future__ import annotations

from typing import Final

LENGTH_BYTES: Final = 4
DRAWN: Final = b"\0"
FAILED: Final = b"\1"
"""The first byte of an answer: a picture follows, or words of what went wrong."""
