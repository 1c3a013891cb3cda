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
