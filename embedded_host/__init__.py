"""Runs any Python v2-model function app on one machine as the Azure Functions host would."""
