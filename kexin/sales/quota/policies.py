"""The number of quotas."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


@policy("sales.quota", _("Quota kept aside for sales"))
class QuotaPolicy(Policy):
    """How long a limited quota waits for a customer who reads and signs; with the order it stays until the answer."""

    keep_minutes: int = setting(
        _("Quota of an unfinished sale kept aside for"), unit=_("minutes"), minimum=5, maximum=10080
    )
