"""The parts of a sentence: what kinds there are, and one of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, StrEnum, auto

from trader.model.market import Market, Timeframe


class Action(StrEnum):
    """What verbs ask for. PUT (`넣어`) buys with a sum and adds without one; OFF (`꺼`) pauses, or removes a stop."""

    BUY = "buy"
    SELL = "sell"
    PAUSE = "pause"
    RESUME = "resume"
    START = "start"
    CANCEL = "cancel"
    PANIC = "panic"
    SET = "set"
    ADD = "add"
    REMOVE = "remove"
    PUT = "put"
    OFF = "off"


class Kind(Enum):
    ACTION = auto()
    """value: Action"""
    COIN = auto()
    """value: tuple of the markets that bear the name"""
    MONEY = auto()
    """value: Decimal KRW; a unit stands with it"""
    BARE = auto()
    """value: Decimal; 만, 천 or k without a unit: KRW or coins"""
    NUMBER = auto()
    """value: Decimal; nothing says of what"""
    QUANTITY = auto()
    """value: Decimal coins"""
    SHARE = auto()
    """value: Decimal in (0, 1]"""
    FOREIGN = auto()
    """Another currency than KRW."""
    MOMENT = auto()
    """value: datetime, aware UTC"""
    DAY = auto()
    """value: datetime at which that Korean day ends, aware UTC"""
    SPAN = auto()
    """value: timedelta"""
    FRAME = auto()
    """value: Timeframe"""
    PERIOD = auto()
    """value: what /pnl takes (`day`), empty where it has nothing for it"""
    NOUN = auto()
    """value: name of the command that shows it"""
    LOSS = auto()
    GAIN = auto()
    TRAIL = auto()
    """Stop loss, take profit and trailing stop."""
    LIMIT = auto()
    """value: the setting's key"""
    SHOW = auto()
    WHY = auto()
    PAST = auto()
    MUSING = auto()
    """`살까`: thinking aloud."""
    ALL_IN = auto()
    SIDE_ORDERS = auto()
    """`매수 주문`: only the orders of one side."""
    NO_SALES = auto()
    """`stop selling`"""
    QUIET = auto()
    """Notices, alarms, sounds."""
    UNTIL = auto()
    AT = auto()
    """What a limit price follows."""
    FILLER = auto()
    POLITE = auto()
    """`해줘`: makes a verb of the noun before it."""
    UNKNOWN = auto()


Value = Action | tuple[Market, ...] | Decimal | datetime | timedelta | Timeframe | str | None


@dataclass(frozen=True, slots=True)
class Token:
    """`text` from `start` to `end` of the cleaned sentence. `tail` holds the particles behind it (`에`, `까지`);
    `verb`: an action that is asked for, not the noun of one; `linked`: something follows (`팔고`); `aside`: it is
    only spoken of (`팔면`, `사지`)."""

    kind: Kind
    text: str
    start: int
    end: int
    value: Value = None
    tail: str = ""
    verb: bool = True
    linked: bool = False
    aside: bool = False

    def behind(self, particle: str) -> Token:
        return replace(self, tail=f"{self.tail}{particle} ")

    @property
    def particles(self) -> frozenset[str]:
        return frozenset(self.tail.split())
