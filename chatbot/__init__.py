"""Talks and listens. One definition per command; Telegram, Slack and the console are thin adapters around it.

`dispatch.Dispatcher` takes a person's line or button and gives back a `reply.Reply`; `notices.notice` turns an event
into one. Nothing here decides about money: that is asked of `trader.desk.Desk`."""
