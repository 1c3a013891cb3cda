"""Numbers of parties and customers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


@policy("party.file", _("Customer files"))
class FilePolicy(Policy):
    """How soon a suspicion of a duplicate is looked at, and how early an expiring document becomes work."""

    duplicate_review_working_days: int = setting(
        _("Possible duplicates looked at within"), unit=_("working days"), minimum=1, maximum=60
    )
    document_warn_days: int = setting(
        _("Expiring identity documents become work before"), unit=_("days"), minimum=1, maximum=365
    )
