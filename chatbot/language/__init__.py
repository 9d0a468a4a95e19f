"""Plain sentences, Korean and English: text → tokens → one registered command, a question back, or nothing.

A sentence never has a way of its own to an order: what it means is written as a command line, which the dispatcher
runs with the same handlers, roles and trail. Where two readings are possible it asks."""
