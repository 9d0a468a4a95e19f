"""Every chat command, one definition each; the order of the imports is the order in help, menus and docs."""

from chatbot.commands import status, account, reconciling, trading, control, analysis, tuning, helping  # noqa: F401, I001
from chatbot.commands.register import REGISTRY

__all__ = ["REGISTRY"]
