"""What a customer is told before agreeing."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


def worded(value: str) -> str:
    """The wording. Raises ValueError for an empty one."""
    if not value.strip():
        raise ValueError("a customer agrees to words")
    return value


@policy("party.consent", _("Consent to be addressed with offers"))
class ConsentPolicy(Policy):
    """The wording a customer agrees to, in both languages; consent holds until it is withdrawn."""

    wording: str = setting(_("Wording"), check=worded)
    wording_en: str = setting(_("Wording in English"), check=worded)
