"""How often an activity is repeated when something outside fails for a moment."""

from azure.durable_functions import RetryOptions

RETRY = RetryOptions(first_retry_interval_in_milliseconds=5_000, max_number_of_attempts=3)
