"""Markets by the names people use: code, base symbol, Korean or English name, and a few nicknames."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from difflib import get_close_matches

from trader.errors import UserInputError, VenueUnreachable
from trader.model.market import Market, MarketInfo

QUOTE = "KRW"
_NICKNAMES = {
    "비트": "BTC",
    "비코": "BTC",
    "이더": "ETH",
    "솔": "SOL",
    "도지": "DOGE",
    "리플": "XRP",
    "에이다": "ADA",
    "이클": "ETC",
}


_BRACKETS = re.compile(r"[()]")
_SHOWN = 5


def _codes(markets: Sequence[Market]) -> str:
    return ", ".join(market.code for market in markets[:_SHOWN])


def _fold(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _names(info: MarketInfo) -> set[str]:
    """Symbol and both names; of `엑스알피(리플)` also each part alone."""
    whole = (info.market.base, info.korean_name, info.english_name)
    parts = [part for name in whole for part in _BRACKETS.split(name)] if "(" in "".join(whole) else []
    return {_fold(name) for name in (*whole, *parts) if name.strip()}


class Coins:
    """Index over the listed markets, rebuilt when the list changes. Names mean the market against KRW; other
    quotes are named by their code alone."""

    def __init__(self, infos: Callable[[], Sequence[MarketInfo]] = tuple) -> None:
        self._infos = infos
        self._seen: tuple[MarketInfo, ...] = ()
        self._by_name: dict[str, list[Market]] = {}
        self._by_code: dict[str, MarketInfo] = {}

    def find(self, text: str) -> Market | None:
        """The one listed market of this very name; None when there is none, or several."""
        self._refresh()
        folded = _fold(text)
        known = self._by_code.get(folded.upper())
        if known is not None:
            return known.market
        found = self._by_name.get(folded, [])
        return found[0] if len(found) == 1 else None

    def named(self, text: str) -> tuple[Market, ...]:
        """Every listed market of this very name or code."""
        self._refresh()
        folded = _fold(text)
        known = self._by_code.get(folded.upper())
        return (known.market,) if known is not None else tuple(self._by_name.get(folded, ()))

    @property
    def longest_name(self) -> int:
        """Characters of the longest name or code, without blanks."""
        self._refresh()
        return max(map(len, (*self._by_name, *self._by_code)), default=0)

    def parse(self, text: str, *, listed: bool = True) -> Market:
        """`listed` False also takes the code of a market the venue no longer (or not yet) names.

        UserInputError: market-unknown (text), market-unknown-near (text, choices), market-ambiguous (text, choices).
        VenueUnreachable: a name, and the list has not been read since the start. A name is never completed by
        guessing."""
        exact = self.find(text)
        if exact is not None:
            return exact
        folded = _fold(text)
        found = self._by_name.get(folded, [])
        if found:
            raise UserInputError("market-ambiguous", text=text, choices=_codes(found))
        if "-" in folded and (not listed or not self._seen):
            try:
                return Market.parse(folded)
            except ValueError as err:
                raise UserInputError("market-unknown", text=text) from err
        if not self._seen:
            raise VenueUnreachable("its list of markets has not been read yet")
        near = self._near(folded)
        if near:
            raise UserInputError("market-unknown-near", text=text, choices=_codes(near))
        raise UserInputError("market-unknown", text=text)

    def name(self, code: str, language: str) -> str:
        """`비트코인` or `Bitcoin`; empty when the market is not listed."""
        self._refresh()
        info = self._by_code.get(code)
        return "" if info is None else info.korean_name if language == "ko" else info.english_name

    def _near(self, folded: str) -> list[Market]:
        """Names that begin alike, then names a slip away."""
        symbol = folded.removeprefix(f"{QUOTE.casefold()}-")
        begin = [name for name in self._by_name if len(symbol) > 1 and name.startswith(symbol)]
        alike = get_close_matches(symbol, self._by_name, n=_SHOWN, cutoff=0.6)
        return list(dict.fromkeys(market for name in [*begin, *alike] for market in self._by_name[name]))[:_SHOWN]

    def _refresh(self) -> None:
        infos = tuple(self._infos())
        if infos == self._seen:
            return
        self._seen = infos
        self._by_code = {info.market.code: info for info in infos}
        self._by_name = {}
        for info in infos:
            if info.market.quote == QUOTE:
                for name in _names(info):
                    self._by_name.setdefault(name, []).append(info.market)
        for nickname, base in _NICKNAMES.items():
            known = self._by_code.get(f"{QUOTE}-{base}")
            if known is not None:
                self._by_name.setdefault(nickname, [known.market])
