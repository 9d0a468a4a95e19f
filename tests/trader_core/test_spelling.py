"""D4: a misspelled setting is named, with the one that was meant; other programs' variables are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from trader.settings import Settings
from trader.settings.spelling import Slip, slips

KNOWN = ["telegram_owners", "telegram_bot_token", "upbit_rest_url", "markets", "mode", "max_order_krw", "database_url"]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("TELEGRAM_OWNER", "TELEGRAM_OWNERS"),
        ("telegram_bot_tokn", "TELEGRAM_BOT_TOKEN"),
        ("UPBIT_RESTURL", "UPBIT_REST_URL"),
        ("UPBIT_SPEED", ""),  # nobody else's word: named although nothing is near
        ("MAX_ORDER", "MAX_ORDER_KRW"),
        ("MARKTES", "MARKETS"),
    ],
)
def test_slips_in_the_environment(name: str, nearest: str) -> None:
    assert slips((), [name], KNOWN) == [Slip(name.upper(), nearest)]


@pytest.mark.parametrize("name", ["PATH", "HOME", "MODEL", "DATABASE_HOST", "MAX_WORKERS", "LANG", "Markets", "MODE"])
def test_what_others_give_or_what_is_right_is_none(name: str) -> None:
    assert slips((), [name], KNOWN) == []


def test_of_our_own_file_every_strange_name_is_named() -> None:
    assert slips(["markets", "FAVOURITE_COLOUR", "max_ordr_krw"], [], KNOWN) == [
        Slip("FAVOURITE_COLOUR", ""),
        Slip("MAX_ORDR_KRW", "MAX_ORDER_KRW"),
    ]


def test_of_the_real_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("TELEGRAM_OWNER", "SLACK_CHANEL"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("SANDBOX_UPBIT_REST_URL", "http://127.0.0.1:1")
    (tmp_path / ".env").write_text("MARKETS=KRW-BTC\nSTRATEGI=sma_cross\n# COMMENTED=1\n")
    assert Settings.slips() == [
        Slip("SLACK_CHANEL", "SLACK_CHANNEL"),
        Slip("STRATEGI", "STRATEGY"),
        Slip("TELEGRAM_OWNER", "TELEGRAM_OWNERS"),
    ]
