"""Which coins a headline speaks of: whole words only.  Pure.

"inflows" is not FLOW and "lawmakers" is not MKR. A symbol counts as it is written, in capitals (`FLOW`, `$BTC`,
`BTC가`); English names in any case, Korean ones with the particles that follow them (`비트코인이`, not 비트코인캐시).
Longer names are tried first, so that Bitcoin Cash is not Bitcoin."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from trader.model.market import MarketInfo

_PARTICLES: Final = (
    "은는이가을를의도와과에로만",
    "에서|에게|에도|에는|으로|까지|부터|보다|처럼|이나|에선|발",
)
_SHORTEST_SYMBOL: Final = 3
"""Shorter ones are words (`IN`, `ID`, `T`): only with a dollar sign before them."""
_SHORTEST_NAME: Final = 3
_HANGUL: Final = re.compile(r"[가-힣]")
_PARTS: Final = re.compile(r"[()/,·]")


class CoinWords:
    def __init__(self, infos: Iterable[MarketInfo]) -> None:
        self._names: dict[str, str] = {}
        self._symbols: set[str] = set()
        for info in infos:
            self._learn(info)
        self._pattern = re.compile("|".join(self._alternatives()))

    def coins(self, title: str) -> frozenset[str]:
        """Symbols of the coins a title names."""
        found = {self._coin(match.group()) for match in self._pattern.finditer(title)}
        shouted = _shouted(title)
        return frozenset(coin for coin, as_symbol in found if not (as_symbol and shouted))

    def _learn(self, info: MarketInfo) -> None:
        symbol = info.market.base
        self._symbols.add(symbol)
        for name in _PARTS.split(f"{info.korean_name},{info.english_name}"):
            name = " ".join(name.split())
            korean = bool(_HANGUL.search(name))
            if name.upper() != symbol and len(name) >= (2 if korean else _SHORTEST_NAME):
                self._names.setdefault(name.casefold(), symbol)

    def _alternatives(self) -> list[str]:
        names = sorted(self._names, key=len, reverse=True)
        korean = [name for name in names if _HANGUL.search(name)]
        english = [name for name in names if not _HANGUL.search(name)]
        singles, doubles = _PARTICLES
        after = rf"(?=(?:{doubles}|[{singles}])?(?![0-9A-Za-z가-힣]))"
        long = sorted((s for s in self._symbols if len(s) >= _SHORTEST_SYMBOL), key=len, reverse=True)
        every = sorted(self._symbols, key=len, reverse=True)
        return [
            rf"(?<![0-9A-Za-z가-힣])(?:{_any(korean)}){after}",
            rf"(?<![0-9A-Za-z])(?i:{_any(english)})(?![0-9A-Za-z])",
            rf"\$(?:{_any(every)})(?![0-9A-Za-z])",
            rf"(?<![0-9A-Za-z])(?:{_any(long)})(?![0-9A-Za-z])",
        ]

    def _coin(self, text: str) -> tuple[str, bool]:
        """(symbol, whether it was written as one)."""
        by_name = self._names.get(" ".join(text.split()).casefold())
        if by_name is not None:
            return by_name, False
        symbol = text.lstrip("$")
        return symbol, not text.startswith("$")


def _any(words: Iterable[str]) -> str:
    """An alternative that matches nothing where there are no words."""
    return "|".join(re.escape(word) for word in words) or r"(?!)"


def _shouted(title: str) -> bool:
    """A headline all in capitals, where a symbol cannot be told from a word."""
    return title.isupper() and len(title.split()) >= 4 and not _HANGUL.search(title)
