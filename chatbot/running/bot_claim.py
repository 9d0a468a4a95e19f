"""One service at a time per bot token on this machine: two pollers would take each other's commands away.

The lock is a file in a directory that all services of the machine share, named by a hash of address and token, and its
user's alone, so that no other user can hold it against us. A poller of another user or on another machine is known by
Telegram's 409, which `telegram.frontend` explains."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from trader.errors import SettingsError
from trader.settings import Settings

log = structlog.get_logger(__name__)

SHARED = (Path("/run/lock"), Path(tempfile.gettempdir()))
"""The first that may be written. /run/lock is everybody's on Debian and Ubuntu, and gone after a reboot."""


class BotClaims:
    """This service's hold on its bot tokens."""

    def __init__(self, settings: Settings, shared: Sequence[Path] = SHARED) -> None:
        """Raises SettingsError when another service of this machine uses one of them."""
        self._files: list[int] = []
        bots = {
            "TELEGRAM_BOT_TOKEN": (settings.telegram_api_url, settings.telegram_bot_token.get_secret_value()),
            "SLACK_BOT_TOKEN": (settings.slack_api_url, settings.slack_bot_token.get_secret_value()),
        }
        try:
            for setting, (address, token) in bots.items():
                if token:
                    self._claim(setting, lock_name(address, token), shared)
        except SettingsError:
            self.release()
            raise

    def _claim(self, setting: str, name: str, shared: Sequence[Path]) -> None:
        file = _open(name, shared)
        if file is None:
            log.warning("bot_token_not_locked", setting=setting)  # a second poller is still told of by Telegram
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as err:
            os.close(file)
            raise SettingsError(
                f"another service on this machine uses the bot of {setting}: stop it, or give this one a bot of its own"
            ) from err
        self._files.append(file)

    def release(self) -> None:
        while self._files:
            os.close(self._files.pop())


def lock_name(address: str, token: str) -> str:
    """Tells nothing of the token."""
    digest = hashlib.sha256(f"{address.rstrip('/')}\n{token}".encode()).hexdigest()
    return f"trader-bot-{digest[:32]}.lock"


def _open(name: str, shared: Sequence[Path]) -> int | None:
    """Opened for reading, which is enough for a lock: in a sticky directory Linux refuses O_CREAT even to root on files
    of others (`protected_regular` in proc_sys_fs(5))."""
    for folder in shared:
        path = folder / name
        for flags in (os.O_RDONLY, os.O_RDWR | os.O_CREAT | os.O_EXCL, os.O_RDONLY):
            with suppress(OSError):  # not there yet, made by another meanwhile, or not allowed: the next way
                return os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    return None
