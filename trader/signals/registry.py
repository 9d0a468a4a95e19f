"""Strategies by name. A new one: a file with `@strategy("name")`, its test, an import in `signals/__init__.py`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar, TypeVar

from trader.errors import UserInputError
from trader.model.market import CandleArrays, Timeframe
from trader.model.signal import SignalArrays
from trader.signals import params


class Strategy(ABC):
    """A small frozen value with one decision: the whole history in, an opinion at every candle out.

    Subclasses are frozen dataclasses whose fields are made by `param`. `enter_reason` and `exit_reasons` are codes
    (wording explains them); `level_entry` = wants to be in at any time, so an entry need not wait for an edge."""

    name: ClassVar[str] = ""
    default_timeframe: ClassVar[Timeframe] = Timeframe.M15
    level_entry: ClassVar[bool] = False
    enter_reason: ClassVar[str] = ""
    exit_reasons: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        params.check(self)

    @property
    @abstractmethod
    def warmup(self) -> int:
        """Rows before the first opinion, on the default timeframe."""

    def warmup_on(self, timeframe: Timeframe) -> int:
        """The same on another timeframe; differs for strategies that think in days."""
        return self.warmup

    def exit_reason(self, candles: CandleArrays) -> str:
        """Why the exposure fell to 0 with the last row: one of `exit_reasons`."""
        return self.exit_reasons[0]

    @abstractmethod
    def signals(self, candles: CandleArrays) -> SignalArrays:
        """Shape (n,); row i uses rows 0..i only."""

    @abstractmethod
    def details(self, candles: CandleArrays) -> dict[str, float]:
        """The figures behind the last row, by a short name; NaN where there is none yet."""


S = TypeVar("S", bound=type[Strategy])

_BY_NAME: dict[str, type[Strategy]] = {}


def strategy(name: str) -> Callable[[S], S]:
    """Class decorator: registers under `name` (lower case; used in chat, settings, back-test and ledger)."""

    def register(cls: S) -> S:
        if name in _BY_NAME:
            raise ValueError(f"two strategies are called {name}")
        cls.name = name
        _BY_NAME[name] = cls
        return cls

    return register


def names() -> tuple[str, ...]:
    return tuple(sorted(_BY_NAME))


def strategy_class(name: str) -> type[Strategy]:
    """UserInputError: strategy-unknown (name, names)."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise UserInputError("strategy-unknown", name=name, names=" ".join(names())) from None


def get(name: str, given: Mapping[str, str] | None = None) -> Strategy:
    """A strategy with parameters as text (those not given have their defaults).

    UserInputError: strategy-unknown, or what `params.build` raises."""
    return params.build(strategy_class(name), name, given or {})
