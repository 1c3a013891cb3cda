"""While a session faces a customer, it answers with that customer's view and nothing else, whatever is asked."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

KEY = "facing_customer"
_OPEN = ("/static/", "/language/", "/accounts/logout/")


def facing_customer(request: HttpRequest) -> int | None:
    """The customer that this session faces, if any."""
    found = request.session.get(KEY)
    return int(found) if found else None


class FacingMiddleware:
    """Refuses every page but the customer's own: nothing of the bank's comes back until the view is left."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_OPEN):
            return self.get_response(request)
        customer = facing_customer(request)
        if customer is None or getattr(request, "actor", None) is None:
            return self.get_response(request)
        here = reverse("desk:facing", args=[customer])
        allowed = {here, reverse("desk:leave_facing"), reverse("holdings:review", args=[customer])}
        allowed.add(reverse("reviews:make", args=[customer]))
        if request.path in allowed:
            return self.get_response(request)
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": here})
        if request.path == "/":
            return redirect(here)
        return render(request, "desk/facing_only.html", {"here": here}, status=403)
