"""Every setting once: described, bounded, read from the environment by its own name (E12, D4)."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.examples import D
from trader.model.mode import Mode
from trader.settings import Settings
from trader.settings.fields import field_extra

KEYS = {"upbit_access_key": "a", "upbit_secret_key": "s"}


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_every_setting_says_what_it_is_and_belongs_to_a_group() -> None:
    for name, field in Settings.model_fields.items():
        extra = field_extra(field)
        assert field.description, name
        assert {"unit", "group", "chat"} <= set(extra), name


def test_no_secret_and_no_address_can_be_changed_by_chat() -> None:
    for name, field in Settings.model_fields.items():
        if any(part in name for part in ("token", "key", "url", "owners", "traders", "viewers", "mode", "live")):
            assert not field_extra(field)["chat"], name


def test_out_of_the_box_it_plays() -> None:
    settings = Settings(_env_file=None)
    assert settings.mode is Mode.SANDBOX
    assert (settings.telegram_owners, settings.slack_owners) == ((), ())
    assert settings.storage_url == "sqlite:///data/trader.sqlite3"


@pytest.mark.parametrize(
    "given",
    [{}, {"live_trading_confirmed": True}, {**KEYS}, {"live_trading_confirmed": True, "upbit_access_key": "a"}],
)
def test_live_needs_two_settings_to_agree_and_both_keys(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(_env_file=None, mode="live", **given)
    assert Settings(_env_file=None, mode="live", live_trading_confirmed="yes", **KEYS).mode is Mode.LIVE


def test_slack_needs_both_tokens() -> None:
    with pytest.raises(ValidationError, match="Slack needs both"):
        Settings(_env_file=None, slack_bot_token="xoxb-1")


def test_environment_and_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The environment wins over `.env`; lists take commas or spaces; empty means not given."""
    file = tmp_path / ".env"
    file.write_text("MAX_ORDER_KRW=70000\nMARKETS=krw-eth krw-btc\nTELEGRAM_OWNERS=1,2\nUNKNOWN=1\nMODE=\n")
    monkeypatch.setenv("MAX_ORDER_KRW", "80000")
    settings = Settings(_env_file=file)
    assert settings.max_order_krw == D(80_000)
    assert settings.markets == ("KRW-ETH", "KRW-BTC")
    assert settings.telegram_owners == ("1", "2")
    assert settings.mode is Mode.SANDBOX


def test_a_source_of_the_world_is_switched_off_by_an_empty_value(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """For these alone an empty value says something; the environment still wins over `.env`."""
    file = tmp_path / ".env"
    file.write_text("NASDAQ_URL=\nBINANCE_URL=\nFX_URL=http://a.org http://b.org\nMAX_ORDER_KRW=70000\n")
    monkeypatch.setenv("NEWS_FEEDS", "")
    monkeypatch.setenv("BINANCE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("MAX_ORDER_KRW", "")
    settings = Settings(_env_file=file)
    assert (settings.nasdaq_url, settings.news_feeds, settings.binance_url) == ("", (), "http://127.0.0.1:9")
    assert settings.fx_url == ("http://a.org", "http://b.org")
    assert settings.max_order_krw == D(70_000)
    assert {"nasdaq_url", "news_feeds", "binance_url", "fx_url"} <= settings.model_fields_set
    assert "fear_greed_url" not in settings.model_fields_set


@pytest.mark.parametrize(("given", "language"), [("ko", "ko"), ("en_US:en", "en"), ("ko_KR.UTF-8", "ko"), ("", "ko")])
def test_a_language_set_by_the_system_is_understood(monkeypatch: pytest.MonkeyPatch, given: str, language: str) -> None:
    """Ubuntu sets LANGUAGE=en_US:en for every login."""
    monkeypatch.setenv("LANGUAGE", given)
    assert Settings(_env_file=None).language == language


def test_a_language_we_do_not_speak_is_refused() -> None:
    with pytest.raises(ValidationError):
        Settings(_env_file=None, language="de")


def test_settings_never_change() -> None:
    settings = Settings(_env_file=None)
    with pytest.raises(ValidationError):
        settings.max_positions = 9  # type: ignore[misc]


def test_secrets_do_not_show() -> None:
    assert "hush" not in repr(Settings(_env_file=None, upbit_secret_key="hush", telegram_bot_token="hush"))
