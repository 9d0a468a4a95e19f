"""What tokens cost.  In: model names, usage.  Out: KRW as Decimal.  The table is `prices.toml` beside this file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources

from trader.errors import SettingsError
from trader.model.advice import Usage

MILLION = Decimal(1_000_000)
WRITTEN = Decimal("1.25")
"""Input that a vendor puts into its cache costs so many times the price of input."""


@dataclass(frozen=True, slots=True)
class Price:
    """USD per million tokens; `cached` for input that came from the vendor's cache."""

    input: Decimal
    output: Decimal
    cached: Decimal

    def usd(self, usage: Usage, *, most_input: int, most_output: int) -> tuple[Decimal, bool]:
        """What a call cost, and whether that is an estimate.

        Where the server does not say, or says more than it was sent and allowed, the most it can have been is taken: a
        budget must not be fooled by a call that was cut off, nor used up by a figure that cannot be."""
        tokens_in = most_input if usage.input is None else min(usage.input, most_input)
        tokens_out = most_output if usage.output is None else min(usage.output, most_output)
        given = (tokens_in, tokens_out) == (usage.input, usage.output)
        read = 0 if usage.input is None else min(usage.cache_read or 0, tokens_in)
        written = tokens_in if usage.input is None else min(usage.cache_write or 0, tokens_in - read)
        plain = tokens_in - read - written
        paid = (plain + written * WRITTEN) * self.input + read * self.cached + tokens_out * self.output
        return paid / MILLION, not given


FREE = Price(Decimal(0), Decimal(0), Decimal(0))
"""A server of one's own."""


@dataclass(frozen=True, slots=True)
class PriceTable:
    as_of: date
    prices: Mapping[str, Price]
    defaults: Mapping[str, str]


@cache
def price_table() -> PriceTable:
    raw = tomllib.loads(resources.files(__package__).joinpath("prices.toml").read_text(encoding="utf-8"))
    prices = {
        name: Price(*(Decimal(row[part]) for part in ("input", "output", "cached")))
        for name, row in raw["models"].items()
    }
    return PriceTable(raw["as_of"], prices, raw["defaults"])


def price_of(model: str, overrides: Mapping[str, Price]) -> Price:
    """SettingsError: nobody knows what this model costs."""
    found = overrides.get(model) or price_table().prices.get(model)
    if found is None:
        raise SettingsError(
            f"no price is known for the model {model!r}: set AI_PRICES={model}=INPUT/OUTPUT (USD per million tokens)"
        )
    return found


def parse_overrides(words: tuple[str, ...]) -> dict[str, Price]:
    """`model=0.10/0.50` → prices. SettingsError: not of that form."""
    found: dict[str, Price] = {}
    for word in words:
        model, _, rates = word.partition("=")
        try:
            given, made = (Decimal(rate) for rate in rates.split("/"))
        except (ValueError, InvalidOperation) as err:
            raise SettingsError(f"AI_PRICES: {word!r} is not of the form model=INPUT/OUTPUT") from err
        if not model or not (given.is_finite() and made.is_finite()) or min(given, made) < 0:
            raise SettingsError(f"AI_PRICES: {word!r} is not of the form model=INPUT/OUTPUT")
        found[model] = Price(given, made, given)
    return found
