"""Roles as a matrix; proposing another set of operations; who may do what."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core.errors import Conflict, NotFound, RuleViolation
from kexin.core.models import Role
from kexin.core.operation import doors
from kexin.core.policy import in_force
from kexin.core.ui.form_page import found_or_refuse, need
from kexin.core.ui.request import actor_of
from kexin.people import operations as ops
from kexin.people.models import by_language
from kexin.people.policies import DutiesPolicy
from kexin.people.rights import grantable, matrix, operation_label, who_may


@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """Operations of one floor (or of all) against roles, and the pairs one person may not hold together."""
    shown = matrix(actor_of(request))
    wanted = request.GET.get("floor", "")
    if wanted not in {"all", *(each.floor for each in shown.floors)}:
        wanted = shown.floors[0].floor
    heads = [(r, by_language(r.name, r.name_en), shown.holders.get(r.pk, 0)) for r in shown.roles]
    pairs = [(operation_label(a), operation_label(b), why) for a, b, why in in_force(DutiesPolicy).pairs]
    rows = [each for each in shown.floors if wanted in (each.floor, "all")]
    told = {"floors": shown.floors, "wanted": wanted, "rows": rows, "heads": heads, "pairs": pairs}
    return render(request, "people/roles.html", told)


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick another set, look at the difference, propose it with a reason."""
    actor = need(request, "people.propose_role_change")
    role = found_or_refuse(Role.objects.all(), pk)
    before = set(role.grants.values_list("operation", flat=True))
    known = {door.name for door in grantable()}
    wanted = set(request.POST.getlist("operation")) & known if request.method == "POST" else before & known
    step = request.POST.get("step", "choose")
    errors: list[str] = []
    if step == "propose":
        try:
            made = ops.propose_role_change(
                role, actor=actor, operations=sorted(wanted), reason=request.POST.get("reason", "")
            )
        except (RuleViolation, Conflict) as refusal:
            errors = [str(text) for text in refusal.fields.values()] or [str(refusal.message)]
        else:
            return redirect(reverse("core:approval", args=[made.pk]))
    context = {
        "role": role,
        "name": by_language(role.name, role.name_en),
        "rows": matrix(actor).floors,
        "wanted": wanted,
        "added": [(n, operation_label(n)) for n in sorted(wanted - before)],
        "removed": [(n, operation_label(n)) for n in sorted(before - wanted)],
        "looking": step in ("look", "propose"),
        "reason": request.POST.get("reason", ""),
        "errors": errors,
    }
    return render(request, "people/role_change.html", context, status=422 if errors else 200)


@require_GET
def who(request: HttpRequest) -> HttpResponse:
    """Everybody who may do one operation today, with the post and role that give it."""
    name = request.GET.get("operation", "")
    if name and name not in doors:
        raise NotFound
    found = who_may(actor_of(request), name)
    choices = [(door.name, door.label) for door in grantable()]
    title = _("Who may do this?")
    context = {"title": title, "name": name, "label": operation_label(name), "found": found, "choices": choices}
    return render(request, "people/who.html", context)
