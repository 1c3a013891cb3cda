"""Desk: where a working day begins. It reads from every floor and owns nothing."""
