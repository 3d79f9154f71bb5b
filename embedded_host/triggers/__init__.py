"""Timer and blob triggers, and the lakes that blob triggers watch."""
