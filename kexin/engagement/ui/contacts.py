"""The list of contacts behind a count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core import names
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound
from kexin.core.fields import decrypt_rows
from kexin.core.policy import in_force
from kexin.core.templatetags.kexin import moment
from kexin.core.ui.form_page import need
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Column, Table, View
from kexin.engagement.calls.contacts import contacts_of
from kexin.engagement.calls.policies import CallPolicy, label_of
from kexin.engagement.calls.queries import VIEW_CALLS
from kexin.engagement.models.calls import Contact
from kexin.people.queries import post_labels

REACHED = {"yes": True, "no": False}


class ContactTable(Table):
    """联系记录: newest first."""

    name = "engagement.contacts"
    caption = pgettext_lazy("conversation", "Contacts")
    default_sort = "-day"
    empty_title = _("No contacts in these days")
    empty_text = _("What is logged on the call screen stands here.")
    empty_icon = "phone"

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        rules = in_force(CallPolicy)
        self.columns = (
            Column("name", _("Name"), value=self._name, phone="title", always=True),
            Column("day", _("When"), value=lambda row: moment(row.at), sort="at", first="desc", phone="sub"),
            Column("result", _("Result"), value=lambda row: label_of(rules, row.result), phone="meta"),
            Column("note", _("Note"), value=self._note, phone="meta"),
            Column("next", _("Next call"), value=lambda row: moment(row.next_at) if row.next_at else "–", hidden=True),
            Column("who", _("By whom"), value=lambda row: self.people.get(row.by, row.by)),
        )

    def _name(self, row: Contact) -> str:
        return self.called.get(row.customer_id) or _t("No longer within your reach")

    def _note(self, row: Contact) -> str:
        return str(row.note or "") if row.customer_id in self.called else ""

    @cached_property
    def called(self) -> Mapping[int, str]:
        return names.called(actor_of(self.request), [row.customer_id for row in self.page.rows])

    @cached_property
    def people(self) -> Mapping[str, str]:
        return names.people({row.by for row in self.page.rows})

    def row_url(self, row: Contact) -> str:
        return names.customer_url(row.customer_id) if row.customer_id in self.called else ""


def contact_list(request: HttpRequest) -> HttpResponse:
    """GET /calls/contacts/?post=4&first=2026-11-01&last=2026-11-30&reached=yes."""
    actor = need(request, VIEW_CALLS)
    post = request.GET.get("post", "")
    if not post.isdigit() or len(post) > 18:
        raise NotFound
    first, last = _day(request, "first", business_date().replace(day=1)), _day(request, "last", business_date())
    rows = contacts_of(actor, int(post), first, last, reached=REACHED.get(request.GET.get("reached", "")))
    span = f"post={post}&first={first.isoformat()}&last={last.isoformat()}"
    table = ContactTable(
        request,
        rows,
        views=(
            View("all", _("All"), span),
            View("reached", pgettext_lazy("call", "Reached"), f"{span}&reached=yes"),
            View("in_vain", _("Not reached"), f"{span}&reached=no"),
        ),
    )
    decrypt_rows(Contact, [row for row in table.page.rows if row.customer_id in table.called], ("note",))
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    context = {
        "title": ContactTable.caption,
        "sub": " · ".join([post_labels([int(post)]).get(int(post), ""), f"{first.isoformat()} – {last.isoformat()}"]),
        "table": table,
        "back_url": reverse("engagement:calls"),
    }
    return render(request, "core/page_list.html", context)


def _day(request: HttpRequest, name: str, usual: dt.date) -> dt.date:
    try:
        return dt.date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return usual
