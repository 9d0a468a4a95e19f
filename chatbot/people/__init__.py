"""Who may do what: people, their roles, how they come in, and where they are told."""
