"""Fill → positions, guard rows and what they are worth. The only writer of positions; no HTTP, SQL or clock here."""
