"""The order of work: durable orchestrators, their activities, and the HTTP starters."""
