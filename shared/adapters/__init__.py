"""Adapters: one module per outside system; only `shared.wiring` imports them."""
