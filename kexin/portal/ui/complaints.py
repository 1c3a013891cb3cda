"""My complaints on the phone: complain, follow what becomes of it by both rulers, add words and files."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kexin.core import vault
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.policy import in_force
from kexin.core.ui.downloads import download, download_whole
from kexin.core.ui.receiving import OVERHEAD, EncryptingUploadHandler
from kexin.engagement.policies import DocumentPolicy
from kexin.portal.choices import Proof as SessionProof
from kexin.portal.ui.session import actor_of, device_of, room, session_of
from kexin.sales.signatures.choices import ProofMethod
from kexin.sales.signatures.signing import Proof
from kexin.service.choices import Channel
from kexin.service.complaints.choices import ComplaintState
from kexin.service.complaints.closing import confirm_complaint
from kexin.service.complaints.handling import withdraw_complaint
from kexin.service.complaints.letters import reply_pdf
from kexin.service.complaints.own import (
    ASK_REVIEW,
    CONFIRM,
    FILE_OWN,
    READ_LETTER,
    SEND_OWN,
    VIEW_OWN,
    WITHDRAW,
    WRITE_OWN,
    ask_own_review,
    download_own_complaint_file,
    may_ask_again,
    may_withdraw,
    may_write,
    own_complaint,
    own_complaints,
    own_matters,
    send_own_complaint,
    write_own_complaint_words,
)
from kexin.service.complaints.rules import LONGEST_DEMAND
from kexin.service.complaints.signing import READ_OWN, SIGN_OWN, own_agreement, own_settlement, sign_own_settlement
from kexin.service.conversations.rules import kinds_taken
from kexin.service.models import Complaint
from kexin.service.rules import LONGEST_SUBJECT, LONGEST_TEXT

Draw = Callable[[dict[str, str], str], HttpResponse]


@require_GET
@room(VIEW_OWN)
def own_list(request: HttpRequest) -> HttpResponse:
    """GET /complaints/: the customer's complaints, the newest first, and where each stands."""
    actor = actor_of(request)
    return render(request, "portal/complaints.html", {"rows": own_complaints(actor), "may_send": actor.may(SEND_OWN)})


@csrf_exempt  # only this outer part, which must see the request before its body is read; the inner part is protected
@require_http_methods(["GET", "POST"])
@room(SEND_OWN)
def new(request: HttpRequest) -> HttpResponse:
    """GET, POST /complaints/new/: about what, what happened, what is asked for, a picture or document."""

    def draw(wrong: dict[str, str], problem: str) -> HttpResponse:
        return _form(request, wrong, problem)

    def act(file: vault.StoredFile | None) -> Complaint:
        said = request.POST
        return send_own_complaint(
            actor=actor_of(request),
            subject=said.get("subject", ""),
            text=said.get("text", ""),
            demand=said.get("demand", ""),
            amount=amount_of(said.get("amount", "")),
            sale_no=said.get("sale_no", ""),
            from_branch_hidden=said.get("hidden") == "1",
            file=file,
        )

    if request.method == "GET":
        return _protected(request, lambda asked: draw({}, ""))
    key_id = session_of(request).customer.party.key_id
    return with_file(request, key_id, act, draw, lambda row: redirect("portal:complaint", pk=row.pk))


def _form(request: HttpRequest, wrong: dict[str, str], problem: str) -> HttpResponse:
    context = {
        "matters": own_matters(actor_of(request)),
        "said": request.POST,
        "wrong": wrong,
        "problem": problem,
        "longest": (LONGEST_SUBJECT, LONGEST_TEXT, LONGEST_DEMAND),
        "kinds": kinds_taken(in_force(DocumentPolicy).media_types),
    }
    return render(request, "portal/complaint_new.html", context, status=422 if wrong or problem else 200)


def amount_of(text: str) -> Decimal | None:
    """An amount as people write it; None where nothing stands. RuleViolation at ``amount``."""
    plain = "".join(each for each in text.strip() if each not in ",，  ¥￥元")
    if not plain:
        return None
    try:
        found = Decimal(plain)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found != round(found, 2):
        raise RuleViolation(fields={"amount": _t("This is not an amount.")})
    return found


