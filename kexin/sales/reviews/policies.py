"""The numbers and words of review packs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


@policy("sales.review_pack", _("Review packs"))
class ReviewPackPolicy(Policy):
    """How many products a pack shows that may be offered, and what is said with them."""

    options: int = setting(_("Products shown that may be offered"), minimum=0, maximum=10)
    notes: list = setting(_("Lines said with products that may be offered"))  # type: ignore[type-arg]
    notes_en: list = setting(_("Lines said with products that may be offered, in English"))  # type: ignore[type-arg]
