"""A page that is one form: parse, call the operation, go on with a message; refusals land at their fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from kexin.core.actor import Actor
from kexin.core.errors import Conflict, KexinError, NotFound, RuleViolation
from kexin.core.ui.request import actor_of

Text = str | Promise
M = TypeVar("M", bound=Model)


def form_page(
    request: HttpRequest,
    form: forms.Form,
    act: Callable[[dict[str, Any]], Any],
    *,
    title: Text,
    back_url: str,
    done: Text | Callable[[Any], Text],
    go: str | Callable[[Any], str] = "",
    sub: Text = "",
    submit_label: Text = "",
    template: str = "core/form.html",
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """GET draws ``form``; POST runs ``act(cleaned data)`` and goes to ``go`` (else ``back_url``) with ``done``.

    A RuleViolation or Conflict becomes errors of the form (status 422); other refusals become their pages.
    """
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                result = act(form.cleaned_data)
            except (RuleViolation, Conflict) as refusal:
                put_errors(form, refusal)
            else:
                messages.success(request, str(done(result) if callable(done) else done))
                return redirect((go(result) if callable(go) else go) or back_url)
        status = 422
    shown = {"form": form, "title": title, "sub": sub, "back_url": back_url, "submit_label": submit_label}
    return render(request, template, {**shown, **(context or {})}, status=status)


def put_errors(form: forms.Form, refusal: KexinError) -> None:
    """Sentences per field at their fields; what concerns no field of this form above it."""
    for name, text in refusal.fields.items():
        if name in form.fields:
            form.add_error(name, str(text))
        else:
            form.add_error(None, f"{name}: {text}")
    if not refusal.fields:
        form.add_error(None, str(refusal.message))


def post_only(
    request: HttpRequest, act: Callable[[], Any], *, back_url: str, done: Text | Callable[[Any], Text]
) -> HttpResponse:
    """A button: runs ``act`` and goes back with a message; a rule that forbids it becomes an error message."""
    try:
        result = act()
    except (RuleViolation, Conflict) as refusal:
        texts = [str(text) for text in refusal.fields.values()] or [str(refusal.message)]
        messages.error(request, " ".join(texts))
    else:
        messages.success(request, str(done(result) if callable(done) else done))
    return redirect(back_url)


def need(request: HttpRequest, operation: str) -> Actor:
    """The actor, if allowed to do ``operation`` at all: a form nobody may send is not drawn either."""
    actor = actor_of(request)
    if not actor.may(operation):
        raise actor.refusal(operation)
    return actor


def found_or_refuse(rows: QuerySet[M], pk: int) -> M:
    """The row of that key among ``rows``, or the refusal "not found"."""
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row
