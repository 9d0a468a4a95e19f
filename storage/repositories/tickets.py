"""Questions to people. The first answer wins, whoever else tapped at the same moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select, text, update

from storage import tables
from storage.encoding import cleared_from_json, cleared_to_json
from storage.repositories.statements import AnyRow, Transaction, add_new
from trader.model.events import TicketState
from trader.model.ticket import Ticket

_t = tables.tickets.c
_PENDING_ROWS = text("state = 'pending'")

_TICKETS = select(*(c for c in tables.tickets.columns if c.name != "id"))
_GET = _TICKETS.where(_t.ticket_id == bindparam("key"))
_PENDING = _TICKETS.where(_PENDING_ROWS).order_by(_t.created_at, _t.id)
_ANSWERED = _TICKETS.where(_t.answered_at > bindparam("moment")).order_by(_t.answered_at, _t.id)
_ANSWER = (
    update(tables.tickets)
    .where(_t.ticket_id == bindparam("key"), _PENDING_ROWS)
    .values(
        state=bindparam("new_state"), answered_by=bindparam("new_answered_by"), answered_at=bindparam("new_answered_at")
    )
)


class SqlTickets:
    def __init__(self, transaction: Transaction) -> None:
        self._t = transaction

    def add(self, ticket: Ticket) -> None:
        """Raises ValueError when the ticket id exists."""
        row = {
            "ticket_id": ticket.ticket_id,
            "cleared": cleared_to_json(ticket.cleared),
            "price": ticket.price,
            "price_band": ticket.price_band,
            "created_at": ticket.created_at,
            "expires_at": ticket.expires_at,
            "state": ticket.state.value,
            "answered_by": ticket.answered_by,
            "answered_at": ticket.answered_at,
            "silence_allows": ticket.silence_allows,
        }
        if self._t.run(add_new(self._t.dialect, tables.tickets, "ticket_id"), row) == 0:
            raise ValueError(f"ticket {ticket.ticket_id} is stored already")

    def get(self, ticket_id: str) -> Ticket | None:
        row = self._t.one(_GET, key=ticket_id)
        return _ticket(row) if row else None

    def pending(self) -> list[Ticket]:
        return [_ticket(row) for row in self._t.all(_PENDING)]

    def answered_since(self, moment: datetime) -> list[Ticket]:
        return [_ticket(row) for row in self._t.all(_ANSWERED, moment=moment)]

    def answer(self, ticket: Ticket) -> bool:
        """Only state, answerer and time are written: the question stays as it was asked. False for an unknown one.
        Raises ValueError for a ticket that carries no answer."""
        if ticket.state is TicketState.PENDING:
            raise ValueError(f"ticket {ticket.ticket_id} carries no answer")
        answer = {
            "key": ticket.ticket_id,
            "new_state": ticket.state.value,
            "new_answered_by": ticket.answered_by,
            "new_answered_at": ticket.answered_at,
        }
        return self._t.run(_ANSWER, answer) == 1


def _ticket(row: AnyRow) -> Ticket:
    return Ticket(
        ticket_id=row.ticket_id,
        cleared=cleared_from_json(row.cleared),
        price=row.price,
        price_band=row.price_band,
        created_at=row.created_at,
        expires_at=row.expires_at,
        state=TicketState(row.state),
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        silence_allows=row.silence_allows,
    )
