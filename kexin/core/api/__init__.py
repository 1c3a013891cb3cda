"""The programming interface under ``/api/v1``: the same doors as the pages, for other systems.

An endpoint is a typed function that calls an operation or a query and shows the result; authentication, limits,
repeated writes, conditional writes and refusals are settled around it, once.
"""
