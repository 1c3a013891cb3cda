"""Segregation of duties: which operations one person may not hold together."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import Decision, Reason


def may_hold(operations: Iterable[str], pairs: Iterable[tuple[str, str, str]]) -> Decision:
    """May one person hold all these operations? One reason per forbidden pair found."""
    held = set(operations)
    reasons = [
        Reason("incompatible", _("Incompatible duties: %(first)s and %(second)s.") % {"first": first, "second": second})
        for first, second, _why in pairs
        if first in held and second in held
    ]
    return Decision(tuple(reasons))
