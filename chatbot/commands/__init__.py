"""Every chat command, one definition each; the order of the imports is the order in help, menus and docs."""

from chatbot.commands import status, explaining, account, results, trail, reconciling  # noqa: F401, I001
from chatbot.commands import trading, control, alerting, drilling, analysis, pattern, people, tuning, settings  # noqa: F401
from chatbot.commands import advising, notifying, helping  # noqa: F401
from chatbot.commands.register import REGISTRY

__all__ = ["REGISTRY"]