@require_GET
@room(VIEW_OWN)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the stages, both dates in plain words, what was said, what can be done."""
    return _draw(request, pk, {}, "")


def _draw(request: HttpRequest, pk: int, wrong: dict[str, str], problem: str) -> HttpResponse:
    actor = actor_of(request)
    file = own_complaint(actor, pk)
    context = {
        "file": file,
        "settlement": own_settlement(file.row) if actor.may(READ_OWN) else None,
        "may_sign": actor.may(SIGN_OWN),
        "row": file.row,
        "mine": "asked",
        "may_write": may_write(file.row) and actor.may(WRITE_OWN),
        "may_confirm": file.row.state == ComplaintState.CONFIRMING and actor.may(CONFIRM),
        "may_review": may_ask_again(file.row) and actor.may(ASK_REVIEW),
        "may_withdraw": may_withdraw(file.row) and actor.may(WITHDRAW),
        "ways": {
            "letter": "portal:complaint_letter",
            "agreement": "portal:complaint_agreement",
            "sign": "portal:complaint_sign",
            "confirm": "portal:complaint_confirm",
            "review": "portal:complaint_review",
            "write": "portal:complaint_write",
            "withdraw": "portal:complaint_withdraw",
            "cases": "portal:complaints",
            "one": "portal:complaint",
            "file": "portal:complaint_file",
        },
        "wrong": wrong,
        "problem": problem,
        "said": request.POST,
        "longest": LONGEST_TEXT,
        "kinds": kinds_taken(in_force(DocumentPolicy).media_types),
    }
    return render(request, "portal/complaint.html", context, status=422 if wrong or problem else 200)


@csrf_exempt  # the inner part is protected, see above
@require_POST
@room(WRITE_OWN)
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """POST text, file."""
    row = own_complaint(actor_of(request), pk).row

    def act(file: vault.StoredFile | None) -> Complaint:
        text = request.POST.get("text", "")
        return write_own_complaint_words(actor=actor_of(request), complaint_id=pk, text=text, file=file)

    return with_file(
        request, row.key_id, act, lambda wrong, problem: _draw(request, pk, wrong, problem),
        lambda done: redirect("portal:complaint", pk=pk),
    )  # fmt: skip


@require_POST
@room(WITHDRAW)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """POST text, why: the case ends the same day."""
    row, actor = own_complaint(actor_of(request), pk).row, actor_of(request)
    why = request.POST.get("why", "").strip() or _t("I withdraw this complaint.")
    try:
        withdraw_complaint(row.pk, actor=actor, channel=Channel.PORTAL, text=why)
    except RuleViolation as refusal:
        told = " ".join(str(each) for each in refusal.fields.values()) or str(refusal.message)
        return _draw(request, pk, {}, told)
    return redirect("portal:complaint", pk=pk)


@require_POST
@room(CONFIRM)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """POST agreed=1|0, word: the complainant's word on the answer; the case ends either way."""
    row, agreed = own_complaint(actor_of(request), pk).row, request.POST.get("agreed") == "1"
    usual = _t("I accept the answer.") if agreed else _t("I do not agree with the answer.")
    words = request.POST.get("word", "").strip() or usual
    return _done(request, pk, lambda: confirm_complaint(
        row.pk, actor=actor_of(request), agreed=agreed, channel=Channel.PORTAL, text=words
    ))  # fmt: skip


@require_POST
@room(ASK_REVIEW)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """POST reason: the upper unit is to look at the decision once more."""
    row = own_complaint(actor_of(request), pk).row
    reason = request.POST.get("reason", "")
    return _done(request, pk, lambda: ask_own_review(actor=actor_of(request), complaint_id=row.pk, text=reason))


