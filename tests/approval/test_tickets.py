"""A person's answer to a ticket, and what it is worth (C2)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.examples import NOON, D, buy, cleared, quote, rules, sell
from trader.approval.tickets import REFUSALS, anew, answer, expire, open_ticket, replaced
from trader.model.events import TicketState
from trader.model.market import Quote
from trader.model.order import Authorised, ExitPlan, Intent, OrderType, Origin, Refused
from trader.model.ticket import Ticket


def ticket(intent: Intent | None = None, at: Quote | None = None) -> Ticket:
    """Asked at NOON, good for two minutes, void when the price moves more than 0.5 %."""
    return open_ticket(
        cleared(intent or buy()), at or quote(), ticket_id="t1", price_band=D("0.005"), ttl_seconds=120, now=NOON
    )


def test_a_ticket_remembers_the_price_we_would_trade_at() -> None:
    assert ticket().price == D(100_100), "a buy meets the ask"
    assert ticket(sell()).price == D(100_000), "a sale meets the bid"
    assert ticket().expires_at == NOON + timedelta(seconds=120)


def test_a_yes_authorises_at_the_price_of_the_tap() -> None:
    stored, given = answer(ticket(), True, "telegram:1", quote("100200", "100300"), NOON + timedelta(seconds=5))
    assert isinstance(given, Authorised)
    assert given.intent.price == D(100_300)
    assert given.intent.notional == D(100_000)
    assert (given.by, given.at) == ("telegram:1", NOON + timedelta(seconds=5))
    assert (stored.state, stored.answered_by) == (TicketState.APPROVED, "telegram:1")


def test_a_no_refuses() -> None:
    stored, given = answer(ticket(), False, "slack:U1", None, NOON)
    assert isinstance(given, Refused)
    assert (given.code, given.by) == ("rejected", "slack:U1")
    assert stored.state is TicketState.REJECTED


def test_half_the_size() -> None:
    """Half of 99,999 KRW is 49,999.5, floored to whole KRW; half of 0.00000003 is floored to 8 decimals."""
    _, given = answer(ticket(buy("99999")), True, "me", quote(), NOON, share=D("0.5"))
    assert isinstance(given, Authorised)
    assert given.intent.notional == D(49_999)
    assert given.cleared.fee == D(25)
    _, given = answer(ticket(sell("0.00000003")), True, "me", quote(), NOON, share=D("0.5"))
    assert isinstance(given, Authorised)
    assert given.intent.quantity == D("0.00000001")


@pytest.mark.parametrize("share", ["0", "-1", "1.01"])
def test_a_share_is_above_0_and_at_most_1(share: str) -> None:
    with pytest.raises(ValueError, match="share"):
        answer(ticket(), True, "me", quote(), NOON, share=D(share))


@pytest.mark.parametrize("approved", [True, False])
def test_too_late(approved: bool) -> None:
    stored, given = answer(ticket(), approved, "me", quote(), NOON + timedelta(seconds=120))
    assert isinstance(given, Refused)
    assert (given.code, given.by) == ("expired", "clock")
    assert stored == expire(ticket(), NOON + timedelta(seconds=120))


def test_only_the_first_answer_counts() -> None:
    answered, _ = answer(ticket(), False, "first", quote(), NOON)
    stored, given = answer(answered, True, "second", quote(), NOON)
    assert isinstance(given, Refused)
    assert given.code == "already_answered"
    assert stored is answered


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        ("100600", None),  # 100,100 × 1.005 = 100,600.5: just inside
        ("100601", "price_moved"),
        ("99600", None),  # 100,100 × 0.995 = 99,599.5
        ("99599", "price_moved"),
    ],
)
def test_the_price_may_move_within_the_band_either_way(ask: str, code: str | None) -> None:
    stored, given = answer(ticket(), True, "me", quote("99000", ask), NOON)
    if code is None:
        assert isinstance(given, Authorised)
    else:
        assert isinstance(given, Refused)
        assert given.code == code
        assert stored.state is TicketState.PENDING, "it may be tapped again when the price is back"


def test_no_price_no_trade() -> None:
    stored, given = answer(ticket(), True, "me", None, NOON)
    assert isinstance(given, Refused)
    assert given.code == "stale_quote"
    assert stored == ticket()


def test_a_persons_own_limit_price_stands_however_the_market_moves() -> None:
    wish = buy(order_type=OrderType.LIMIT, price=D(90_000))
    _, given = answer(ticket(wish), True, "me", quote("120000", "120100"), NOON)
    assert isinstance(given, Authorised)
    assert given.intent == wish


def test_asked_anew_the_levels_keep_their_distance() -> None:
    """Decided at 100,000, stop 2% below, target 3% above; now the ask is 110,000: 107,800 and 113,300, on ticks of 100.
    The sum stays, and so does the thread."""
    wish = buy(exits=ExitPlan(stop=D(98_000), take=D(103_000), trail=D("0.01")))
    fresh = anew(ticket(wish), quote("109900", "110000"), rules(), intent_id="i2", by="telegram:1", now=NOON)
    assert isinstance(fresh, Intent)
    assert (fresh.price, fresh.notional, fresh.owner) == (D(110_000), D(100_000), "sma_cross")
    assert fresh.exits == ExitPlan(stop=D(107_800), take=D(113_300), trail=D("0.01"))
    assert (fresh.intent_id, fresh.thread_id) == ("i2", "i1")


def test_asked_anew_a_stop_stays_below_the_price_where_ticks_are_coarse() -> None:
    """A stop of 199 for 200 KRW; now 150: 149.25 would go up to the price itself, and sell what was just bought."""
    wish = buy(price=D(200), exits=ExitPlan(stop=D(199)))
    fresh = anew(ticket(wish), quote("149", "150"), rules(), intent_id="i2", by="telegram:1", now=NOON)
    assert isinstance(fresh, Intent)
    assert fresh.exits.stop == D(149)


def test_who_asks_anew_by_hand_owns_it_and_a_limit_stands() -> None:
    wish = buy(origin=Origin.PERSON, owner="telegram:1", order_type=OrderType.LIMIT, price=D(90_000))
    fresh = anew(ticket(wish), None, rules(), intent_id="i2", by="telegram:2", now=NOON)
    assert isinstance(fresh, Intent)
    assert (fresh.price, fresh.owner) == (D(90_000), "telegram:2")


@pytest.mark.parametrize(
    ("state", "hours", "code"),
    [
        (TicketState.PENDING, 0, None),
        (TicketState.EXPIRED, 1, None),
        (TicketState.EXPIRED, 2, "too_old"),
        (TicketState.APPROVED, 0, "already_answered"),
        (TicketState.REJECTED, 0, "already_answered"),
        (TicketState.REPLACED, 0, "already_answered"),
    ],
)
def test_only_what_waits_or_ran_out_lately_is_asked_anew(state: TicketState, hours: int, code: str | None) -> None:
    old = replace(ticket(), state=state, answered_by="slack:U1")
    fresh = anew(old, quote(), rules(), intent_id="i2", by="me", now=NOON + timedelta(hours=hours))
    assert (fresh.code if isinstance(fresh, Refused) else None) == code
    if code == "already_answered":
        assert isinstance(fresh, Refused)
        assert fresh.by == "slack:U1", "who was first"
    assert replaced(ticket(), "me", NOON).state is TicketState.REPLACED


def test_every_refusal_is_listed_for_wording() -> None:
    late = NOON + timedelta(hours=1)
    done = replace(ticket(), state=TicketState.APPROVED)
    answers = [
        answer(ticket(), False, "me", None, NOON),
        answer(ticket(), True, "me", None, late),
        answer(done, True, "me", None, NOON),
        answer(ticket(), True, "me", quote("200000", "200100"), NOON),
        answer(ticket(), True, "me", None, NOON),
        (ticket(), anew(ticket(), quote(), rules(), intent_id="i2", by="me", now=late + timedelta(hours=1))),
    ]
    assert {given.code for _, given in answers if isinstance(given, Refused)} == set(REFUSALS)
