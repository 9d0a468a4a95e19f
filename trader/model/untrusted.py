"""Text that somebody outside wrote, made harmless to show.  Pure.

A headline can be planted to move a trade, so models see it cleaned, short, and marked as data; and whatever it says,
code lets news lower the risk only. What is removed: markup, control, zero-width, bidirectional and tag characters,
addresses, words that mix scripts (homoglyphs), runs that look encoded (base64, hexadecimal, Morse)."""

from __future__ import annotations

import html
import re
import unicodedata

LONGEST = 140

_MARKUP = re.compile(r"<[^>]{0,2000}>")
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|\S+@\S+\.\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|io|xyz|kr|ru|cn|me)\b\S*", re.I
)
_ENCODED = re.compile(r"[A-Za-z0-9+/=_-]{24,}")
_MORSE = re.compile(r"(?:[.\-·–—•]{1,6}[\s/|]+){4,}[.\-·–—•]{1,6}")
_BRACES = str.maketrans(dict.fromkeys("<>{}[]`|\\", " "))


def clean(text: str, longest: int = LONGEST) -> str:
    """One line of plain words, at most `longest` characters; empty when nothing honest is left."""
    plain = unicodedata.normalize("NFKC", html.unescape(_MARKUP.sub(" ", text[:5000])))
    plain = _MARKUP.sub(" ", plain)
    plain = "".join(" " if c in "\t\r\n" else c for c in plain if c in "\t\r\n" or _visible(c))
    plain = _MORSE.sub(" ", _ADDRESS.sub(" ", plain)).translate(_BRACES)
    words = [word for word in plain.split() if not _ENCODED.search(word) and not mixes_scripts(word)]
    line = " ".join(words)
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _visible(char: str) -> bool:
    """Letters, digits, punctuation, spaces; no control (Cc), format (Cf: zero-width, bidi, tags), private or unassigned
    characters, no combining marks that stayed alone after normalisation."""
    return unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cn", "Cs", "Mn", "Me"}


def mixes_scripts(word: str) -> bool:
    """Latin together with Cyrillic, Greek or another alphabet in one word, as in a homoglyph. Korean beside Latin or
    digits is ordinary (`BTC가`)."""
    scripts = {_script(char) for char in word if char.isalpha()} - {"HANGUL", "CJK"}
    return len(scripts) > 1


def _script(char: str) -> str:
    return unicodedata.name(char, "UNKNOWN").split(" ", 1)[0].split("-", 1)[0]
