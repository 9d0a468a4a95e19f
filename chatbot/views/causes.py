"""Why something came about, in words: stop, panic, a strategy's reason; the venue's names of errors, and kinds of
them (`trader.errors.cause_of`). Pure."""

from __future__ import annotations

import re

from chatbot.wording import Words

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def has_cause(code: str, words: Words) -> bool:
    return bool(code) and words.has(_key(code))


def cause_text(code: str, words: Words) -> str:
    """A code without wording is shown as it is: it can still be looked up."""
    return words.first((_key(code),), code) if code else ""


def _key(code: str) -> str:
    """`insufficient_funds_bid`, `pause over`, `VenueBusy` → `cause-…` in lower case with hyphens."""
    kebab = _HUMP.sub("-", code).replace("_", "-").replace(" ", "-").lower()
    return f"cause-{kebab}"
