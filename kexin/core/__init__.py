"""The core: one door that writes, one door that reads, numbers as data, facts as events, reasons kept.

Actor, operation and query, scope, audit, policy, calendar, workflow, cryptography, imports and the shared screens.
"""
