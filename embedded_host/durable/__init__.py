"""The Durable Task engine: histories, episodes, the task hub and the dispatcher that drives them."""
