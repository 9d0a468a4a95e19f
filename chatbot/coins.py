"""Markets by the names people use: code, base symbol, Korean or English name, and a few nicknames."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

from trader.errors import UserInputError
from trader.model.market import Market, MarketInfo

QUOTE = "KRW"
_NICKNAMES = {
    "비트": "BTC",
    "비코": "BTC",
    "이더": "ETH",
    "알트대장": "ETH",
    "솔": "SOL",
    "도지": "DOGE",
    "에이다": "ADA",
    "이클": "ETC",
}


def _fold(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


class Coins:
    """Index over the listed markets, rebuilt when the list changes. Names mean the market against KRW; other
    quotes are named by their code alone."""

    def __init__(self, infos: Callable[[], Sequence[MarketInfo]] = tuple) -> None:
        self._infos = infos
        self._seen: tuple[MarketInfo, ...] = ()
        self._by_name: dict[str, list[Market]] = {}
        self._by_code: dict[str, MarketInfo] = {}

    def parse(self, text: str) -> Market:
        """UserInputError: market-unknown (value, near), market-ambiguous (value, choices)."""
        self._refresh()
        folded = _fold(text)
        known = self._by_code.get(folded.upper())
        if known is not None:
            return known.market
        found = self._by_name.get(folded) or self._beginning_with(folded)
        if len(found) > 1:
            raise UserInputError("market-ambiguous", value=text, choices=", ".join(m.code for m in found[:6]))
        if not found:
            raise UserInputError("market-unknown", value=text)
        return found[0]

    def name(self, code: str, language: str) -> str:
        """`비트코인` or `Bitcoin`; empty when the market is not listed."""
        self._refresh()
        info = self._by_code.get(code)
        return "" if info is None else info.korean_name if language == "ko" else info.english_name

    def _beginning_with(self, folded: str) -> list[Market]:
        if len(folded) < 2:
            return []
        hits = (market for name, markets in self._by_name.items() if name.startswith(folded) for market in markets)
        return list(dict.fromkeys(hits))

    def _refresh(self) -> None:
        infos = tuple(self._infos())
        if infos == self._seen:
            return
        self._seen = infos
        self._by_code = {info.market.code: info for info in infos}
        self._by_name = {}
        for info in infos:
            if info.market.quote == QUOTE:
                for name in {_fold(n) for n in (info.market.base, info.korean_name, info.english_name) if n}:
                    self._by_name.setdefault(name, []).append(info.market)
        for nickname, base in _NICKNAMES.items():
            known = self._by_code.get(f"{QUOTE}-{base}")
            if known is not None:
                self._by_name.setdefault(nickname, [known.market])
