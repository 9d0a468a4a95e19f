"""Cleaned text → tokens.  Pure, given the coins and the time.

Korean is written with and without blanks (`비트코인 5만원어치 사줘`, `비트코인5만원어치사줘`), so each stretch is taken
apart by the longest pieces that fit to its very end; a stretch with a rest that fits nothing is one unknown token.
Nothing is completed by guessing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from chatbot.coins import Coins
from chatbot.language import figures
from chatbot.language.tokens import Kind, Token
from chatbot.language.words import ASIDES, ENDINGS, LINKS, PARTICLES, Entry

_LONGEST_STRETCH = 60
_FEW = 3
"""Words of a coin's English name."""
_ACTS = (Kind.ACTION, Kind.NO_SALES, Kind.LOSS, Kind.GAIN)
_NUMERALS = frozenset("일이삼사오육칠팔구")
_UNITS = "십백천만억조"


@dataclass(frozen=True, slots=True)
class _Step:
    """A piece and where the reading goes on. `behind`: what may follow without a blank."""

    token: Token | None
    end: int
    behind: str
    particle: str = ""
    ending: str = ""


class Lexer:
    def __init__(self, entries: tuple[Entry, ...], coins: Coins) -> None:
        self._entries = entries
        self._coins = coins

    def tokens(self, text: str, now: datetime) -> list[Token]:
        found: list[Token] = []
        at = 0
        while at < len(text):
            if text[at] == " ":
                at += 1
                continue
            stretch = _Stretch(self._entries, self._coins, text, now)
            pieces = stretch.read(at)
            if pieces:
                found += pieces
                at = stretch.end
            else:
                end = text.find(" ", at)
                end = len(text) if end < 0 else end
                found.append(Token(Kind.UNKNOWN, text[at:end], at, end))
                at = end
        return _joined(found)


class _Stretch:
    """One reading from a blank on; it may go over blanks inside a figure or a name."""

    def __init__(self, entries: tuple[Entry, ...], coins: Coins, text: str, now: datetime) -> None:
        self._entries, self._coins, self._text, self._now = entries, coins, text, now
        self._longest = min(coins.longest_name, _LONGEST_STRETCH)
        self._hopeless: set[tuple[int, str]] = set()
        self.end = 0

    def read(self, start: int) -> list[Token]:
        end = self._text.find(" ", start)
        if (len(self._text) if end < 0 else end) - start > _LONGEST_STRETCH:
            return []
        steps = self._steps(start, "start")
        return [] if steps is None else _assembled(steps)

    def _steps(self, at: int, behind: str) -> list[_Step] | None:
        if behind != "start" and (at == len(self._text) or self._text[at] == " "):
            self.end = at
            return []
        if (at, behind) in self._hopeless:
            return None
        for step in sorted(self._candidates(at, behind), key=lambda s: -s.end):
            rest = self._steps(step.end, step.behind)
            if rest is not None:
                return [step, *rest]
        self._hopeless.add((at, behind))
        return None

    def _candidates(self, at: int, behind: str) -> Iterator[_Step]:
        if behind in ("verb", "noun-verb"):
            yield from self._endings(at)
        if behind in ("word", "noun-verb") and (match := PARTICLES.match(self._text, at)):
            yield _Step(None, match.end(), "word", particle=match.group())
        if behind in ("start", "word", "noun-verb"):
            yield from self._words(at, first=behind == "start")

    def _endings(self, at: int) -> Iterator[_Step]:
        for pattern, ending in ((ENDINGS, "asked"), (LINKS, "linked"), (ASIDES, "aside")):
            if match := pattern.match(self._text, at):
                yield _Step(None, match.end(), "end", ending=ending)

    def _words(self, at: int, *, first: bool) -> Iterator[_Step]:
        text = self._text
        for kind, value, end in figures.times(text, at, self._now):
            yield _Step(Token(kind, text[at:end], at, end, value), end, "word")
        for kind, value, end in figures.sums(text, at):
            glued = not first and kind is Kind.MONEY and text[at] in _UNITS
            yield _Step(Token(Kind.BARE if glued else kind, text[at:end], at, end, value), end, "word")
        for kind, value, end in figures.parts(text, at):
            if first or end - at > 1:  # `다` and `반` alone are also ends of other words
                yield _Step(Token(kind, text[at:end], at, end, value), end, "word")
        for entry in self._entries:
            if (first or entry.inside) and (match := entry.pattern.match(text, at)) and match.end() > at:
                yield self._entry(entry, at, match.end())
        yield from self._names(at)

    def _entry(self, entry: Entry, at: int, end: int) -> _Step:
        acts = entry.kind in _ACTS
        token = Token(entry.kind, self._text[at:end], at, end, entry.value, verb=entry.pure)
        english = token.text[-1].isascii()
        behind = "word" if not acts or english else "verb" if entry.pure else "noun-verb"
        return _Step(token, end, behind)

    def _names(self, at: int) -> Iterator[_Step]:
        """Listed coins, also such of several words; an English name is a whole word, or stands behind a figure."""
        blanks = 0
        for end in range(at + 1, min(len(self._text), at + self._longest + _FEW) + 1):
            if self._text[end - 1] == " ":
                blanks += 1
                if blanks >= _FEW:
                    return
                continue
            if self._goes_on(at, end):
                continue
            markets = self._coins.named(self._text[at:end])
            if markets:
                yield _Step(Token(Kind.COIN, self._text[at:end], at, end, markets), end, "word")

    def _goes_on(self, at: int, end: int) -> bool:
        """Whether the word is longer: `btc` in `btcx`, but not in `btc5만원` – unless there is a coin `btc5`."""
        around = self._text[end - 1 : end + 1]
        if len(around) < 2 or not _is_ascii_word(around):
            return False
        figure = around[0].isalpha() and around[1].isdecimal()
        return not figure or bool(self._coins.named(self._text[at : end + 1]))


def _is_ascii_word(two: str) -> bool:
    return all(c.isascii() and (c.isalnum() or c == "-") for c in two)


def _assembled(steps: list[_Step]) -> list[Token]:
    """Particles and endings go to the word before them."""
    found: list[Token] = []
    for step in steps:
        if step.token is not None:
            found.append(step.token)
        elif step.particle:
            found[-1] = found[-1].behind(step.particle)
        else:
            ending = step.ending
            found[-1] = replace(found[-1], verb=ending != "aside", linked=ending == "linked", aside=ending == "aside")
    return found


def _joined(found: list[Token]) -> list[Token]:
    """What two neighbours mean together: `0.01 btc`, `매수 해줘`; a sum that may begin with the word before it."""
    joined: list[Token] = []
    for token in found:
        before = joined[-1] if joined else None
        if before is None:
            joined.append(token)
        elif before.kind is Kind.NUMBER and token.kind is Kind.COIN and not before.tail:
            joined[-1] = replace(before, kind=Kind.QUANTITY, text=f"{before.text} {token.text}", end=token.end)
            joined.append(token)
        elif token.kind is Kind.POLITE and before.kind in _ACTS and not before.aside:
            joined[-1] = replace(before, verb=True)
        elif token.kind is Kind.MONEY and token.text[0] in _UNITS and before.text in _NUMERALS:
            joined.append(replace(token, kind=Kind.BARE))
        else:
            joined.append(token)
    return joined
