"""Every error name Upbit documents has one meaning here, and every lost answer one name."""

from __future__ import annotations

import json

import pytest

from trader.errors import (
    BelowMinimum,
    DuplicateClientOrderId,
    InsufficientFunds,
    InvalidOrder,
    NotFound,
    OutcomeUnknown,
    VenueBlocked,
    VenueBusy,
    VenueError,
    VenueForbidden,
    VenueOffline,
    VenueRejected,
    VenueUnreachable,
)
from trader.exchange.upbit.errors import BY_NAME, error_name, from_answer

DOCUMENTED = {
    400: """create_bid_error create_ask_error insufficient_funds_bid insufficient_funds_ask under_min_total_bid
        under_min_total_ask under_min_total_market_ask under_min_total_market_bid over_krw_funds_bid over_krw_funds_ask
        invalid_price_bid invalid_price_ask invalid_volume_bid invalid_volume_ask invalid_time_in_force
        invalid_post_only duplicated_identifier notfoundmarket invalid_parameter validation_error
        withdraw_address_not_registered thirdparty_agreement_required volume_too_large""",
    401: """invalid_query_payload jwt_verification expired_access_key nonce_used no_authorization_ip
        no_authorization_i_p no_authorization_token out_of_scope invalid_access_key""",
    403: "out_of_scope open_api_withdraw_locked market_offline",
    404: "order_not_found currency_not_found pocket_not_found",
    500: "internal_server_error",
}
CASES = [(status, name) for status, names in DOCUMENTED.items() for name in names.split()]

MEANING = {
    "insufficient_funds_bid": InsufficientFunds,
    "insufficient_funds_ask": InsufficientFunds,
    "under_min_total_bid": BelowMinimum,
    "under_min_total_market_ask": BelowMinimum,
    "invalid_price_bid": InvalidOrder,
    "invalid_volume_ask": InvalidOrder,
    "duplicated_identifier": DuplicateClientOrderId,
    "notfoundmarket": NotFound,
    "jwt_verification": VenueForbidden,
    "no_authorization_i_p": VenueForbidden,
    "out_of_scope": VenueForbidden,
    "market_offline": VenueOffline,
    "order_not_found": NotFound,
    "nonce_used": VenueRejected,
}


def body(name: object) -> bytes:
    return json.dumps({"error": {"name": name, "message": "text"}}).encode()


@pytest.mark.parametrize(("status", "name"), CASES)
def test_every_documented_name_keeps_its_name_and_has_a_meaning(status: int, name: str) -> None:
    assert name in BY_NAME
    error = from_answer(status, body(name), {})
    assert type(error) is BY_NAME[name]
    assert (error.name, error.status) == (name, status)
    assert type(error) is MEANING.get(name, type(error))


def test_no_name_is_mapped_that_nobody_documents() -> None:
    assert set(BY_NAME) == {name for _, name in CASES}


@pytest.mark.parametrize(("status", "name"), [c for c in CASES if c[0] < 500])
def test_a_named_refusal_of_an_order_proves_that_nothing_happened(status: int, name: str) -> None:
    error = from_answer(status, body(name), {}, order=True)
    assert isinstance(error, VenueRejected | VenueOffline)


@pytest.mark.parametrize(
    ("status", "answer", "kind"),
    [
        (400, b'{"error":{"name":"a_name_of_tomorrow","message":""}}', VenueRejected),
        (404, b'{"error":{"name":404,"message":"Code not found"}}', NotFound),
        (400, b'{"error":{"name":400,"message":"Missing request parameter error."}}', VenueRejected),
        (401, b"", VenueForbidden),
        (403, b"<html>", VenueForbidden),
        (404, b"<html>", NotFound),
        (408, b"", VenueUnreachable),
        (302, b"", VenueUnreachable),
        (502, b"<html>Bad Gateway</html>", VenueUnreachable),
        (503, b'{"error":{"name":"market_offline"}}', VenueOffline),
    ],
)
def test_what_has_no_known_name_is_told_by_status(status: int, answer: bytes, kind: type[VenueError]) -> None:
    assert type(from_answer(status, answer, {})) is kind


@pytest.mark.parametrize(
    "answer",
    [
        b'{"name":"too_many_requests"}',
        b'{"error":{"name":"too_many_requests","message":"x"}}',
        b"Too many API requests.",
    ],
)
def test_429_and_418_are_told_by_status_whatever_the_body(answer: bytes) -> None:
    for order in (False, True):
        busy = from_answer(429, answer, {}, order=order)
        assert isinstance(busy, VenueBusy)
        assert busy.retry_after == 1.0
        assert type(from_answer(418, answer, {}, order=order)) is VenueBlocked


def test_retry_after_and_the_seconds_in_the_text_are_believed() -> None:
    busy = from_answer(429, b"", {"retry-after": "3"})
    assert isinstance(busy, VenueBusy)
    assert busy.retry_after == 3.0
    assert "blocked for 120 s" in str(from_answer(418, "차단되었습니다. 120초 후".encode(), {}))
    assert "blocked for 60 s" in str(from_answer(418, b"I'm a teapot", {}))


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, body("internal_server_error")),
        (502, b"<html>"),
        (504, b""),
        (400, b"<html>"),
        (408, b""),
        (302, b""),
        (413, b""),
    ],
)
def test_an_order_whose_refusal_is_not_the_venues_own_word_is_unknown(status: int, answer: bytes) -> None:
    assert type(from_answer(status, answer, {}, order=True)) is OutcomeUnknown


@pytest.mark.parametrize("answer", [b"", b"[]", b"null", b"{", b"\xff", b'{"error":"x"}', b'{"error":{"name":null}}'])
def test_bodies_without_a_name_have_none(answer: bytes) -> None:
    assert error_name(answer) == ("", "")
