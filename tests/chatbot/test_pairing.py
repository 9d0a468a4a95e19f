"""C4: a one-time code lets one person in, once, within ten minutes, in private; guessing kills it."""

from __future__ import annotations

import math
import re
from datetime import timedelta

import pytest

from chatbot.people.access import Person, Role
from chatbot.people.pairing import LIFETIME, TRIES_IN_ALL, TRIES_PER_PERSON, Pairing
from tests.chatbot.fake_desk import NOW
from trader.clock import ManualClock
from trader.errors import UserInputError

PHONE = Person("telegram", "5", "Kim")
OTHER = Person("telegram", "6", "Mallory")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def pairing(clock: ManualClock) -> Pairing:
    return Pairing(clock)


def refused(pairing: Pairing, typed: str, person: Person = PHONE, *, private: bool = True) -> str:
    with pytest.raises(UserInputError) as refusal:
        pairing.redeem(typed, person, role=Role.NOBODY, private=private)
    return refusal.value.key


def test_a_code_is_readable_and_has_more_than_forty_bits(pairing: Pairing) -> None:
    """Ten letters of 31: 10 × log2(31) = 49.5 bits; none of them is taken for another (0 O, 1 I L)."""
    code = pairing.issue(Role.OWNER, "shell")
    assert re.fullmatch(r"[A-HJKMNP-Z2-9]{5}-[A-HJKMNP-Z2-9]{5}", code)
    assert 10 * math.log2(31) > 40
    assert len({pairing.issue(Role.OWNER, "shell") for _ in range(20)}) == 20


@pytest.mark.parametrize("typed", ["{}", " {} ", "lower", "spaced", "tight"])
def test_it_may_be_typed_as_a_person_types(pairing: Pairing, typed: str) -> None:
    code = pairing.issue(Role.TRADER, "telegram:1")
    ways = {"lower": code.lower(), "spaced": code.replace("-", " "), "tight": code.replace("-", "")}
    grant = pairing.redeem(ways.get(typed, typed.format(code)), PHONE, role=Role.NOBODY, private=True)
    assert (grant.role, grant.by) == (Role.TRADER, "telegram:1")


def test_it_is_good_once(pairing: Pairing) -> None:
    code = pairing.issue(Role.OWNER, "shell")
    pairing.redeem(code, PHONE, role=Role.NOBODY, private=True)
    assert refused(pairing, code) == "pairing-none"


def test_it_is_good_for_ten_minutes_of_life(pairing: Pairing, clock: ManualClock) -> None:
    code = pairing.issue(Role.OWNER, "shell")
    clock.advance(LIFETIME.total_seconds() - 1)
    assert pairing.open
    clock.advance(1)
    assert refused(pairing, code) == "pairing-none"
    assert timedelta(minutes=10) == LIFETIME


def test_a_code_for_slack_lets_nobody_in_on_telegram(pairing: Pairing) -> None:
    code = pairing.issue(Role.OWNER, "shell", "slack")
    assert refused(pairing, code) == "pairing-wrong"
    pairing.redeem(code, Person("slack", "U5"), role=Role.NOBODY, private=True)


def test_said_where_others_read_it_lets_nobody_in_and_is_void(pairing: Pairing) -> None:
    code = pairing.issue(Role.OWNER, "shell")
    assert refused(pairing, code, private=False) == "pairing-public"
    assert refused(pairing, code) == "pairing-none"


def test_a_code_that_gives_no_more_stays_good(pairing: Pairing) -> None:
    code = pairing.issue(Role.TRADER, "shell")
    with pytest.raises(UserInputError, match="pairing-useless"):
        pairing.redeem(code, OTHER, role=Role.OWNER, private=True)
    assert pairing.redeem(code, PHONE, role=Role.VIEWER, private=True).role is Role.TRADER


def test_five_wrong_tries_and_the_right_one_does_not_help_that_person_any_more(pairing: Pairing) -> None:
    code = pairing.issue(Role.OWNER, "shell")
    said = [refused(pairing, f"AAAAA-AAAA{n}", OTHER) for n in range(2, 2 + TRIES_PER_PERSON)]
    assert said == ["pairing-wrong"] * 4 + ["pairing-locked"]
    assert refused(pairing, code, OTHER) == "pairing-locked"
    assert pairing.locked(OTHER.key)
    assert pairing.redeem(code, PHONE, role=Role.NOBODY, private=True).role is Role.OWNER


def test_a_crowd_that_guesses_kills_the_code(pairing: Pairing) -> None:
    """Twenty wrong tries in all, by however many people. A new code starts anew."""
    code = pairing.issue(Role.OWNER, "shell")
    said = [refused(pairing, "WRONG-WRONG", Person("telegram", str(n))) for n in range(100, 100 + TRIES_IN_ALL)]
    assert said == ["pairing-wrong"] * 19 + ["pairing-dead"]
    assert refused(pairing, code) == "pairing-none"
    assert pairing.redeem(pairing.issue(Role.OWNER, "shell"), PHONE, role=Role.NOBODY, private=True)


def test_what_somebody_made_who_is_shut_out_is_void(pairing: Pairing) -> None:
    theirs, ours = pairing.issue(Role.TRADER, "telegram:9"), pairing.issue(Role.TRADER, "shell")
    pairing.forget("telegram:9")
    assert refused(pairing, theirs) == "pairing-wrong"
    assert pairing.redeem(ours, PHONE, role=Role.NOBODY, private=True)


def test_a_code_that_is_good_is_masked_in_any_text(pairing: Pairing) -> None:
    code = pairing.issue(Role.OWNER, "shell")
    assert pairing.mask(f"/pari {code} please") == "/pari *** please"
    assert pairing.mask(f"/pari {code.lower().replace('-', '')}") == "/pari ***"
    assert pairing.mask("/buy KRW-BTC 50000 at 95000000") == "/buy KRW-BTC 50000 at 95000000"
