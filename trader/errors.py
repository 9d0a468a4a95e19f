"""Everything that can go wrong on purpose, sorted by what one does about it.

TraderError
├── UserInputError      the person can mend it: show the message, log nothing
├── SettingsError       the settings contradict each other: refuse to start, say which
├── VenueUnreachable    a read failed: try again with back-off
├── VenueBusy           the venue asks for patience: pause that limit group
├── VenueRejected       the venue said no, its code is kept: tell, do not retry
├── VenueOffline        maintenance: stop entries until a probe passes
│   └── VenueBlocked    asked too often: this machine is shut out for a while
├── OutcomeUnknown      an order may or may not exist: look it up by client order id, never send again blind
├── OrderPending        another order of the market is under way: nothing was sent, ask again later
├── StorageFailed       the books cannot be written: stop entries, keep guarding, tell
└── LedgerMismatch      books and venue disagree: stop buying, call a person

Expected outcomes (denied, refused, no signal) are values, not exceptions."""

from __future__ import annotations


class TraderError(Exception):
    """Root of all errors raised on purpose."""


class UserInputError(TraderError):
    """A person's input cannot be used; `key` and `params` name the wording that says what to do next."""

    def __init__(self, key: str, /, **params: object) -> None:
        super().__init__(key + (f" {params}" if params else ""))
        self.key = key
        self.params = params


class SettingsError(TraderError):
    """Settings are missing or contradict each other."""


class VenueError(TraderError):
    """Anything the venue or the way to it did. `name` is the venue's own error name, if it gave one."""

    def __init__(self, message: str, *, name: str = "", status: int | None = None) -> None:
        super().__init__(message)
        self.name = name
        self.status = status


class VenueUnreachable(VenueError):
    """No answer to a read (network, time-out, 5xx)."""


class VenueBusy(VenueError):
    """Too many requests; `retry_after` seconds to wait."""

    def __init__(self, message: str, *, retry_after: float, name: str = "", status: int | None = None) -> None:
        super().__init__(message, name=name, status=status)
        self.retry_after = retry_after


class VenueRejected(VenueError):
    """The venue refused the request and nothing happened."""


class VenueOffline(VenueError):
    """Maintenance, or this machine is blocked for a while."""


class VenueBlocked(VenueOffline):
    """The venue has shut this machine out for a while (418)."""


class VenueForbidden(VenueRejected):
    """The key is wrong, expired, lacks a right, or the address is not allowed."""


class NotFound(VenueRejected):
    """The order or market does not exist at the venue."""


class InsufficientFunds(VenueRejected):
    """Free balance does not cover the order and its fee."""


class BelowMinimum(VenueRejected):
    """Notional below the venue's minimum."""


class InvalidOrder(VenueRejected):
    """Price off tick, quantity with too many digits, wrong field."""


class DuplicateClientOrderId(VenueRejected):
    """The client order id was used before: the earlier order exists and must be looked up."""


class OutcomeUnknown(VenueError):
    """The order was sent and the answer was lost: it may or may not exist."""


class OrderPending(TraderError):
    """An order of this market is under way that this one would collide with; nothing was written or sent."""


class StorageFailed(TraderError):
    """A transaction could not be committed. `name`: why, in a word, where that is known (books_locked, disk_full)."""

    def __init__(self, message: str = "", *, name: str = "") -> None:
        super().__init__(message)
        self.name = name


class LedgerMismatch(TraderError):
    """Books and venue disagree."""


def cause_of(err: BaseException) -> str:
    """Why, in one word that is stored, and for which people's languages have words: the venue's own name of the error
    where it says more than the kind of error does, else the kind. What else the error says belongs into the log."""
    if isinstance(err, VenueError) and err.name and not isinstance(err, VenueBusy | VenueBlocked):
        return err.name
    if isinstance(err, StorageFailed) and err.name:
        return err.name
    return type(err).__name__
