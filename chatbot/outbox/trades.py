"""What belongs to the story of one trade, and how far it has come.  In: rows of one thread.  Out: `Trade`.  Pure but
for `read_trade`, which runs inside a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from trader.model.events import Event, EventKind
from trader.model.order import Order, OrderState, Side
from trader.model.portfolio import GuardLevels, Position
from trader.ports import Records

REMEMBERED = 200
"""Events of a thread that are looked at: an exit that is refused again and again writes one each time."""

QUIET: Final = frozenset(
    {
        EventKind.TICKET_ANSWERED,
        EventKind.TICKET_EXPIRED,
        EventKind.ORDER,
        EventKind.ORDER_CANCELLED,
        EventKind.FILL,
        EventKind.GUARD_MOVED,
    }
)
"""Steps that the card alone tells: nobody has to be called for them."""

ALOUD: Final = frozenset(
    {
        EventKind.ADVICE,
        EventKind.PROPOSAL,
        EventKind.TICKET_SILENCE,
        EventKind.ORDER_UNKNOWN,
        EventKind.ORDER_RESOLVED,
        EventKind.ORDER_REJECTED,
        EventKind.ENTRY,
        EventKind.EXIT,
        EventKind.REFLECTION,
        EventKind.ERROR,
    }
)
"""Steps that are also said under the card."""

_BEGINS: Final = frozenset({EventKind.PROPOSAL, EventKind.ORDER, EventKind.ORDER_UNKNOWN, EventKind.FILL})
_ENDS_TICKET: Final = frozenset({EventKind.TICKET_ANSWERED, EventKind.TICKET_EXPIRED, EventKind.TICKET_SILENCE})


class Stage(StrEnum):
    """PROPOSED a person is asked · ORDERED, CHECKING an entry is under way, or its fate is unknown · HOLDING · SELLING
    an exit is under way · CLOSED with a result · ENDED without a fill."""

    PROPOSED = "proposed"
    ORDERED = "ordered"
    CHECKING = "checking"
    HOLDING = "holding"
    SELLING = "selling"
    CLOSED = "closed"
    ENDED = "ended"

    @property
    def live(self) -> bool:
        return self not in (Stage.CLOSED, Stage.ENDED)


@dataclass(frozen=True, slots=True)
class Trade:
    """`events` oldest first, those nobody is told of included; `orders` are the unfinished ones."""

    thread: str
    events: tuple[Event, ...]
    position: Position | None = None
    guard: GuardLevels | None = None
    orders: tuple[Order, ...] = ()

    @property
    def market(self) -> str:
        return next((event.market for event in reversed(self.events) if event.market), "")

    @property
    def stage(self) -> Stage:
        if self.position is not None and self.position.open:
            return Stage.SELLING if any(order.side is Side.SELL for order in self.orders) else Stage.HOLDING
        if self.orders:
            unknown = any(order.state is OrderState.UNKNOWN for order in self.orders)
            return Stage.CHECKING if unknown else Stage.ORDERED
        if self.position is not None:
            return Stage.CLOSED
        return Stage.PROPOSED if self.question is not None else Stage.ENDED

    @property
    def question(self) -> Event | None:
        """The newest proposal without an answer."""
        answered = {event.data.get("ticket_id") for event in self.events if event.kind in _ENDS_TICKET}
        asked = (event for event in reversed(self.events) if event.kind is EventKind.PROPOSAL)
        return next((event for event in asked if event.data.get("ticket_id") not in answered), None)

    @property
    def former_question(self) -> tuple[Event, Event] | None:
        """The proposal with which the trade began and what ended it; None: it still waits, or there is none."""
        asked = next((event for event in self.events if event.kind is EventKind.PROPOSAL), None)
        ticket_id = asked.data.get("ticket_id") if asked is not None else None
        ended = (e for e in self.events if e.kind in _ENDS_TICKET and e.data.get("ticket_id") == ticket_id)
        over = next(ended, None)
        return None if asked is None or over is None else (asked, over)

    @property
    def has_card(self) -> bool:
        """An order that was refused at once has no story."""
        return self.position is not None or any(event.kind in _BEGINS for event in self.events)

    def opens_with(self, event: Event) -> bool:
        """Nothing was told of this trade before `event`, but perhaps what models think of it."""
        first = next((one for one in self.events if one.push and one.kind is not EventKind.ADVICE), None)
        return first is not None and first.event_id == event.event_id


def belongs(event: Event) -> bool:
    """Whether `event` is a step of a trade."""
    return bool(event.thread) and (event.kind in QUIET or event.kind in ALOUD)


def read_trade(records: Records, thread: str) -> Trade:
    position = records.positions.of_thread(thread)
    return Trade(
        thread,
        tuple(records.events.of_thread(thread, REMEMBERED)),
        position,
        records.guards.get(position.position_id) if position is not None else None,
        tuple(order for order in records.orders.unfinished() if order.thread_id == thread),
    )
