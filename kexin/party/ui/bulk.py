"""What is done to many customers at once: export, assignment."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from kexin.core.errors import KexinError
from kexin.core.export import csv_lines, xlsx_file
from kexin.core.ui.columns import Selection
from kexin.core.ui.request import actor_of
from kexin.party.models import Customer
from kexin.party.operations.export import EXPORT_HEADS, export_customers, export_rows
from kexin.party.operations.portfolio import assign_portfolio
from kexin.party.ui.forms import AssignForm
from kexin.party.ui.lists import CustomerFilterSet
from kexin.people.queries import posts_in_reach

MOST_AT_ONCE = 500  # customers assigned in one go; each is an operation of its own


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
    if form not in ("csv", "xlsx"):
        selection = Selection.of(request)
        context = {"title": _("Export customers"), "selection": selection, "count": rows[:100_001].count()}
        context |= {"back_url": reverse("party:customers")}
        return render(request, "party/export.html", context)
    allowed = export_customers(actor=actor, rows=rows, purpose=request.POST.get("purpose", ""))
    heads = [str(head) for head in EXPORT_HEADS]
    name = f"customers-{localtime():%Y%m%d-%H%M}"
    if form == "xlsx":
        file = xlsx_file(heads, export_rows(actor, allowed), actor, _("Customers"))
        return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx")
    response = StreamingHttpResponse(csv_lines(heads, export_rows(actor, allowed), actor), content_type="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


@require_POST
def bulk_assign(request: HttpRequest) -> HttpResponse:
    """POST the selection: first ask for post and reason, then assign one by one; refusals are told."""
    actor = actor_of(request)
    rows = _chosen(request, "party.assign_portfolio")
    posts = posts_in_reach(actor, "party.assign_portfolio")
    form = AssignForm(request.POST if "reason" in request.POST else None, posts=posts)
    if form.is_valid():
        done, refused = 0, []
        for customer in rows[:MOST_AT_ONCE]:
            try:
                assign_portfolio(
                    customer, actor=actor, post=form.cleaned_data["post"], reason=form.cleaned_data["reason"]
                )
                done += 1
            except KexinError as refusal:
                refused.append(f"{customer.customer_no}: {refusal.message}")
        text = ngettext("%(count)s customer assigned.", "%(count)s customers assigned.", done) % {"count": done}
        messages.success(request, text)
        for line in refused[:20]:
            messages.error(request, line)
        return redirect("party:customers")
    context = {"title": _("Assign customers"), "form": form, "selection": Selection.of(request)}
    context |= {"count": rows[: MOST_AT_ONCE + 1].count(), "most": MOST_AT_ONCE, "back_url": reverse("party:customers")}
    return render(request, "party/bulk_assign.html", context)
