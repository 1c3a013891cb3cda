"""承接率: where the money of matured deposits and products went within the policy's window.

The rule is written down in ``docs/algorithms/retention.md``; :mod:`.rules` is that rule without a database.
"""
