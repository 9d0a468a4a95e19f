"""Parameters of commands: each kind reads itself from the words of a line."""
