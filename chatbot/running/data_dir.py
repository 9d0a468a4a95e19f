"""The data directory: made when missing, writable, and claimed by one service at a time."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

from trader.errors import SettingsError

LONGEST_SOCKET_PATH = 107
"""Bytes; more do not fit a unix socket's address (`sun_path` in unix(7))."""
SOCKET = "control.sock"
LOCK = "service.lock"
SPARE = "spare"


def make_data_dir(path: Path) -> None:
    """Raises SettingsError when it cannot be made or written, or lies too deep for the control socket."""
    if len(os.fsencode(path / SOCKET)) > LONGEST_SOCKET_PATH:
        raise SettingsError(f"DATA_DIR {path} is too long a path for the control socket; choose a shorter one")
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = path / ".writable"
        probe.touch()
        probe.unlink(missing_ok=True)
    except OSError as err:
        reason = "it is a file" if path.is_file() else err.strerror
        raise SettingsError(f"DATA_DIR {path} cannot be written: {reason}; choose another or mend its rights") from err


class Claim:
    """This service's hold on its data directory. The system lets go of it however the process ends."""

    def __init__(self, path: Path) -> None:
        """Raises SettingsError when another service holds it."""
        try:
            self._file = hold(path / LOCK)
        except Held as err:
            raise SettingsError(
                f"another service ({err}) is running on {path}: stop it, or use another DATA_DIR"
            ) from err

    def release(self) -> None:
        os.close(self._file)


class Held(Exception):
    """Somebody else holds the file; who that is, as `process 123`."""


def hold(file: Path) -> int:
    """A descriptor that holds the file until it is closed. Held; OSError when it cannot be made."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as err:
        os.close(descriptor)
        if err.errno not in (errno.EAGAIN, errno.EACCES):
            raise
        raise Held(_written(file) or "process unknown") from err
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"process {os.getpid()}".encode())
    return descriptor


def holder_of(path: Path) -> str:
    """Who said last that it holds the directory: `process 123`; empty when nobody ever did."""
    return _written(path / LOCK)


def _written(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
