"""Numbers of knowledge: how long a review may take, when an article is looked at again, what a search counts as."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


@policy("service.knowledge", _("Knowledge"))
class KnowledgePolicy(Policy):
    """Review and validity of articles, size of attached files, dead-end searches."""

    review_working_days: int = setting(_("A version is reviewed within"), unit=_("working days"), minimum=1, maximum=30)
    look_again_months: int = setting(_("An article is looked at again after"), unit=_("months"), minimum=1, maximum=36)
    warn_days: int = setting(_("Work item before it is to be looked at"), unit=_("days"), minimum=1, maximum=90)
    largest_mb: int = setting(_("Largest attached file"), unit="MB", minimum=1, maximum=20)
    media_types: list = setting(_("Kinds of files allowed"))  # type: ignore[type-arg]
    dead_end_days: int = setting(_("Dead-end searches are counted over"), unit=_("days"), minimum=7, maximum=365)
    dead_end_minutes: int = setting(
        _("A search after which nothing was opened is a dead end after"), unit=_("minutes"), minimum=1, maximum=240
    )
