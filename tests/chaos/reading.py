"""What a person reads must be for a person: in their language, without the inside of the program, and said once.

In: the texts of one cell. Out: what is wrong with them, a sentence each."""

from __future__ import annotations

import re
from collections.abc import Sequence

_RAW = re.compile(
    r"\b(?:telegram|slack):\w+|\b(?:None|True|False)\b|Traceback|\{\s*\$|[a-z]+_[a-z_]+|Error\b|Exception"
)
"""Keys of people, values of the program, wording without its figures, names of code."""

_KNOWN = re.compile(
    r"bps|KRW(?:-[A-Z]+)?|\b(?:BTC|XRP|ETH|SOL|ADA|API|IP|ID|PANIC|Upbit|Kim|RSI|ATR)\b"
    r"|/lessons notes|/[a-z]+|[0-9A-Z]{6,}"
)
_LATIN = re.compile(r"[A-Za-z]{2,}")
_HANGUL = re.compile(r"[가-힣]")


def misread(texts: Sequence[str], language: str) -> list[str]:
    found = [f"raw: {match[0]!r} in: {_short(text)}" for text in texts for match in _RAW.finditer(text)]
    if language == "ko":
        for text in texts:
            foreign = _LATIN.findall(_KNOWN.sub(" ", text))
            if foreign:
                found.append(f"English: {' '.join(foreign)!r} in: {_short(text)}")
    else:
        found += [f"Korean in: {_short(text)}" for text in texts if _HANGUL.search(text)]
    found += [f"told twice: {_short(text)}" for text in dict.fromkeys(texts) if texts.count(text) > 1]
    return found


def _short(text: str) -> str:
    return " / ".join(text.splitlines())[:160]
