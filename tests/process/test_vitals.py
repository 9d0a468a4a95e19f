"""When the watchdog is fed: fresh prices and a guard that looks, or a venue known to be away and asked again (S9)."""

from __future__ import annotations

import pytest

from trader.vitals import Vitals, deserves_watchdog

CASES = {
    "nothing held, the stream speaks": (Vitals(False, price=0.2), True),
    "nothing held, the guard has nothing to look at": (Vitals(False, price=0.2, guard=None), True),
    "nothing held, the stream has said nothing for 50 s and is not known to be lost": (Vitals(False, price=50), False),
    "nothing held, no price ever": (Vitals(False), False),
    "nothing held, the venue is away for a day and asked 20 s ago": (Vitals(False, away=86_400, asked=20), True),
    "nothing held, the venue is away and nobody asks": (Vitals(False, away=30, asked=120), False),
    "nothing held, away, never asked": (Vitals(False, away=30), False),
    "held, priced and guarded": (Vitals(True, price=0.2, guard=0.3), True),
    "held, priced by REST 3 s ago while the stream is lost": (Vitals(True, price=3, guard=1, away=600, asked=1), True),
    "held, prices come and the guard never looks": (Vitals(True, price=0.2), False),
    "held, prices come and the guard has stopped looking": (Vitals(True, price=0.2, guard=46), False),
    "held, the guard looks at an old price": (Vitals(True, price=46, guard=0.5), False),
    "held, the venue is away for a minute": (Vitals(True, price=60, guard=60, away=60, asked=1), True),
    "held, away for a quarter of an hour: one restart": (Vitals(True, price=901, guard=901, away=901, asked=1), False),
    "held, away and nobody asks": (Vitals(True, price=100, guard=100, away=100, asked=100), False),
}


@pytest.mark.parametrize(("vitals", "deserved"), CASES.values(), ids=CASES)
def test_what_deserves_the_watchdog(vitals: Vitals, deserved: bool) -> None:
    assert deserves_watchdog(vitals) is deserved
