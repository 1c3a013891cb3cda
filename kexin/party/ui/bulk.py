"""What is done to many customers at once: export, assignment."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from kexin.core.export import FORMATS
from kexin.core.ui.columns import Selection
from kexin.core.ui.request import actor_of
from kexin.core.ui.sending import sent
from kexin.party.models import Customer
from kexin.party.operations.export import as_file, export_customers
from kexin.party.operations.portfolio import MOST_AT_ONCE, assign_many
from kexin.party.ui.forms import AssignForm
from kexin.party.ui.lists import CustomerFilterSet
from kexin.people.queries import posts_in_reach


def _chosen(request: HttpRequest, operation: str) -> QuerySet[Customer]:
    actor = actor_of(request)
    reach = Customer.objects.visible_to(actor, operation).order_by("customer_no")
    return Selection.of(request).rows(reach, CustomerFilterSet, request)


@require_POST
def export(request: HttpRequest) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """POST the selection: first ask for purpose and format, then send the file."""
    actor = actor_of(request)
    rows = _chosen(request, "party.export_customers")
    form = request.POST.get("format", "")
    if form not in FORMATS:
        selection = Selection.of(request)
        context = {"title": _("Export customers"), "selection": selection, "count": rows[:100_001].count()}
        context |= {"back_url": reverse("party:customers")}
        return render(request, "party/export.html", context)
    allowed = export_customers(actor=actor, rows=rows, purpose=request.POST.get("purpose", ""))
    return sent(form, as_file(actor, allowed), actor)


@require_POST
def bulk_assign(request: HttpRequest) -> HttpResponse:
    """POST the selection: first ask for post and reason, then assign one by one; refusals are told."""
    actor = actor_of(request)
    rows = _chosen(request, "party.assign_portfolio")
    posts = posts_in_reach(actor, "party.assign_portfolio")
    form = AssignForm(request.POST if "reason" in request.POST else None, posts=posts)
    if form.is_valid():
        done, refused = assign_many(
            rows[:MOST_AT_ONCE], actor=actor, post=form.cleaned_data["post"], reason=form.cleaned_data["reason"]
        )
        number = len(done)
        text = ngettext("%(count)s customer assigned.", "%(count)s customers assigned.", number) % {"count": number}
        messages.success(request, text)
        for customer, refusal in refused[:20]:
            messages.error(request, f"{customer.customer_no}: {refusal.message}")
        return redirect("party:customers")
    context = {"title": _("Assign customers"), "form": form, "selection": Selection.of(request)}
    context |= {"count": rows[: MOST_AT_ONCE + 1].count(), "most": MOST_AT_ONCE, "back_url": reverse("party:customers")}
    return render(request, "party/bulk_assign.html", context)
