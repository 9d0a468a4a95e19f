"""A command as the reader's language writes it: `/buy KRW-BTC 100,000원`, `/buy KRW-BTC 100,000 KRW`.

The commands that sentences come to carry 원 and 개, as they are typed in Korean. What is shown is a command too: typed
as it stands it means the same."""

from __future__ import annotations

import re
from decimal import Decimal

from chatbot.wording import Words

_UNIT = re.compile(r"(?<=\s)(\d+(?:\.\d+)?)(원|개)(?=\s|$)")
_LARGE = re.compile(r"(?<=\s)\d{4,}(?=\s|$)")
_ARROW = " → "
"""Between what was said and what it was taken for, in the audit trail."""


def spelled(line: str, words: Words) -> str:
    """`line` is a command as `Run` has it; any other is returned as it is."""
    _, _, coin = line.partition(" ")[2].partition(" ")[0].partition("-")

    def unit(found: re.Match[str]) -> str:
        amount = f"{Decimal(found[1]):,f}"
        return words("krw", amount=amount) if found[2] == "원" else words("line-coins", amount=amount, coin=coin)

    if not line.startswith("/"):
        return line
    line = _LARGE.sub(lambda found: f"{int(found[0]):,}", line) if line.startswith("/alerts ") else line
    return _UNIT.sub(unit, line)


def spelled_trail(line: str, words: Words) -> str:
    """A line of the audit trail: what a person typed stays as it was typed."""
    said, arrow, understood = line.rpartition(_ARROW)
    return f"{said}{arrow}{spelled(understood, words)}" if arrow else line
