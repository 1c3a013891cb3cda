"""Naming a delegate for one's own work or for somebody absent, and ending it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from kexin.core.calendar import business_date
from kexin.core.errors import NotFound
from kexin.core.scope import scope_filters
from kexin.core.ui.fields import SearchSelect, SearchSelectMultiple
from kexin.core.ui.form_page import form_page, need, post_only
from kexin.core.ui.request import actor_of
from kexin.core.workflow import work_kinds
from kexin.people import operations as ops
from kexin.people.delegations import candidates
from kexin.people.models import Delegation, Post
from kexin.people.queries import held_on


class DelegationForm(forms.Form):
    """Who, from when until when, for which work."""

    delegate_post = forms.TypedChoiceField(label=_("Delegate"), coerce=int, widget=SearchSelect())
    starts_on = forms.DateField(label=_("From"))
    ends_on = forms.DateField(label=_("Until"), help_text=_("The last day; it ends by itself and can be ended before."))
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of work"), required=False, widget=SearchSelectMultiple(), help_text=_("Left empty: all kinds.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, post: Post, posts: list[Post] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if posts:
            field = forms.TypedChoiceField(
                label=_("My post"), coerce=int, choices=[(p.pk, f"{p.shown_name} · {p.unit.shown_name}") for p in posts]
            )
            self.fields = {"post": field, **self.fields}
        shown = [
            (row.post_id, f"{row.employee.shown_name} · {row.post.shown_name} · {row.post.unit.shown_name}")
            for row in candidates(post)
        ]
        self.fields["delegate_post"].choices = [("", ""), *shown]  # type: ignore[attr-defined]
        self.fields["kinds"].choices = [(kind.code, kind.label) for kind in work_kinds.values()]  # type: ignore[attr-defined]


def _start() -> dict[str, dt.date]:
    today = business_date()
    return {"starts_on": today, "ends_on": today + dt.timedelta(days=6)}


def new(request: HttpRequest) -> HttpResponse:
    """For my own work, at the post I choose where I hold several."""
    actor = actor_of(request)
    posts = list(Post.objects.filter(pk__in=actor.post_ids).select_related("unit__parent").order_by("pk"))
    if not posts:
        raise NotFound
    wanted = request.POST.get("post", "")
    post = next((each for each in posts if str(each.pk) == wanted), posts[0])
    form = DelegationForm(
        request.POST or None, post=post, posts=posts if len(posts) > 1 else None, initial={**_start(), "post": post.pk}
    )

    def act(data: dict[str, Any]) -> Delegation:
        data.pop("post", None)
        return ops.delegate_work(post, actor=actor, delegate_post=Post(pk=data.pop("delegate_post")), **data)

    return form_page(
        request,
        form,
        act,
        title=_("Name a delegate"),
        sub=_("Nothing is moved: your work stays yours, the delegate sees it and may do it."),
        back_url=reverse("people_me"),
        submit_label=_("Name a delegate"),
        done=_("The delegate is named and sees your work from the first day on."),
    )


def new_for(request: HttpRequest, pk: int) -> HttpResponse:
    """For the holder of a post of my units."""
    actor = need(request, "people.delegate_for")
    filters = scope_filters(actor, "people.delegate_for", unit="unit_id", post="pk")
    posts = Post.objects.filter(pk=pk).select_related("unit__parent")
    post = next((p for each in ([{}] if filters is None else filters) for p in posts.filter(**each)), None)
    holder = held_on(business_date()).filter(post=pk).select_related("employee").first()
    if post is None or holder is None:
        raise NotFound

    def act(data: dict[str, Any]) -> Delegation:
        return ops.delegate_for(post, actor=actor, delegate_post=Post(pk=data.pop("delegate_post")), **data)

    return form_page(
        request,
        DelegationForm(request.POST or None, post=post, initial=_start()),
        act,
        title=_("Name a delegate"),
        sub=f"{holder.employee.shown_name} · {post.shown_name}",
        back_url=reverse("people_employee", args=[holder.employee_id]),
        submit_label=_("Name a delegate"),
        done=_("The delegate is named and sees this work from the first day on."),
    )


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End it at once, from one's own page or that of the absent employee."""
    actor = actor_of(request)
    about = request.POST.get("employee", "")
    return post_only(
        request,
        lambda: ops.end_delegation(Delegation(pk=pk), actor=actor),
        back_url=reverse("people_employee", args=[int(about)]) if about.isdigit() else reverse("people_me"),
        done=_("The delegation has ended."),
    )
