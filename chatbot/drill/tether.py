"""A process that must not outlive whoever started it: its standard input is a pipe that nobody writes into. The system
closes the other end however the starter ends, also by SIGKILL; then this process ends too."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

FINISH_SECONDS = 5.0


def at_the_end_of_input(then: Callable[[], None]) -> None:
    """Call `then`, in a thread of its own, once the pipe is closed."""

    def watch() -> None:
        while os.read(0, 1024):
            pass
        then()

    threading.Thread(target=watch, name="tether", daemon=True).start()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def finish() -> None:
    """As if told to stop, to leave nothing lying about; what takes too long is left."""
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(FINISH_SECONDS)
    die()