def _done(request: HttpRequest, pk: int, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except RuleViolation as refusal:
        return _draw(request, pk, {}, " ".join(str(each) for each in refusal.fields.values()) or str(refusal.message))
    return redirect("portal:complaint", pk=pk)


@require_POST
@room(READ_LETTER)
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """POST, because it is recorded: the answer as a letter, once it was delivered."""
    row = own_complaint(actor_of(request), pk).row
    if row.told_at is None:
        raise NotFound
    _row, content = reply_pdf(actor_of(request), pk)
    return download_whole(content, name=f"{row.complaint_no}.pdf")


@require_POST
@room(READ_OWN)
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """POST, because it is recorded: the agreement of a settlement, as it is signed."""
    row, content = own_agreement(actor_of(request), pk)
    return download_whole(content, name=f"agreement-{row.complaint_no}.pdf")


@room(SIGN_OWN)
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST agreed, drawing: the customer's own signature under the agreement."""
    row, problem = own_complaint(actor_of(request), pk).row, ""
    found = own_settlement(row)
    if found is None or not found.waits:
        return redirect("portal:complaint", pk=pk)
    if request.method == "POST":
        session = session_of(request)
        by_app = session.proof == SessionProof.APP
        proof = Proof(
            method=ProofMethod.APP if by_app else ProofMethod.CODE,
            reference=f"portal.{session.pk}" if by_app else "",
            session=f"portal.{session.pk}",
            link=str(session.link_id or ""),
            device={"browser": device_of(request), "screen": request.POST.get("screen", "")},
        )
        try:
            sign_own_settlement(
                actor=actor_of(request),
                complaint_id=row.pk,
                agreed=request.POST.get("agreed") == "1",
                drawing=request.POST.get("drawing", ""),
                proof=proof,
            )
            return redirect("portal:complaint", pk=pk)
        except RuleViolation as refusal:
            problem = str(refusal.message or "") or " ".join(str(text) for text in refusal.fields.values())
    ways = {"one": "portal:complaint", "agreement": "portal:complaint_agreement"}
    context = {
        "row": row,
        "settlement": found,
        "problem": problem,
        "ways": ways,
        "agreed": request.POST.get("agreed") == "1",
    }
    return render(request, "portal/complaint_sign.html", context, status=422 if problem else 200)


@require_POST
@room(FILE_OWN)
def file(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """POST, because it is recorded. Always a download."""
    row, content = download_own_complaint_file(actor=actor_of(request), file_id=pk)
    name = str(row.file_name or "") or f"file-{row.pk}"
    return download(content, name=name, media_type=row.media_type, size=row.size)


def with_file(
    request: HttpRequest,
    key_id: UUID,
    act: Callable[[vault.StoredFile | None], Complaint],
    draw: Draw,
    done: Callable[[Complaint], HttpResponse],
) -> HttpResponse:
    """Take a form with a file, which is encrypted under ``key_id`` while it arrives; what is refused leaves nothing."""
    handler = EncryptingUploadHandler(request, key_id, in_force(DocumentPolicy))
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > handler.largest + OVERHEAD:
        told = _t("The file is larger than %(most)s MB.") % {"most": handler.rules.largest_mb}
        return draw({"file": told}, "")
    request.upload_handlers = [handler]
    return _protected(request, lambda asked: _taken(asked, handler, act, draw, done))


@csrf_protect
def _protected(request: HttpRequest, go: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    return go(request)


def _taken(
    request: HttpRequest,
    handler: EncryptingUploadHandler,
    act: Callable[[vault.StoredFile | None], Complaint],
    draw: Draw,
    done: Callable[[Complaint], HttpResponse],
) -> HttpResponse:
    _body: Any = request.POST  # read now, so that the file has arrived
    stored, wrong, problem = handler.stored, {}, ""
    try:
        if handler.refusal is not None:
            wrong = {"file": " ".join(str(each.text) for each in handler.refusal.reasons)}
        else:
            row = act(stored)
            stored = None
            return done(row)
    except RuleViolation as refusal:
        wrong = {name: str(text) for name, text in refusal.fields.items()}
        problem = "" if wrong else str(refusal.message)
    finally:
        if stored is not None:
            vault.remove(stored.stored_as)
    return draw(wrong, problem)
