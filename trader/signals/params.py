"""Parameters of strategies: declared once, with bounds; parsing, /params, docs and search grids read the same fields.

fast: int = param(12, "candles in the fast mean", low=2, high=200)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, TypeVar

from trader.errors import UserInputError
from trader.model.views import ParamView

Value = int | float | str | bool
T = TypeVar("T")

YES_NO = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}


@dataclass(frozen=True, slots=True)
class ParamSpec:
    """One parameter. Numbers have `low` and `high` (inclusive), words have `choices`; a yes/no has neither.
    `description` says what it is and, in brackets, its unit."""

    name: str
    default: Value
    description: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def bounds(self) -> str:
        """What may be given, as text."""
        if self.choices:
            return " ".join(self.choices)
        return "yes no" if isinstance(self.default, bool) else f"{self.low:g} … {self.high:g}"

    def parse(self, text: str) -> Value:
        """ValueError: not of the kind, or out of bounds."""
        text = text.strip()
        if isinstance(self.default, bool):
            if text.lower() not in YES_NO:
                raise ValueError(text)
            return YES_NO[text.lower()]
        if self.choices:
            if text.lower() not in self.choices:
                raise ValueError(text)
            return text.lower()
        number = int(text) if isinstance(self.default, int) else float(text)
        self.check(number)
        return number

    def check(self, value: Value) -> None:
        """ValueError: out of bounds."""
        if self.choices and value not in self.choices:
            raise ValueError(f"{self.name} is one of {self.bounds}, not {value}")
        if self.low is not None and self.high is not None and not self.low <= float(value) <= self.high:
            raise ValueError(f"{self.name} lies in {self.bounds}, not {value}")

    def grid(self, points: int) -> tuple[Value, ...]:
        """At most `points` values to try, from low to high; every choice where there are choices."""
        if isinstance(self.default, bool):
            return (False, True)
        if self.choices:
            return self.choices
        if self.low is None or self.high is None:
            return (self.default,)
        steps = [self.low + (self.high - self.low) * i / max(points - 1, 1) for i in range(points)]
        if isinstance(self.default, int):
            return tuple(dict.fromkeys(round(step) for step in steps))
        return tuple(steps)


def param(
    default: T,
    description: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> T:
    """A field of a strategy. Declared as the type of its default; a dataclass field underneath."""
    numeric = isinstance(default, int | float) and not isinstance(default, bool)
    if numeric and (low is None or high is None):
        raise TypeError(f"a number needs low and high: {description}")
    made: Any = field(default=default, metadata={"param": (description, low, high, choices)})
    return made  # type: ignore[no-any-return]


def specs(strategy: object) -> tuple[ParamSpec, ...]:
    """Of a strategy or its class, in the order they are declared."""
    declared: tuple[Field[Any], ...] = fields(strategy)  # type: ignore[arg-type]
    return tuple(
        ParamSpec(each.name, each.default, *each.metadata["param"])  # type: ignore[arg-type]
        for each in declared
        if "param" in each.metadata
    )


class Contradiction(ValueError):
    """Parameters that do not go together; `key` and `params` name the wording that says which."""

    def __init__(self, key: str, /, **params: object) -> None:
        super().__init__(f"{key} {params}")
        self.key = key
        self.params = params


def check(strategy: object) -> None:
    """ValueError when a value lies outside its bounds."""
    for spec in specs(strategy):
        spec.check(getattr(strategy, spec.name))


def build(cls: type[T], name: str, given: Mapping[str, str]) -> T:
    """A strategy from parameters as text; those not given have their defaults.

    Raises UserInputError:
        param-unknown (strategy, name, names), param-bad-value (strategy, name, value, bounds),
        and what a Contradiction names."""
    known = {spec.name: spec for spec in specs(cls)}
    values: dict[str, Value] = {}
    for key, text in given.items():
        if key not in known:
            raise UserInputError("param-unknown", strategy=name, name=key, names=" ".join(known))
        try:
            values[key] = known[key].parse(text)
        except ValueError as err:
            bounds = known[key].bounds
            raise UserInputError("param-bad-value", strategy=name, name=key, value=text, bounds=bounds) from err
    try:
        return cls(**values)
    except Contradiction as err:
        raise UserInputError(err.key, strategy=name, **err.params) from err


def as_text(value: Value) -> str:
    """As it would be given."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def views(strategy: object) -> list[ParamView]:
    """Every parameter of a strategy with its value and bounds, for people. Words show their choices as bounds."""
    return [
        ParamView(
            name=spec.name,
            value=as_text(getattr(strategy, spec.name)),
            default=as_text(spec.default),
            low="" if spec.low is None else f"{spec.low:g}",
            high=spec.bounds if spec.high is None else f"{spec.high:g}",
            description=spec.description,
        )
        for spec in specs(strategy)
    ]
