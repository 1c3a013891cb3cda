"""Telephony: what a telephone system tells of calls, the agent's screen, the note, calls that nobody took."""
