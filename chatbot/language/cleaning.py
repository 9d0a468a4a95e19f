"""A message as it was typed → the text the grammar reads, and what its signs alone already say.  Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_JAMO = re.compile(r"[ㄱ-ㅣᄀ-ᇿ]+")
_NO_JAMO = re.compile(r"(?:ㄴ|ᄂ){2,}")
"""`ㄴㄴ` is a no; other lone letters are laughter."""
_YES_JAMO = re.compile(r"\s*[ㅇᄋ]{1,3}[ㅋᄏ]?[\s.!~]*")
_NO_JAMO_ALONE = re.compile(r"\s*[ㄴᄂ]{2,}[\s.!~]*")
_QUOTED_LINE = re.compile(r"^\s*(?:>|&gt;)", re.MULTILINE)
_QUOTES = re.compile(r"[\"“”„«»「」『』`]")
_APOSTROPHES = re.compile(r"[’‘ʼ´]")
_SINGLE_QUOTED = re.compile(r"(?<![0-9a-z])'[^']+'(?![0-9a-z])")
_LEADING_POINT = re.compile(r"(?<![^\s₩$€¥-])\.(?=\d)")
"""`.5` is a half. Behind a letter (`btc.5`) the point stays, so that no figure begins behind it."""
_LOOSE = re.compile(r"(?<!\d)[,:]|(?<!\d)\.(?!\d)|[.,:](?!\d)|'(?![a-z])")
"""Points, commas and colons that do not stand inside a figure or a time."""
_POSSESSIVE = re.compile(r"(?<![a-z])(?!what's|how's|it's|let's)([a-z]+)'s(?![a-z])")
_KEPT = frozenset("₩$€¥%/@-+='.,:")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """`text`: NFKC, lower case, single blanks, no marks. `quoted`: a part is somebody else's words."""

    text: str
    quoted: bool
    question: bool
    refused: bool


def clean(message: str) -> Cleaned:
    refused = bool(_NO_JAMO.search(message))
    message = "응" if _YES_JAMO.fullmatch(message) else "아니" if _NO_JAMO_ALONE.fullmatch(message) else message
    text = unicodedata.normalize("NFKC", _JAMO.sub(" ", message)).casefold()
    text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    text = _APOSTROPHES.sub("'", text).replace("a.m.", "am").replace("p.m.", "pm")
    quoted = bool(_QUOTED_LINE.search(text) or _QUOTES.search(text) or _SINGLE_QUOTED.search(text))
    question = "?" in text
    text = "".join(c if c in _KEPT or unicodedata.category(c)[0] in "LNM" else " " for c in text)
    text = _LEADING_POINT.sub("0.", _POSSESSIVE.sub(r"\1", text))
    return Cleaned(" ".join(_LOOSE.sub(" ", text).split()), quoted, question, refused)
