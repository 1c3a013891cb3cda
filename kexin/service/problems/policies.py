"""The numbers of known problems."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


@policy("service.problems", _("Known problems"))
class ProblemPolicy(Policy):
    """How long a fix is watched, when a problem that came back is open again, what is suggested beside a request."""

    fix_days: int = setting(_("A fix is due after, where no day is named"), unit=_("days"), minimum=1, maximum=365)
    watch_days: int = setting(_("After its fix a problem is watched for"), unit=_("days"), minimum=1, maximum=365)
    reopen_after: int = setting(_("It is open again after so many returns"), minimum=1, maximum=100)
    alike: Decimal = setting(
        _("A problem is suggested from this likeness on"), minimum=Decimal("0.05"), maximum=Decimal("0.95")
    )
    suggestions: int = setting(_("Problems suggested beside a request"), minimum=1, maximum=10)
