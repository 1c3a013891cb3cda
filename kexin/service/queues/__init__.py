"""Queues of requests: which request goes to whom, by skill and load."""
