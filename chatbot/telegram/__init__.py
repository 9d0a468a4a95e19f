"""Telegram by long polling: updates in, replies out. `frontend.TelegramFrontEnd` is the door; `api` alone imports the
library."""
