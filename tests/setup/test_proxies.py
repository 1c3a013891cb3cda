"""The address of who asks, behind proxies of one's own."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from kexin.project.proxies import ClientAddressMiddleware


@pytest.mark.parametrize(
    ("proxies", "said", "believed"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.7, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "2001:DB8:0::1", "2001:db8::1"),
        (1, "<script>", "10.0.0.1"),
        (1, "203.0.113.9,", "10.0.0.1"),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(settings: object, proxies: int, said: str, believed: str) -> None:
    settings.KEXIN_PROXIES = proxies  # type: ignore[attr-defined]
    seen: list[str] = []

    def page(request: HttpRequest) -> HttpResponse:
        seen.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": said} if said else {})
    ClientAddressMiddleware(page)(request)
    assert seen == [believed]
