"""Conversations: one inbox for what customers write by any channel, answered where it came from."""
