"""Settings that cannot be used are explained by name, bound and value; keys are named, never shown (D4)."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from chatbot.running.faults import settings_faults
from trader.settings import Settings


def faults(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as caught:
        Settings(_env_file=None)  # type: ignore[call-arg]
    return "\n".join(settings_faults(caught.value))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MODE", "sanbox", ("'sandbox', 'paper' or 'live'", "not 'sanbox'")),
        ("ORDER_FRACTION", "2", ("must be above 0 and at most 0.95", "not '2'")),
        ("MAX_POSITIONS", "-1", ("must be at least 0 and at most 100",)),
        ("MAX_POSITIONS", "many", ("valid integer", "not 'many'")),
        ("STOP_FRACTION", "NaN", ("STOP_FRACTION",)),
        ("MARKETS", "KRWBTC", ("write it like KRW-BTC",)),
        ("LIVE_TRADING_CONFIRMED", "maybe", ("boolean",)),
    ],
)
def test_each_fault_names_the_setting_and_what_is_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: tuple[str, ...]
) -> None:
    line = faults(monkeypatch, **{name: value})
    assert line.startswith(f"{name} (")
    assert all(words in line for words in said)
    assert "pydantic" not in line
    assert "Value error" not in line


def test_live_needs_two_settings_and_two_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "LIVE_TRADING_CONFIRMED=yes" in faults(monkeypatch, MODE="live")
    assert "UPBIT_ACCESS_KEY and UPBIT_SECRET_KEY" in faults(monkeypatch, MODE="live", LIVE_TRADING_CONFIRMED="yes")


def test_a_key_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    said = faults(monkeypatch, UPBIT_SECRET_KEY="very-secret", SLACK_BOT_TOKEN="xoxb-also-secret", MAX_POSITIONS="-1")
    assert "secret" not in said
