"""`Words`: one language's catalogue, plus figures formatted for it.

Text comes from `ko.ftl` and `en.ftl` alone. A figure that is not known is said to be unknown, never shown as 0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import ast
from fluent.syntax.visitor import Visitor

from chatbot.coins import Coins
from chatbot.wording import figures

LANGUAGES = ("ko", "en")
_FOLDER = Path(__file__).parent


@cache
def _resource(language: str) -> ast.Resource:
    resource: ast.Resource = FluentResource((_FOLDER / f"{language}.ftl").read_text(encoding="utf-8"))
    return resource


@cache
def _bundle(language: str) -> FluentBundle:
    bundle = FluentBundle([language], use_isolating=False)
    bundle.add_resource(_resource(language))
    return bundle


class _Variables(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:
        self.names.add(node.id.name)


@cache
def variables(language: str) -> Mapping[str, frozenset[str]]:
    """Every message id of a catalogue with the parameters its text uses."""
    found: dict[str, frozenset[str]] = {}
    for entry in _resource(language).body:
        if isinstance(entry, ast.Message):
            visitor = _Variables()
            visitor.visit(entry)
            found[entry.id.name] = frozenset(visitor.names)
    return found


class Words:
    """KeyError for a key the catalogue does not have; ValueError when a parameter of the message is missing."""

    def __init__(self, language: str, coins: Coins | None = None, names: Mapping[str, str] | None = None) -> None:
        """`names` of people by their key (`telegram:123`), looked up as they stand at each use."""
        self.language = language
        self._bundle = _bundle(language)
        self._coins = coins or Coins()
        self._names = {} if names is None else names

    def __call__(self, key: str, /, **params: object) -> str:
        pattern = self._bundle.get_message(key).value
        if pattern is None:
            raise KeyError(key)
        text, errors = self._bundle.format_pattern(pattern, params)
        if errors:
            raise ValueError(f"{self.language}/{key}: {errors[0]}")
        return str(text)

    def lenient(self, key: str, params: Mapping[str, str]) -> str:
        """For figures that come from elsewhere: those the message needs and does not get are said to be unknown."""
        missing = {name: self.unknown for name in variables(self.language)[key] if not params.get(name)}
        return self(key, **{**params, **missing})

    def needs(self, key: str) -> frozenset[str]:
        """The parameters a message's text uses."""
        return variables(self.language)[key]

    def has(self, key: str) -> bool:
        return bool(self._bundle.has_message(key))

    def first(self, candidates: Iterable[str], otherwise: str, /, **params: object) -> str:
        """The first key the catalogue has, else the text `otherwise`."""
        for key in candidates:
            if self.has(key):
                return self(key, **params)
        return otherwise

    # ---- figures

    @property
    def unknown(self) -> str:
        return self("unknown")

    def short(self, amount: Decimal | None) -> str:
        """`120만`: a check of what was understood."""
        return self.unknown if amount is None else figures.short_krw(amount)

    def brief(self, amount: Decimal | None) -> str:
        """For tables, four figures at most where it is long: `1.23억`, `123M`."""
        return "–" if amount is None else figures.brief(amount, self.language)

    def brief_change(self, amount: Decimal | None) -> str:
        return "–" if amount is None else figures.signed_brief(amount, self.language)

    def krw(self, amount: Decimal | None) -> str:
        """`1,234,567원`, `₩1,234,567`."""
        return self.unknown if amount is None else self("krw", amount=figures.amount(amount))

    def krw_change(self, amount: Decimal | None) -> str:
        """With its sign: `▲ +1,234원`."""
        return self.unknown if amount is None else self("krw", amount=figures.signed(amount))

    def fee(self, amount: Decimal | None) -> str:
        """A sum that may be below 1 KRW: `24.95원`."""
        return self.unknown if amount is None else self("krw", amount=figures.fee(amount))

    def price(self, price: Decimal | None) -> str:
        return self.unknown if price is None else self("krw", amount=figures.price(price))

    def quantity(self, quantity: Decimal | None, currency: str = "") -> str:
        if quantity is None:
            return self.unknown
        return f"{figures.quantity(quantity)} {currency}".rstrip()

    def share(self, fraction: Decimal | None) -> str:
        """0.05 → `5%`."""
        return self.unknown if fraction is None else figures.percent(fraction)

    def change(self, fraction: Decimal | None) -> str:
        """0.0123 → `+1.23%`."""
        return self.unknown if fraction is None else figures.signed_percent(fraction)

    def moment(self, moment: datetime | None, now: datetime | None = None) -> str:
        """Seoul time; the date is left out when it is the same Korean day as `now`."""
        return self.unknown if moment is None else figures.seoul(moment, now)

    def span(self, seconds: float | None) -> str:
        """`2시간 5분`, `2h 5m`: the two largest units."""
        if seconds is None:
            return self.unknown
        parts = figures.span_parts(seconds)
        return " ".join(self(f"span-{unit}", n=str(n)) for unit, n in parts)

    def market(self, code: str) -> str:
        """`비트코인 KRW-BTC`; the code alone when its name is not known."""
        name = self._coins.name(code, self.language)
        return f"{name} {code}" if name else code

    def person(self, key: str) -> str:
        """`Kim`; somebody whose name is not known as `텔레그램 123`, and what is no person's key as it is."""
        return self._names.get(key) or self.account(key)

    def account(self, key: str) -> str:
        """`텔레그램 123`, also where a name is known: anybody can take any name."""
        channel, _, user_id = key.partition(":")
        place = f"channel-{channel}"
        return f"{self(place)} {user_id}" if user_id and self.has(place) else key

    def coin(self, code: str) -> str:
        """`비트코인`, else the base symbol."""
        return self._coins.name(code, self.language) or code.partition("-")[2]
