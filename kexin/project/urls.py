"""Every page and the API, by floor."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path, resolve
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt  # the interface asks sessions for a token itself, and nobody who brings none of his own
def interface(request: HttpRequest) -> HttpResponse:
    """Hand over to ``kexin.project.api_urls``, imported now: it is a third of the code, and no page needs it."""
    match = resolve(request.path_info, urlconf="kexin.project.api_urls")
    request.resolver_match = match
    answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return answer


urlpatterns = [
    path("", include("kexin.desk.ui.urls")),
    path("", include("kexin.core.ui.urls")),
    path("customers/", include("kexin.party.ui.urls")),
    path("", include("kexin.holdings.ui.urls")),
    path("", include("kexin.products.ui.value_urls")),
    path("", include("kexin.products.ui.text_urls")),
    path("", include("kexin.products.ui.alert_urls")),
    path("products/", include("kexin.products.ui.urls")),
    path("", include("kexin.sales.ui.order_urls")),
    path("", include("kexin.engagement.ui.urls")),
    path("", include("kexin.sales.ui.recording_urls")),
    path("", include("kexin.sales.ui.urls")),
    path("", include("kexin.sales.ui.dossier_urls")),
    path("", include("kexin.sales.ui.advice_urls")),
    path("", include("kexin.sales.ui.return_urls")),
    path("", include("kexin.sales.ui.oversight_urls")),
    path("", include("kexin.sales.ui.aftercare_urls")),
    path("", include("kexin.sales.ui.notice_urls")),
    path("", include("kexin.sales.ui.referral_urls")),
    path("", include("kexin.sales.ui.review_urls")),
    path("", include("kexin.service.ui.urls")),
    path("", include("kexin.service.ui.complaint_urls")),
    path("", include("kexin.service.ui.article_urls")),
    path("", include("kexin.portal.ui.staff_urls")),
    path("", include("kexin.suitability.ui.urls")),
    path("", include("kexin.people.ui.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/docs", interface, name="api_reference"),
    path("api/v1/openapi.json", interface, name="api_document"),
    re_path("^api/", interface),
]

handler404 = "kexin.core.ui.errors.page_not_found"
handler500 = "kexin.core.ui.errors.server_error"
