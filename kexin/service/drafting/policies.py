"""Drafts by a model: off until the institution lets them be."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


@policy("service.drafting", _("Drafts by a language model"))
class DraftPolicy(Policy):
    """Whether drafts are asked for at all; how much leaves the house, how long an answer may be and take."""

    enabled: bool = setting(_("A model outside may draft replies and summaries"))
    messages: int = setting(_("Newest messages that leave, masked"), minimum=1, maximum=50)
    articles: int = setting(_("Approved articles sent along"), minimum=1, maximum=10)
    longest: int = setting(_("Longest draft"), unit=_("characters"), minimum=100, maximum=4000)
    seconds: int = setting(_("An answer is awaited for"), unit=_("seconds"), minimum=1, maximum=60)
