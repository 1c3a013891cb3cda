"""Numbers and tables of people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


@policy("people.duties", _("Incompatible duties"))
class DutiesPolicy(Policy):
    """Pairs of operations that one person may not hold together (H-18, 岗位分离): ``[["a.b", "c.d", "why"], …]``."""

    pairs: list = setting(_("Incompatible pairs"))  # type: ignore[type-arg]
