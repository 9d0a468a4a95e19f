"""Everything people read, in Korean and English: Fluent catalogues and the formats of figures."""

from chatbot.wording.catalogue import LANGUAGES, Words

__all__ = ["LANGUAGES", "Words"]
