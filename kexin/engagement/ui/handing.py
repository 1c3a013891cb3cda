"""Pages of a note handed to a colleague: writing it, and reading and answering it."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core import names
from kexin.core.calendar import zone
from kexin.core.errors import KexinError
from kexin.core.models import WorkItem
from kexin.core.ui.form_page import form_page, need, put_errors
from kexin.engagement.colleagues import asked_about
from kexin.engagement.operations import answer_note, hand_note
from kexin.engagement.queries import VIEW_NOTES, customer_for, handed_note
from kexin.engagement.rules import LONGEST_NOTE
from kexin.engagement.work import ANSWER, NOTE
from kexin.people.queries import post_labels


class HandForm(forms.Form):
    """A note, and who is to answer it."""

    to = forms.TypedChoiceField(label=_("For"), coerce=int)
    text = forms.CharField(label=_("Note"), max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 4}))


class AnswerForm(forms.Form):
    """An answer."""

    text = forms.CharField(
        label=pgettext_lazy("note", "Answer"), max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 4})
    )


def hand(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks, POST writes the note and hands it over. The lead manager is offered first."""
    actor = need(request, "engagement.hand_note")
    customer = customer_for(actor, pk, "engagement.hand_note")
    form = HandForm(request.POST if request.method == "POST" else None)
    form.fields["to"].choices = asked_about(actor, customer)  # type: ignore[attr-defined]
    who = names.called(actor, [pk]).get(pk, "")
    return form_page(
        request,
        form,
        lambda data: hand_note(customer, actor=actor, text=data["text"], post_id=data["to"]),
        title=_("Hand to a colleague"),
        sub=who,
        back_url=reverse("party:customer", args=[pk]),
        done=lambda note: (
            _("The note was handed to %(post)s.") % {"post": post_labels([note.to_post_id]).get(note.to_post_id, "")}
        ),
        submit_label=_("Hand to a colleague"),
    )


def page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the note with its answer; POST: the answer, by who owes it."""
    actor = need(request, VIEW_NOTES)
    found = handed_note(actor, pk)
    note, answer = found.note, found.answer
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_note(note.pk, actor=actor, text=form.cleaned_data["text"])
        except KexinError as refusal:
            put_errors(form, refusal)
        else:
            return redirect(reverse("engagement:handed_note", args=[note.pk]))
    people = names.people({each.written_by for each in (note, answer) if each})
    unread = WorkItem.objects.open().filter(
        kind=ANSWER, subject_kind=NOTE, subject_id=answer.pk if answer else 0, owner_post_id__in=actor.post_ids
    )
    context = {
        "title": _("Note for a colleague"),
        "note": note,
        "who": people.get(note.written_by, note.written_by),
        "at": note.handed_at.astimezone(zone()) if note.handed_at else None,
        "to": post_labels([note.to_post_id]).get(note.to_post_id, "") if note.to_post_id else "",
        "answer": answer,
        "answered_by": people.get(answer.written_by, answer.written_by) if answer else "",
        "answered_at": answer.handed_at.astimezone(zone()) if answer and answer.handed_at else None,
        "customer": names.called(actor, [note.customer_id]).get(note.customer_id) or _t("Customer"),
        "customer_url": names.customer_url(note.customer_id),
        "form": form if found.mine and actor.may("engagement.answer_note") else None,
        "unread": unread.first() if actor.may("core.complete_work") else None,
        "back_url": reverse("core:work"),
    }
    return render(request, "engagement/handed_note.html", context, status=422 if form.errors else 200)
