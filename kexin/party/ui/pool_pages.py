"""The pool 待分配客户池: who has no manager, and claiming them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from kexin.core.models import Approval
from kexin.core.policy import in_force
from kexin.core.ui import numbers
from kexin.core.ui.columns import Selection
from kexin.core.ui.form_page import need
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import BulkAction, Column, Table, View
from kexin.party.choices import PartyKind
from kexin.party.models import Customer
from kexin.party.naming import shown_name
from kexin.party.operations.pool import CLAIM, claim_many
from kexin.party.operations.portfolio import MOST_AT_ONCE, held_customers
from kexin.party.ownership import pool, pool_within
from kexin.party.policies import PoolPolicy
from kexin.party.queries import open_names


class PoolTable(Table):
    """待分配客户池."""

    name = "party.pool"
    caption = _("Unassigned pool")
    default_sort = "number"
    empty_title = _("Nobody waits in the pool")
    empty_text = _("Customers without a manager will stand here until somebody claims them or they are assigned.")
    empty_icon = "users"
    views = (View("all", _("All")), View("rich", _("By assets"), "sort=-assets"))

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor = actor_of(request)
        kinds = {code: str(label) for code, label in PartyKind.choices}
        figures = actor.may("holdings.view_accounts")
        columns = (
            Column("name", _("Name"), value=lambda row: shown_name(actor, row), phone="title", always=True),
            Column("number", _("Customer number"), value="customer_no", sort="customer_no", phone="sub"),
            Column("kind", _("Type"), value=lambda row: kinds.get(row.kind, row.kind)),
            Column("status", _("State"), value=lambda row: row.get_status_display()),
            Column(
                "assets",
                _("Assets"),
                value=lambda row: numbers.exact(row.assets),
                sort=("assets", "pk"),
                first="desc",
                align="end",
            ),
            Column("unit", _("Unit"), value="unit.shown_name"),
        )
        self.columns = tuple(each for each in columns if figures or each.key != "assets")
        if not figures:
            self.all_views = [view for view in self.all_views if "assets" not in view.query]


def pool_list(request: HttpRequest) -> HttpResponse:
    """GET: who could be taken over from here."""
    actor = actor_of(request)
    actions = [
        BulkAction("claim", _("Claim"), reverse("party:claim"), operation=CLAIM, icon="user-plus"),
        BulkAction(
            "assign", _("Assign"), reverse("party:bulk_assign"), operation="party.assign_portfolio", icon="user-share"
        ),
    ]
    table = PoolTable(request, pool(actor), actions=actions)
    open_names(table.page.rows)
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    most = in_force(PoolPolicy).most_customers
    sub = ""
    if actor.may(CLAIM) and actor.post_id is not None:
        held = held_customers([actor.post_id]).get(actor.post_id, 0)
        sub = _t("You look after %(held)s of at most %(most)s customers.") % {"held": held, "most": most}
    return render(request, "core/page_list.html", {"title": _("Unassigned pool"), "table": table, "sub": sub})


def _chosen(request: HttpRequest) -> QuerySet[Customer]:
    actor = need(request, CLAIM)
    selection = Selection.of(request)
    rows = pool_within(actor, CLAIM, with_led=not selection.everything).order_by("customer_no")
    return selection.rows(rows)


@require_POST
def claim(request: HttpRequest) -> HttpResponse:
    """POST the selection: each is claimed by itself; who was faster elsewhere is told by name."""
    done, refused = claim_many(_chosen(request)[:MOST_AT_ONCE], actor=actor_of(request))
    proposed = sum(isinstance(each, Approval) for each in done)
    taken = len(done) - proposed
    if taken:
        words = ngettext("%(count)s customer claimed.", "%(count)s customers claimed.", taken)
        messages.success(request, words % {"count": taken})
    if proposed:
        words = ngettext(
            "%(count)s claim awaits the decision of a second person.",
            "%(count)s claims await the decision of a second person.",
            proposed,
        )
        messages.info(request, words % {"count": proposed})
    for customer, refusal in refused[:20]:
        texts = [str(text) for text in refusal.fields.values()] or [str(refusal.message)]
        messages.error(request, f"{customer.customer_no}: {' '.join(texts)}")
    return redirect("party:pool")
