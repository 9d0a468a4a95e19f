"""Slack over Socket Mode: envelopes in, Block Kit out. `frontend.SlackFrontEnd` is the door; `routing` alone imports
slack-bolt, `api` alone its client, slack-sdk."""
