"""What somebody else changed at the venue, and the corrections of positions that came of it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, select, text, update

from storage import tables
from storage.repositories.statements import AnyRow, Transaction, add_new, market_of
from trader.model.difference import Correction, Difference, DifferenceKind, DifferenceState

_d, _c = tables.differences.c, tables.corrections.c
_OPEN_ROWS = text("state = 'open'")

_DIFFERENCES = select(*(c for c in tables.differences.columns if c.name != "id"))
_GET = _DIFFERENCES.where(_d.difference_id == bindparam("key"))
_OPEN = _DIFFERENCES.where(_OPEN_ROWS).order_by(_d.id)
_RECENT = _DIFFERENCES.order_by(_d.id.desc()).limit(bindparam("n"))
_REPORTED = select(_d.venue_id).where(_d.venue_id.in_(bindparam("names", expanding=True)))
_ANSWER = (
    update(tables.differences)
    .where(_d.difference_id == bindparam("key"), _d.state.in_(bindparam("from_states", expanding=True)))
    .values(
        state=bindparam("new_state"), answered_by=bindparam("new_answered_by"), answered_at=bindparam("new_answered_at")
    )
)

_CORRECTIONS = select(*(c for c in tables.corrections.columns if c.name != "id")).order_by(_c.id)


class SqlDifferences:
    def __init__(self, transaction: Transaction) -> None:
        self._t = transaction

    def add(self, difference: Difference) -> None:
        """Raises ValueError when the difference id exists."""
        row = {
            "difference_id": difference.difference_id,
            "kind": difference.kind.value,
            "at": difference.at,
            "currency": difference.currency,
            "cause": difference.cause,
            "book": difference.book,
            "venue": difference.venue,
            "change": difference.change,
            "price": difference.price,
            "krw": difference.krw,
            "market": difference.market.code if difference.market else None,
            "side": difference.side,
            "venue_id": difference.venue_id,
            "state": difference.state.value,
            "answered_by": difference.answered_by,
            "answered_at": difference.answered_at,
        }
        if self._t.run(add_new(self._t.dialect, tables.differences, "difference_id"), row) == 0:
            raise ValueError(f"difference {difference.difference_id} is stored already")

    def get(self, difference_id: str) -> Difference | None:
        row = self._t.one(_GET, key=difference_id)
        return _difference(row) if row else None

    def open(self) -> list[Difference]:
        return [_difference(row) for row in self._t.all(_OPEN)]

    def answer(self, difference: Difference) -> bool:
        """Only state, answerer and time are written. Raises ValueError for a difference that carries no answer."""
        if difference.state is DifferenceState.OPEN:
            raise ValueError(f"difference {difference.difference_id} carries no answer")
        adopted = difference.state is DifferenceState.ADOPTED
        answer = {
            "key": difference.difference_id,
            "from_states": ["open", "ignored"] if adopted else ["open"],
            "new_state": difference.state.value,
            "new_answered_by": difference.answered_by,
            "new_answered_at": difference.answered_at,
        }
        return self._t.run(_ANSWER, answer) == 1

    def recent(self, limit: int) -> list[Difference]:
        return [_difference(row) for row in self._t.all(_RECENT, n=limit)]

    def reported(self, venue_ids: Iterable[str]) -> frozenset[str]:
        names = list(venue_ids)
        return frozenset(row.venue_id for row in self._t.all(_REPORTED, names=names)) if names else frozenset()


class SqlCorrections:
    def __init__(self, transaction: Transaction) -> None:
        self._t = transaction

    def add(self, correction: Correction) -> None:
        """Raises ValueError when the correction id exists."""
        row = {
            "correction_id": correction.correction_id,
            "position_id": correction.position_id,
            "market": correction.market.code,
            "quantity": correction.quantity,
            "cost": correction.cost,
            "price": correction.price,
            "at": correction.at,
            "by": correction.by,
            "after_fill": correction.after_fill,
        }
        if self._t.run(add_new(self._t.dialect, tables.corrections, "correction_id"), row) == 0:
            raise ValueError(f"correction {correction.correction_id} is stored already")

    def all(self) -> list[Correction]:
        return [_correction(row) for row in self._t.all(_CORRECTIONS)]


def _difference(row: AnyRow) -> Difference:
    return Difference(
        difference_id=row.difference_id,
        kind=DifferenceKind(row.kind),
        at=row.at,
        currency=row.currency,
        cause=row.cause,
        book=row.book,
        venue=row.venue,
        change=row.change,
        price=row.price,
        krw=row.krw,
        market=market_of(row.market) if row.market else None,
        side=row.side,
        venue_id=row.venue_id,
        state=DifferenceState(row.state),
        answered_by=row.answered_by,
        answered_at=row.answered_at,
    )


def _correction(row: AnyRow) -> Correction:
    return Correction(
        correction_id=row.correction_id,
        position_id=row.position_id,
        market=market_of(row.market),
        quantity=row.quantity,
        cost=row.cost,
        price=row.price,
        at=row.at,
        by=row.by,
        after_fill=row.after_fill,
    )
