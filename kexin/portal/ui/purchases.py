"""My purchases on the phone: the matching opinion, the risks, the confirmation, the signature. One step a page."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kexin.core.errors import RuleViolation
from kexin.portal.choices import Proof as SessionProof
from kexin.portal.ui.session import actor_of, device_of, room, session_of
from kexin.sales.choices import Gate, SaleState
from kexin.sales.instructing.giving import choose_dividends, redeem_units
from kexin.sales.material import questions_for, texts_for
from kexin.sales.models import Sale
from kexin.sales.operations.confirming import acknowledge_disclosure, confirm_sale, to_confirm
from kexin.sales.operations.opening import cancel_sale
from kexin.sales.operations.sheets import OPEN_SHEET, open_own_sheet
from kexin.sales.operations.signing import sign_sale
from kexin.sales.own import VIEW_OWN, OwnSale, own_sale, own_sales
from kexin.sales.signatures.choices import ProofMethod
from kexin.sales.signatures.signing import Proof
from kexin.sales.ui.instruction_pages import instruction_context, units_typed
from kexin.sales.withdrawing.taking_back import right_now, withdraw_sale

_SALT = "kexin.portal.reading"
LITTLE_EXPERIENCE = _(
    "I have little experience with such products. It was explained to me once more in plain words what I may lose."
)
STATEMENTS = {
    "risk": _("I have read and understood the risks. I may lose money I put in."),
    "returns": _("Nobody promised me a return. A benchmark or past result is no promise."),
    "suitable": _("I was told what the matching of this product with my risk assessment came to."),
    "own_will": _("I buy of my own will, with my own money. Nobody did this for me."),
    "insurance_declaration": _(
        "I know that the premium is high for my income, my budget or my age, and that I may lose on surrender."
    ),
    "insist_confirmation": _("I was told that this insurance does not suit me, and I want it all the same."),
    "insist_warning": _("I read the special warning that this product is above what I can bear, and I want it."),
    "little_experience": LITTLE_EXPERIENCE,
    "experience_approval": LITTLE_EXPERIENCE,
    "objective_own_wish": _("This product does not serve what I invest for. Nobody advised me to buy it; I want it."),
}


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


@require_GET
@room(VIEW_OWN)
def purchases(request: HttpRequest) -> HttpResponse:
    """What waits for the customer, and what was bought through the gates."""
    return render(request, "portal/purchases.html", {"sales": own_sales(actor_of(request))})


@require_GET
@room(VIEW_OWN)
def purchase(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a purchase stands; the next step of one's own, if it is the customer's turn."""
    return _shown(request, pk)


def _shown(request: HttpRequest, pk: int, problem: str = "", status: int = 200) -> HttpResponse:
    found = own_sale(actor_of(request), pk)
    step = {Gate.DISCLOSED: "risks", Gate.CONFIRMED: "confirm", Gate.SIGNED: "sign"}.get(found.next or Gate.TOLD)
    context = {
        "found": found,
        "sale": found.sale,
        "step": f"portal:purchase_{step}" if step else "",
        "right": right_now(found.sale),
        "taken_back": found.sale.withdrawals.order_by("-pk").first(),
        **instruction_context(actor_of(request), found.sale),
        "problem": problem,
    }
    return render(request, "portal/purchase.html", context, status=status)


def _turn(request: HttpRequest, pk: int, gate: Gate) -> OwnSale | None:
    """The purchase, if it is the customer's turn at this gate."""
    found = own_sale(actor_of(request), pk)
    return found if found.sale.state == SaleState.OPEN and found.next == gate else None


@require_http_methods(["GET", "POST"])
@room("sales.acknowledge_disclosure")
def risks(request: HttpRequest, pk: int) -> HttpResponse:
    """The texts in use and the questions about them. How long they were read is measured here, not on the phone."""
    found = _turn(request, pk, Gate.DISCLOSED)
    if found is None:
        return redirect("portal:purchase", pk=pk)
    sale, problem, wrong = found.sale, "", {}
    if request.method == "POST":
        try:
            texts, seconds = _read(request.POST.get("reading", ""), pk)
            answers = {key[2:]: str(value) for key, value in request.POST.items() if key.startswith("q-")}
            acknowledge_disclosure(
                sale,
                actor=actor_of(request),
                texts=texts,
                language=_language(),
                seconds=seconds,
                answers=answers,
                device=device_of(request),
            )
            return redirect("portal:purchase_confirm", pk=pk)
        except RuleViolation as refusal:
            wrong, problem = dict(refusal.fields), str(refusal.message) if not refusal.fields else ""
    given = texts_for(sale.product, _language())
    said = _language()
    given_answers = {key[2:]: value for key, value in request.POST.items() if key.startswith("q-")}
    asked = [
        (
            each,
            each.text[said],
            [(code, words[said], given_answers.get(each.code) == code) for code, words in each.options],
            wrong.get(each.code),
        )
        for each in questions_for(sale.product)
    ]
    reading = request.POST.get("reading") if wrong else ""
    context: dict[str, Any] = {
        "found": found,
        "sale": sale,
        "texts": given,
        "questions": asked,
        "problem": problem,
        "wrong": bool(wrong),
        "reading": reading or signing.dumps([pk, [each.pk for each in given], timezone.now().timestamp()], salt=_SALT),
    }
    return render(request, "portal/purchase_risks.html", context, status=422 if problem or wrong else 200)


