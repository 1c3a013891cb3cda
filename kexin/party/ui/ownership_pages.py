"""Whose customer this is, on the page: lead, co-managers with their shares, protection, the transfer being signed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from kexin.core.errors import RuleViolation
from kexin.core.policy import in_force
from kexin.core.ui.fields import SearchSelect
from kexin.core.ui.form_page import form_page, need, post_only
from kexin.core.ui.request import actor_of
from kexin.party.choices import CustomerStatus, ProductLine
from kexin.party.models import Customer, PortfolioShare
from kexin.party.naming import shown_name
from kexin.party.operations import lift_protection, protect_customer, set_shares
from kexin.party.ownership import ownership
from kexin.party.policies import AttributionPolicy
from kexin.party.queries import customer_in_reach
from kexin.people.models import Post
from kexin.people.queries import post_labels, posts_in_reach


def ownership_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel: lead and shares by line, protection, open transfer; what was, folded away."""
    actor = actor_of(request)
    customer = customer_in_reach(actor, pk)
    found = ownership(actor, customer)
    labels = post_labels({row.post_id for row in found.shares} | {customer.lead_post_id or 0})
    rows = [(row, labels.get(row.post_id, row.post.shown_name)) for row in found.shares]
    open_file = customer.status not in (CustomerStatus.MERGED, CustomerStatus.CLOSED)
    return "party/panel_ownership.html", {
        "customer": customer,
        "lead": labels.get(customer.lead_post_id or 0, ""),
        "running": [each for each in rows if each[0].ends_on is None],
        "past": [each for each in rows if each[0].ends_on is not None],
        "protection": found.protection,
        "transfer": found.transfer,
        "may_share": open_file and actor.may("party.set_shares"),
        "may_protect": open_file and actor.may("party.protect_customer"),
        "may_lift": open_file and actor.may("party.lift_protection"),
        "may_see_transfer": actor.may("party.view_transfers"),
    }


class SharesForm(forms.Form):
    """One product line and who shares in it; empty rows are left out."""

    line = forms.ChoiceField(label=_("Product line"), choices=ProductLine.choices)

    def __init__(self, *args: Any, posts: Any, rows: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for number in range(1, rows + 1):
            self.fields[f"post_{number}"] = forms.ModelChoiceField(
                label=_("Manager %(number)s") % {"number": number},
                queryset=posts,
                required=False,
                widget=SearchSelect(),
                empty_label="—",
            )
            self.fields[f"percent_{number}"] = forms.DecimalField(
                label=_("Share of manager %(number)s in percent") % {"number": number},
                required=False,
                max_digits=5,
                decimal_places=2,
                min_value=Decimal("0.01"),
                max_value=100,
            )
        self.fields["reason"] = forms.CharField(label=_("Reason"), max_length=200)

    def clean(self) -> dict[str, Any]:
        """A manager without a percentage, or the reverse, is told at the field that is missing."""
        data = super().clean() or {}
        for number in range(1, self.rows + 1):
            post, percent = data.get(f"post_{number}"), data.get(f"percent_{number}")
            if post is not None and percent is None and f"percent_{number}" not in self.errors:
                self.add_error(f"percent_{number}", str(_("Say how much.")))
            if post is None and percent is not None and f"post_{number}" not in self.errors:
                self.add_error(f"post_{number}", str(_("Say who.")))
        return data

    def shares(self) -> list[tuple[int, Decimal]]:
        """The filled rows."""
        data = self.cleaned_data
        pairs = [(data[f"post_{n}"], data[f"percent_{n}"]) for n in range(1, self.rows + 1)]
        return [(post.pk, percent) for post, percent in pairs if post is not None and percent is not None]


def shares(request: HttpRequest, pk: int) -> HttpResponse:
    """GET ?line=wealth shows what is in force; POST divides the line anew from today on."""
    actor = need(request, "party.set_shares")
    customer = customer_in_reach(actor, pk)
    line = request.GET.get("line", ProductLine.ALL)
    initial: dict[str, Any] = {"line": line if line in ProductLine.values else ProductLine.ALL}
    running = PortfolioShare.objects.filter(customer=customer, line=initial["line"], ends_on=None).order_by("pk")
    for number, row in enumerate(running, start=1):
        initial |= {f"post_{number}": row.post_id, f"percent_{number}": row.percent}
    if "post_1" not in initial and customer.lead_post_id is not None:
        initial |= {"post_1": customer.lead_post_id, "percent_1": Decimal(100)}
    form = SharesForm(
        request.POST or None,
        posts=posts_in_reach(actor, "party.set_shares"),
        rows=in_force(AttributionPolicy).most_managers,
        initial=initial,
    )

    def act(data: dict[str, Any]) -> Customer:
        try:
            return set_shares(customer, actor=actor, line=data["line"], shares=form.shares(), reason=data["reason"])
        except RuleViolation as refusal:
            fields = {("percent_1" if name == "shares" else name): text for name, text in refusal.fields.items()}
            raise RuleViolation(refusal.message, fields=fields) from refusal

    return form_page(
        request,
        form,
        act,
        title=_("Divide among managers"),
        sub=f"{shown_name(actor, customer)} · {customer.customer_no}",
        back_url=_back(pk),
        done=_("The shares hold from today on."),
    )


class ProtectForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Told to whoever tries to claim or transfer this customer.")
    )


def protect(request: HttpRequest, pk: int) -> HttpResponse:
    """Say why a customer stays with the present manager."""
    actor = need(request, "party.protect_customer")
    customer = customer_in_reach(actor, pk)
    return form_page(
        request,
        ProtectForm(request.POST or None),
        lambda data: protect_customer(customer, actor=actor, reason=data["reason"]),
        title=_("Protect a customer"),
        sub=f"{shown_name(actor, customer)} · {customer.customer_no}",
        back_url=_back(pk),
        done=_("The customer is protected."),
    )


@require_POST
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: the protection ends."""
    actor = actor_of(request)
    return post_only(
        request,
        lambda: lift_protection(Customer(pk=pk), actor=actor),
        back_url=_back(pk),
        done=_("The protection is lifted."),
    )


def _back(pk: int) -> str:
    return f"{reverse('party:customer', args=[pk])}?tab=profile"


def manager_choices(posts: Any) -> list[tuple[int, str]]:
    """Posts with their holders and units, for pickers."""
    rows: list[Post] = list(posts)
    labels = post_labels([post.pk for post in rows])
    return [(post.pk, f"{labels.get(post.pk, post.shown_name)} · {post.unit.shown_name}") for post in rows]
