"""The numbers of engagement."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


@policy("engagement.documents", _("Documents of customers"))
class DocumentPolicy(Policy):
    """What may be kept with a customer, and when the end of a document's validity becomes somebody's work."""

    largest_mb: int = setting(_("Largest document"), unit="MB", minimum=1, maximum=500)
    media_types: list = setting(_("Kinds of files allowed"))  # type: ignore[type-arg]
    warn_days: int = setting(_("Work item before the end of validity"), unit=_("days"), minimum=1, maximum=365)
    orphan_hours: int = setting(_("Files without a record removed after"), unit=_("hours"), minimum=1, maximum=720)


@policy("engagement.timeline", _("Timeline of a customer"))
class TimelinePolicy(Policy):
    """From which amount a booking stands on the timeline, in the currency of its account, and how far back."""

    large_transaction: Decimal = setting(
        _("Large transaction from"),
        unit=_("currency of the account"),
        minimum=Decimal(1),
        maximum=Decimal(1_000_000_000),
    )
    transaction_days: int = setting(_("Large transactions shown for"), unit=_("days"), minimum=1, maximum=1830)