@require_POST
@room(OPEN_SHEET)
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """POST, because it is recorded: the product sheet as a file, in the reader's language."""
    try:
        file = open_own_sheet(pk, actor=actor_of(request), language=_language())
    except RuleViolation as refusal:
        return _shown(request, pk, _told(refusal), 422)
    response = HttpResponse(file.content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _read(token: str, pk: int) -> tuple[list[int], int]:
    """Which texts were on the page, and how many seconds ago it was opened."""
    try:
        sale, texts, since = signing.loads(token, salt=_SALT, max_age=24 * 3600)
    except signing.BadSignature as problem:
        raise RuleViolation(_("This page is too old. Please read it once more.")) from problem
    if sale != pk:
        raise RuleViolation(_("This page is too old. Please read it once more."))
    return [int(each) for each in texts], int(timezone.now().timestamp() - float(since))


@require_http_methods(["GET", "POST"])
@room("sales.confirm_sale")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Amount, product and the four statements, each to be ticked by the customer."""
    found = _turn(request, pk, Gate.CONFIRMED)
    if found is None:
        return redirect("portal:purchase", pk=pk)
    problem, wrong = "", {}
    ticked = request.POST.getlist("confirmed")
    if request.method == "POST":
        said = request.POST.get("round", "")
        try:
            confirm_sale(
                found.sale,
                actor=actor_of(request),
                confirmed=ticked,
                turn=int(said) if said.isdigit() else 0,
                device=device_of(request),
            )
            return redirect("portal:purchase_sign", pk=pk)
        except RuleViolation as refusal:
            wrong, problem = dict(refusal.fields), str(refusal.message) if not refusal.fields else ""
    statements = [(code, STATEMENTS[code], code in ticked, wrong.get(code, "")) for code in to_confirm(found.sale)]
    context = {"found": found, "sale": found.sale, "statements": statements, "problem": problem}
    return render(request, "portal/purchase_confirm.html", context, status=422 if problem or wrong else 200)


@require_http_methods(["GET", "POST"])
@room("sales.sign_sale")
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """The drawing. It is sent once; a lost network keeps it on the page."""
    found = _turn(request, pk, Gate.SIGNED)
    if found is None:
        return redirect("portal:purchase", pk=pk)
    problem = ""
    if request.method == "POST":
        session = session_of(request)
        proof = Proof(
            method=ProofMethod.APP if session.proof == SessionProof.APP else ProofMethod.CODE,
            reference=f"portal.{session.pk}" if session.proof == SessionProof.APP else "",
            session=f"portal.{session.pk}",
            link=str(session.link_id or ""),
            device={"browser": device_of(request), "language": _language(), "screen": request.POST.get("screen", "")},
        )
        try:
            sign_sale(found.sale, actor=actor_of(request), drawing=request.POST.get("drawing", ""), proof=proof)
            return redirect("portal:purchase", pk=pk)
        except RuleViolation as refusal:
            problem = str(refusal.message) or " ".join(str(text) for text in refusal.fields.values())
    context = {"found": found, "sale": found.sale, "problem": problem}
    return render(request, "portal/purchase_sign.html", context, status=422 if problem else 200)


@require_POST
@room("sales.cancel_sale")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer changed their mind: nothing is bought."""
    found: Sale = own_sale(actor_of(request), pk).sale
    cancel_sale(found, actor=actor_of(request), reason=str(_("The customer does not want to go on.")))
    return redirect("portal:purchase", pk=pk)


@require_POST
@room("sales.redeem_units")
def redeem(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer gives units back, all or part, and confirms it."""
    found: Sale = own_sale(actor_of(request), pk).sale
    agreed = request.POST.get("agreed") == "1"
    try:
        redeem_units(found, actor=actor_of(request), units=units_typed(request), agreed=agreed)
    except RuleViolation as refusal:
        return _shown(request, pk, _told(refusal), 422)
    return redirect("portal:purchase", pk=pk)


@require_POST
@room("sales.choose_dividends")
def dividends(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer chooses how dividends are paid, and confirms it."""
    found: Sale = own_sale(actor_of(request), pk).sale
    way, agreed = request.POST.get("way", ""), request.POST.get("agreed") == "1"
    try:
        choose_dividends(found, actor=actor_of(request), way=way, agreed=agreed)
    except RuleViolation as refusal:
        return _shown(request, pk, _told(refusal), 422)
    return redirect("portal:purchase", pk=pk)


def _told(refusal: RuleViolation) -> str:
    """What a refusal says, in one line."""
    return " ".join(str(text) for text in refusal.fields.values()) or str(refusal.message)


@require_POST
@room("sales.withdraw_sale")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer takes a purchase back within its time. Too late, the page says until when it could be."""
    found: Sale = own_sale(actor_of(request), pk).sale
    try:
        withdraw_sale(found, actor=actor_of(request), reason=request.POST.get("reason", ""))
    except RuleViolation as refusal:
        return _shown(request, pk, str(refusal.message), 422)
    return redirect("portal:purchase", pk=pk)
