"""What the trader needs of the world: the venue, its streams, and a memory. Each method says what it raises.

`Exchange` and `Streams` are implemented in `trader.exchange.upbit`; `Storage` in `storage` (SQL and in-memory).
Contract suites under `tests/contracts` run on every implementation."""

from trader.ports.advice import Adviser
from trader.ports.storage import Records, SpareBook, Storage
from trader.ports.venue import (
    BalancesChanged,
    Exchange,
    OwnOrderChanged,
    StreamDown,
    StreamEvent,
    Streams,
    StreamUp,
    TradeTick,
)

__all__ = [
    "Adviser",
    "BalancesChanged",
    "Exchange",
    "OwnOrderChanged",
    "Records",
    "SpareBook",
    "Storage",
    "StreamDown",
    "StreamEvent",
    "StreamUp",
    "Streams",
    "TradeTick",
]
