"""Fragments of notes: written, changed, pinned and withdrawn on the timeline itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from kexin.core import names
from kexin.core.errors import Conflict, KexinError, RuleViolation
from kexin.core.ui.form_page import need, put_errors
from kexin.core.ui.request import actor_of
from kexin.engagement.operations import change_note, pin_note, withdraw_note, write_note
from kexin.engagement.queries import customer_for, note_in_reach
from kexin.engagement.ui.appointment_forms import NoteForm

CHANGED = "panel-changed-timeline"


def _done(request: HttpRequest, customer_id: int) -> HttpResponse:
    """The timeline loads itself again; without scripts the page does."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Trigger": CHANGED})
    return redirect(reverse("party:customer", args=[customer_id]))


def _told(refusal: RuleViolation) -> str:
    return " ".join(str(text) for text in refusal.fields.values()) or str(refusal.message)


@require_POST
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """POST a note; a refusal comes back with the text still in the box."""
    actor = actor_of(request)
    customer = customer_for(actor, pk, "engagement.write_note")
    text = request.POST.get("text", "")
    try:
        write_note(customer, actor=actor, text=text, pinned=request.POST.get("pinned") == "1")
    except RuleViolation as refusal:
        context = {"customer_pk": pk, "text": text, "error": _told(refusal), "pinned": request.POST.get("pinned")}
        return _fragment(request, "engagement/note_form.html", context, pk)
    return _done(request, pk)


def quick(request: HttpRequest) -> HttpResponse:
    """GET: the small box for a note from anywhere; POST: it is written. ``?customer=`` says about whom."""
    actor = need(request, "engagement.write_note")
    asked = request.POST.get("customer", request.GET.get("customer", ""))
    called = names.called(actor, [int(asked)]) if asked.isdigit() and len(asked) < 18 else {}
    form = NoteForm(
        request.POST or None,
        initial={"customer": asked if called else ""},
        chosen=[(str(pk), name) for pk, name in called.items()],
        pick_url=reverse("party:pick"),
    )
    fragment = bool(request.headers.get("HX-Request"))
    status = 200
    if request.method == "POST":
        status = 422
        if not called:
            form.add_error("customer", _("Choose the customer whom it is about."))
        if form.is_valid():
            try:
                write_note(
                    customer_for(actor, int(asked), "engagement.write_note"),
                    actor=actor,
                    text=form.cleaned_data["text"],
                )
            except KexinError as refusal:
                put_errors(form, refusal)
            else:
                if not fragment:
                    return redirect(names.customer_url(int(asked)))
                said = _t("The note on %(who)s is kept.") % {"who": called[int(asked)]}
                response = render(request, "engagement/quick_done.html", {"said": said})
                response["HX-Trigger"] = CHANGED
                return response
    context = {"title": _("Note"), "form": form, "back_url": reverse("core:work")}
    template = "engagement/quick_note.html" if fragment else "engagement/reminder_new.html"
    return render(request, template, context, status=status)


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the note in a box. POST: the new text, with the version that was read."""
    actor = actor_of(request)
    note = note_in_reach(actor, pk)
    if request.method != "POST":
        context = {"note": note, "text": str(note.text or ""), "version": note.version}
        return _fragment(request, "engagement/note_edit.html", context, note.customer_id)
    text, version = request.POST.get("text", ""), request.POST.get("version", "")
    try:
        change_note(pk, actor=actor, text=text, version=int(version) if version.isdigit() else -1)
    except Conflict:
        context = {"note": note, "text": text, "version": note.version, "current": str(note.text or "")}
        return _fragment(request, "engagement/note_edit.html", context, note.customer_id, 422)
    except RuleViolation as refusal:
        context = {"note": note, "text": text, "version": version, "error": _told(refusal)}
        return _fragment(request, "engagement/note_edit.html", context, note.customer_id, 422)
    return _done(request, note.customer_id)


@require_POST
def pin(request: HttpRequest, pk: int) -> HttpResponse:
    """POST ``pinned=1`` or ``0``."""
    actor = actor_of(request)
    note = note_in_reach(actor, pk)
    pin_note(pk, actor=actor, pinned=request.POST.get("pinned") == "1")
    return _done(request, note.customer_id)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: take one's own note back."""
    actor = actor_of(request)
    note = note_in_reach(actor, pk)
    withdraw_note(pk, actor=actor)
    return _done(request, note.customer_id)


def _fragment(
    request: HttpRequest, template: str, context: dict[str, object], customer_id: int, status: int = 0
) -> HttpResponse:
    """The fragment where htmx asked, else a page around it."""
    status = status or (422 if context.get("error") else 200)
    if request.headers.get("HX-Request"):
        return render(request, template, context, status=status)
    around = {"fragment": template, "back_url": reverse("party:customer", args=[customer_id]), **context}
    return render(request, "engagement/note_page.html", around, status=status)
