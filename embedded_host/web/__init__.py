"""What the host answers over HTTP: triggers, the Durable HTTP API, webhooks and admin routes."""
