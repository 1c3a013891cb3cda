"""The page of one account, and the fragment that reveals its number."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.errors import RuleViolation
from kexin.core.masking import mask_account
from kexin.core.ui import icons, numbers
from kexin.core.ui.panels import Fact
from kexin.core.ui.request import actor_of
from kexin.holdings.choices import AccountStatus
from kexin.holdings.ledger_queries import MonthFlow, flows, transactions
from kexin.holdings.models import Account, Card
from kexin.holdings.operations import reveal_account_number
from kexin.holdings.queries import AccountFile, account_in_reach, balances, open_account, product_name
from kexin.holdings.ui.panels import MONTHS, STATUS_LEVEL, line_chart, months_asked
from kexin.holdings.ui.tables import TransactionFilterSet, TransactionTable
from kexin.party.naming import shown_name
from kexin.party.operations.reveal import PURPOSES


def account_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the account's head, course, months, transactions. Opening is recorded."""
    actor = actor_of(request)
    file = open_account(actor, pk)
    account = file.account
    months = months_asked(request)
    context: dict[str, Any] = {
        "account": account,
        "title": f"{account.get_kind_display()} {mask_account(account.number)}",
        "masked": mask_account(account.number),
        "status_level": STATUS_LEVEL[account.status],
        "product": product_name(account.product) if account.product else "",
        "parties": [(each, shown_name(actor, each.customer), each.customer.pk) for each in file.parties],
        "facts": _facts(account),
        "months": months,
        "choices": MONTHS,
        "may_reveal": actor.may("holdings.reveal_account_number"),
        "back_label": _("Customer"),
        "back_url": _back(file),
    }
    if actor.may("holdings.view_balances"):
        lines = balances(actor, account.customer_id, [account], months)
        context["line"] = next((line_chart(each) for each in lines if any(each.values)), None)
    if actor.may("holdings.view_transactions"):
        found = flows(actor, account, months)
        context["bars"] = _bars(found, account.currency) if any(f.money_in or f.money_out for f in found) else None
        rows = transactions(actor, account)
        tools = _export_link(request, pk) if actor.may("holdings.export_transactions") else ""
        context["table"] = TransactionTable(request, rows, filters=TransactionFilterSet(request, rows), tools=tools)
    return render(request, "holdings/account.html", context)


def _export_link(request: HttpRequest, pk: int) -> str:
    """The export of what the list shows now: its filters travel along."""
    query = request.GET.urlencode()
    address = reverse("holdings:export", args=[pk]) + (f"?{query}" if query else "")
    return format_html('<a class="btn-quiet" href="{}">{}{}</a>', address, icons.draw("download", 16), _t("Export"))


def _back(file: AccountFile) -> str:
    mine = next((each for each in file.parties if each.within_reach), None)
    return f"{reverse('party:customer', args=[mine.customer.pk])}?tab=assets" if mine else ""


def _facts(account: Account) -> list[Fact]:
    """What decides about an account."""
    owed = account.kind in ("loan", "card")
    day = account.balance_on.isoformat() if account.balance_on else ""
    facts = [
        Fact(
            _("Owed") if owed else _("Balance"),
            f"{numbers.exact(account.balance)} {account.currency}",
            _t("as of %(day)s") % {"day": day} if day else "",
        ),
        Fact(_("Opening branch"), account.unit.shown_name),
        Fact(_("Account opened on"), account.opened_on.isoformat() if account.opened_on else "–"),
    ]
    if account.rate is not None:
        facts.append(Fact(_("Rate a year"), f"{numbers.exact(account.rate, 2)}%"))
    if account.matures_on:
        facts.append(Fact(_("Matures on"), account.matures_on.isoformat()))
    if account.status == AccountStatus.CLOSED and account.closed_on:
        facts.append(Fact(_("Closed on"), account.closed_on.isoformat()))
    return facts


def _bars(found: list[MonthFlow], currency: str) -> dict[str, Any]:
    """Money in and out by month as the chart takes it."""
    return {
        "type": "bar",
        "unit": currency,
        "x": [each.month.strftime("%Y-%m") for each in found],
        "series": [
            {"name": _t("In"), "data": [each.money_in for each in found]},
            {"name": _t("Out"), "data": [each.money_out for each in found]},
        ],
    }


def reveal_number(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: ask what for. POST: show it for a while. ``masked=1`` gives back the masked number; ``card=7`` a card's."""
    actor = actor_of(request)
    card_no = request.GET.get("card", "")
    card_id = int(card_no) if card_no.isdigit() else None
    action = reverse("holdings:reveal", args=[pk]) + (f"?card={card_id}" if card_id else "?whole=1")
    context: dict[str, Any] = {"what": "number", "row": f"{pk}-{card_id or 0}", "action": action, "may_reveal": True}
    fragment = "party/reveal_form.html"
    if not actor.may("holdings.reveal_account_number"):
        raise Http404
    if request.GET.get("masked"):
        account = account_in_reach(actor, pk, "holdings.view_accounts").account
        card = Card.objects.filter(pk=card_id, account_id=pk).first() if card_id else None
        if card_id and card is None:
            raise Http404
        context |= {
            "masked": mask_account(card.number if card else account.number),
            "account_pk": pk,
            "card_pk": card_id,
        }
        fragment = "holdings/reveal_button.html"
    elif request.method == "POST":
        try:
            context["revealed"] = reveal_account_number(
                pk, actor=actor, purpose=request.POST.get("purpose", ""), card_id=card_id
            )
            fragment = "party/revealed.html"
        except RuleViolation as refusal:
            context["error"] = " ".join(str(text) for text in refusal.fields.values()) or str(refusal.message)
    context["purposes"] = PURPOSES.items()
    if request.headers.get("HX-Request"):
        return render(request, fragment, context)
    back = reverse("holdings:account", args=[pk])
    return render(request, "holdings/reveal_page.html", context | {"fragment": fragment, "back_url": back})
