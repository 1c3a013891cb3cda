"""Requests: opening, answering, handing over, pausing, telling the result, closing."""
