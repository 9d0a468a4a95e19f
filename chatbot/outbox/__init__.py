"""Messages on their way to people: from stored rows to delivered messages, per channel and conversation (C3, R10).

`office` is the door: one `sender` per channel, and what one channel does when the other one is down (`failover`).
A sender reads what waits for a chat (`reading`), decides what goes out as which message (`parcels`, with `folding` for
what comes again and `digest` for what was missed), and hands it over at the service's pace. `trades` knows what belongs
to the story of a trade, `card` shows it in one message that is edited in place."""

from chatbot.outbox.office import PostOffice
from chatbot.outbox.pace import pace_of
from chatbot.outbox.sender import OutboxSender

__all__ = ["OutboxSender", "PostOffice", "pace_of"]
