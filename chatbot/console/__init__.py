"""The third front end: a terminal. Needs no account; whoever is logged in as the service's user is an owner."""
