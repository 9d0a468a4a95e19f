"""What is stored and said of one look, and of an answer. Every function runs inside one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from trader.chronicle import Tell
from trader.ledger.differences import Findings
from trader.model.difference import Agreed, Difference, DifferenceKind, DifferenceState, Reconciliation
from trader.model.events import EventKind, Severity
from trader.model.plain import plain
from trader.ports import Records
from trader.reconcile.reading import same, write_agreed
from trader.state import RECONCILE

BY = RECONCILE
"""Who says so where nobody answered: the comparison itself."""

_SEVERITY = {
    DifferenceKind.SHORT: Severity.CRITICAL,
    DifferenceKind.ORDER: Severity.WARNING,
    DifferenceKind.EXTRA: Severity.INFO,
    DifferenceKind.GONE: Severity.INFO,
    DifferenceKind.CASH: Severity.INFO,
}


def store(records: Records, tell: Tell, findings: Findings, before: Agreed | None, now: datetime) -> None:
    """New differences, the end of those that have passed, and what is agreed from now on."""
    for difference in findings.found:
        records.differences.add(difference)
        _tell_found(tell, difference)
    newer = {d.currency for d in findings.found if d.kind is not DifferenceKind.CASH}
    for difference in findings.passed:
        ended = difference.answered(DifferenceState.PASSED, BY, now)
        if records.differences.answer(ended):
            short = difference.kind is DifferenceKind.SHORT
            tell_answer(tell, ended, push=short and difference.currency not in newer)
    if findings.agreed is not None and not same(findings.agreed, before):
        write_agreed(records, findings.agreed)


def _tell_found(tell: Tell, difference: Difference) -> None:
    """Money that moved against coins is told with the coins; coins that were there before the bot are shown when
    asked for."""
    paired = difference.kind is DifferenceKind.CASH and difference.market is not None
    tell(
        EventKind.MISMATCH,
        market=difference.market,
        thread=difference.difference_id,
        severity=_SEVERITY[difference.kind],
        push=difference.state is DifferenceState.OPEN and not paired,
        data=as_data(difference),
    )


def tell_answer(tell: Tell, difference: Difference, *, push: bool = True) -> None:
    data = as_data(difference) | {"answer": difference.state.value, "by": difference.answered_by}
    tell(
        EventKind.DIFFERENCE_ANSWERED,
        market=difference.market,
        thread=difference.difference_id,
        push=push,
        data=data,
    )


def tell_result(tell: Tell, result: Reconciliation, cause: str, *, push: bool) -> None:
    """`cause`: start, outage, nightly or asked."""
    data = {
        "cause": cause,
        "equal": "yes" if result.equal else "no",
        "open": str(len(result.open)),
        "orders": str(result.orders),
        "positions": str(result.positions),
        "unsettled": " ".join(result.unsettled),
        "seconds": f"{result.seconds:.2f}",
    }
    tell(EventKind.RECONCILED, push=push, severity=Severity.INFO if result.equal else Severity.WARNING, data=data)


def as_data(difference: Difference) -> dict[str, str]:
    """An event's flat text."""
    return {
        "difference_id": difference.difference_id,
        "kind": difference.kind.value,
        "currency": difference.currency,
        "cause": difference.cause,
        "book": plain(difference.book),
        "venue": plain(difference.venue),
        "change": plain(difference.change),
        "price": plain(difference.price),
        "krw": plain(difference.krw),
        "side": difference.side,
        "venue_id": difference.venue_id,
    }


def waiting(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    """What must be looked at first: coins missing, then orders, then the rest; oldest first in each."""
    rank = {DifferenceKind.SHORT: 0, DifferenceKind.ORDER: 1}
    return tuple(sorted(differences, key=lambda d: rank.get(d.kind, 2)))
