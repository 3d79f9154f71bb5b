"""What conditioners and orchestrators share: business rules, ports, adapters, the ledger, and their wiring."""
