"""Who really asks, where proxies stand in between: audit, sessions and the limits of sign-in go by the address."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ClientAddressMiddleware:
    """Takes the address from ``X-Forwarded-For`` as the outermost of our own proxies (KEXIN_PROXIES) wrote it.

    Each proxy appends whom it heard from, so the entry that counts stands that many places from the right; what is
    further left was said by the caller and is not believed. Without proxies the header is not looked at.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.proxies = int(settings.KEXIN_PROXIES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.proxies > 0:
            said = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
            if len(said) >= self.proxies and (address := _address(said[-self.proxies])):
                request.META["REMOTE_ADDR"] = address
        return self.get_response(request)


def _address(text: str) -> str:
    """An address in its usual form; empty for anything else."""
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return ""
