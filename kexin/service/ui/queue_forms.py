"""Forms of queues: what one takes, who works in it, what a post can."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.policy import in_force
from kexin.core.ui.fields import DayInput
from kexin.party.tiers import tier_choices
from kexin.service.choices import Channel
from kexin.service.policies import RequestPolicy, parse_kinds
from kexin.service.queues.editing import MOST_CAPACITY
from kexin.service.queues.policies import QueuePolicy, parse_skills

PREFIX = "skill_"
LEVELS = [
    ("", "–"),
    ("1", pgettext_lazy("skill", "1 begins")),
    ("2", pgettext_lazy("skill", "2 knows it")),
    ("3", pgettext_lazy("skill", "3 teaches others")),
]


def _many(label: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, required=False, widget=forms.CheckboxSelectMultiple)


class SkillsForm(forms.Form):
    """A level for each skill of the policy; ``skills()`` are those that have one."""

    def __init__(self, *args: Any, held: dict[str, int] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in parse_skills(in_force(QueuePolicy).skills):
            level = (held or {}).get(each.code)
            self.fields[PREFIX + each.code] = forms.ChoiceField(
                label=each.label, choices=LEVELS, required=False, initial=str(level) if level else ""
            )

    @staticmethod
    def skills(data: dict[str, Any]) -> dict[str, int]:
        """What was chosen."""
        return {name.removeprefix(PREFIX): int(value) for name, value in data.items()
                if name.startswith(PREFIX) and value}  # fmt: skip


class QueueForm(SkillsForm):
    """What a queue takes; nothing ticked is everything."""

    unit_id = forms.TypedChoiceField(label=_("Unit and all below it"), coerce=int)
    name = forms.CharField(label=_("Name"), max_length=40)
    name_en = forms.CharField(label=_("English name"), max_length=40)
    rank = forms.IntegerField(
        label=pgettext_lazy("queue", "Order"),
        min_value=1,
        max_value=999,
        initial=10,
        help_text=_("Of two queues of one unit that would take a request, the lower number does."),
    )
    kinds = _many(_("Kinds (none: all)"))
    categories = _many(_("Categories (none: all)"))
    channels = _many(_("By which way (none: all)"))
    tiers = _many(_("Tiers (none: all)"))
    languages = _many(_("Languages (none: all)"))
    conversations = forms.BooleanField(label=_("Mails and portal conversations that nobody attends to"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    field_order = (
        "unit_id", "name", "name_en", "rank", "kinds", "categories", "channels", "tiers", "languages", "conversations",
    )  # fmt: skip

    def __init__(self, *args: Any, units: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = parse_kinds(in_force(RequestPolicy).kinds)
        self._offer("unit_id", units)
        self._offer("kinds", [(each.code, each.label) for each in kinds])
        self._offer("categories", list({each.code: each.label for kind in kinds for each in kind.categories}.items()))
        self._offer("channels", Channel.choices)
        self._offer("tiers", tier_choices())
        self._offer("languages", [("zh", "中文"), ("en", "English")])
        for name, field in self.fields.items():
            if name.startswith(PREFIX):
                field.label = _("Skill needed: %(skill)s") % {"skill": field.label}
        self.order_fields([*self.field_order, *(name for name in self.fields if name.startswith(PREFIX)), "reason"])

    def _offer(self, name: str, choices: Any) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def definition(self, data: dict[str, Any]) -> dict[str, Any]:
        """The same as the operation takes it."""
        plain = {name: value for name, value in data.items() if not name.startswith(PREFIX)}
        return {**plain, "needs": self.skills(data)}


class MemberForm(forms.Form):
    """Who, how much they carry, when they get nothing new."""

    post_id = forms.TypedChoiceField(label=pgettext_lazy("request", "Colleague"), coerce=int)
    capacity = forms.IntegerField(
        label=_("Carries at most"),
        min_value=1,
        max_value=MOST_CAPACITY,
        help_text=_("Open requests by their weight; important and urgent ones weigh more."),
    )
    away_from = forms.DateField(label=_("Gets nothing new from"), required=False, widget=DayInput())
    away_until = forms.DateField(
        label=_("until"), required=False, widget=DayInput(), help_text=_("What is there already stays there.")
    )

    def __init__(self, *args: Any, posts: list[tuple[int, str]] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if posts is None:
            del self.fields["post_id"]
        else:
            self.fields["post_id"].choices = posts  # type: ignore[attr-defined]


class SendForm(forms.Form):
    """Into which queue, and why."""

    queue_id = forms.TypedChoiceField(label=_("Queue"), coerce=int)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, queues: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["queue_id"].choices = queues  # type: ignore[attr-defined]
