"""Logs are events, one line each, with keys masked. To stderr (the journal, under systemd), or to a file in the data
directory when a person is talking on the terminal."""

from __future__ import annotations

import logging
import logging.handlers
import sys
from pathlib import Path
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from chatbot.recent_logs import RECENT
from chatbot.scrub import outgoing

LOUD = ("httpx", "httpcore", "telegram", "slack_bolt", "slack_sdk", "apscheduler", "websockets", "aiohttp", "upbit")
"""Libraries whose routine lines are nobody's business, or which would write a token that stands in an address."""


def configure(file: Path | None = None, *, level: int = logging.INFO) -> None:
    """Call once, before anything is logged."""
    handler: logging.Handler
    if file is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        handler = logging.handlers.RotatingFileHandler(file, maxBytes=5_000_000, backupCount=3, encoding="utf-8")
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        masked,
    ]
    renderer = structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"])
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                RECENT.keep,
                renderer,
                masked_line,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in LOUD:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )


def masked(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Texts as they were given: written out, some characters of a secret would look different."""
    return {key: outgoing(value) if isinstance(value, str) else value for key, value in event.items()}


def masked_line(logger: WrappedLogger, method: str, line: Any) -> str:
    """No key or token leaves through a log line, whatever it stood in: a list, an exception, a key of a mapping."""
    return outgoing(str(line))
