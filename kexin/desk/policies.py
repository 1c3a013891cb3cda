"""Numbers of the desk."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


@policy("desk.facing", _("Customer-facing view"))
class FacingPolicy(Policy):
    """How the view is left."""

    password_to_leave: bool = setting(_("The password is asked before the view is left"))


@policy("desk.linked", _("Enterprises and their owners"))
class LinkedPolicy(Policy):
    """公私联动: how far the maturities of both sides look."""

    maturing_days: int = setting(_("Maturities shown within"), unit=_("days"), minimum=1, maximum=366)


@policy("desk.reports", _("Reports"))
class ReportPolicy(Policy):
    """How long a report may take, how large it may be, how many one keeps, how long files of the inbox lie."""

    seconds: int = setting(_("Computed within"), unit=_("seconds"), minimum=1, maximum=120)
    cells: int = setting(_("Cells at most"), minimum=100, maximum=100_000)
    columns: int = setting(_("Columns at most"), minimum=2, maximum=200)
    most_reports: int = setting(_("Reports per person at most"), minimum=1, maximum=1_000)
    keep_days: int = setting(_("Files of scheduled reports kept for"), unit=_("days"), minimum=1, maximum=365)
    from_hour: int = setting(_("Scheduled reports are made from"), unit=_("o'clock"), minimum=0, maximum=23)
