"""Runs of the flows app's orchestrations on a stepped host."""

DURABLE = "/runtime/webhooks/durabletask"


def run(host, orchestrator, given=None, instance="i", **span):
    """The status of a new instance after some virtual time, ten minutes unless told otherwise."""
    host.start(orchestrator, instance, given)
    host.run_for(**(span or {"minutes": 10}))
    return host.status(instance, with_history=True)


def kinds(status):
    """The types of its events."""
    return [event["EventType"] for event in status["historyEvents"]]
