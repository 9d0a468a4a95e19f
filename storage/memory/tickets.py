"""The memory's tickets; the same contract as over SQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from storage.memory.shelf import Shelf, Undo, checked
from trader.model.events import TicketState
from trader.model.ticket import Ticket


class MemoryTickets:
    def __init__(self, undo: Undo) -> None:
        self._tickets: Shelf[str, Ticket] = Shelf(undo)

    def add(self, ticket: Ticket) -> None:
        ticket = checked(ticket)
        if ticket.ticket_id in self._tickets:
            raise ValueError(f"ticket {ticket.ticket_id} is stored already")
        self._tickets.put(ticket.ticket_id, ticket)

    def get(self, ticket_id: str) -> Ticket | None:
        return self._tickets.get(ticket_id)

    def pending(self) -> list[Ticket]:
        waiting = (t for t in self._tickets if t.state is TicketState.PENDING)
        return sorted(waiting, key=lambda t: t.created_at)

    def answered_since(self, moment: datetime) -> list[Ticket]:
        answered = [(t.answered_at, t) for t in self._tickets if t.answered_at is not None and t.answered_at > moment]
        return [ticket for _, ticket in sorted(answered, key=lambda pair: pair[0])]

    def answer(self, ticket: Ticket) -> bool:
        ticket = checked(ticket)
        if ticket.state is TicketState.PENDING:
            raise ValueError(f"ticket {ticket.ticket_id} carries no answer")
        asked = self._tickets.get(ticket.ticket_id)
        if asked is None or asked.state is not TicketState.PENDING:
            return False
        answered = replace(asked, state=ticket.state, answered_by=ticket.answered_by, answered_at=ticket.answered_at)
        self._tickets.put(ticket.ticket_id, answered)
        return True
