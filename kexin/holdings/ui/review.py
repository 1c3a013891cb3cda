"""The review of holdings as a file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from kexin.core.ui.request import actor_of
from kexin.holdings.operations.review import print_review_sheet


@require_POST
def review_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /customers/1/review.pdf: the sheet, shown by the browser. A post, because printing is written down."""
    sheet = print_review_sheet(pk, actor=actor_of(request))
    response = HttpResponse(sheet.content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{sheet.name}"'
    return response
