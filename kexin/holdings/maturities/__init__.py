"""到期台账: everything that matures or falls due, one row each, gathered from accounts, holdings, loans and orders.

The contractual date is kept; the day on which it is paid (``due_on``) is the next working day of the calendar. Rows of
the past stay: retention (:mod:`kexin.holdings.retention`) tells where their money went.
"""
