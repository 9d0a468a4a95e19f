"""Slack over Socket Mode: envelopes in, Block Kit out. `frontend.SlackFrontEnd` is the door; `api` alone imports the
library."""
