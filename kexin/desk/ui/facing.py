"""Pages of the customer-facing view."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kexin.core.calendar import business_date
from kexin.core.ui.request import actor_of
from kexin.desk.facing import begin_facing, facing, leave_facing, password_wanted
from kexin.desk.ui.middleware import KEY, facing_customer
from kexin.holdings.ui.panels import ring_chart


def facing_page(request: HttpRequest, pk: int) -> HttpResponse:
    """POST turns the screen to the customer, GET shows it; not while the session faces another."""
    actor = actor_of(request)
    if request.method == "POST":
        begin_facing(pk, actor=actor)
        request.session[KEY] = pk
        return redirect("desk:facing", pk)
    if facing_customer(request) != pk:
        facing(actor, pk)  # out of reach stays out of reach, here too
        return redirect("party:customer", pk)
    return _shown(request, pk)


def _shown(request: HttpRequest, pk: int, refusal: str = "", status: int = 200) -> HttpResponse:
    shown = facing(actor_of(request), pk)
    context = {
        "shown": shown,
        "charts": [(code, ring_chart(shown.portfolio, code)) for code, total in shown.totals if total > 0],
        "today": business_date(),
        "may_print": actor_of(request).may("holdings.print_review_sheet"),
        "may_pack": actor_of(request).may("sales.make_review_pack"),
        "password_wanted": _password_wanted(request),
        "refusal": refusal,
        "watermark": "",
    }
    return render(request, "desk/facing.html", context, status=status)


def _password_wanted(request: HttpRequest) -> bool:
    """Who signs in at an identity provider has no password here and is not asked for one."""
    return password_wanted() and bool(getattr(request.user, "has_usable_password", lambda: False)())


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """POST /facing/leave/: back to the file, by the password where the policy wants it."""
    pk = facing_customer(request)
    if pk is None:
        return redirect(reverse("desk:workbench"))
    if _password_wanted(request) and not request.user.check_password(request.POST.get("password", "")):
        return _shown(request, pk, _("The password is not right."), 422)
    leave_facing(pk, actor=actor_of(request))
    del request.session[KEY]
    messages.success(request, _("The screen is yours again."))
    return redirect("party:customer", pk)
