"""公私联动 on the customer page: the enterprise and the people behind it side by side."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from kexin.core.ui import numbers
from kexin.core.ui.request import actor_of
from kexin.desk.linked import Amounts, LinkedParty, linked
from kexin.party.naming import shown_name


def linked_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Tab: both sides within reach with assets, deposits, loans, maturities, last contact and lead manager."""
    actor = actor_of(request)
    found = linked(actor, pk)
    return "desk/panel_linked.html", {
        "linked": found,
        "rows": [{**_row(each), "name": shown_name(actor, each.customer)} for each in found.parties],
        "deposits": _words(found.deposits),
        "loans": _words(found.loans),
        "alone": len(found.parties) < 2,
        "pk": pk,
    }


def _row(each: LinkedParty) -> dict[str, Any]:
    return {
        "party": each,
        "roles": [(str(role.kind.label), role.share) for role in each.roles],
        "deposits": _words(each.deposits),
        "loans": _words(each.loans),
        "next": each.maturing[0] if each.maturing else None,
        "more": len(each.maturing) - 1,
    }


def _words(amounts: Amounts) -> list[str]:
    """Amounts by currency, the yuan first and without its name, the others with theirs."""
    ordered = sorted(amounts.items(), key=lambda pair: (pair[0] != "CNY", pair[0]))
    return [
        numbers.exact(amount) if currency == "CNY" else f"{numbers.exact(amount)} {currency}"
        for currency, amount in ordered
    ]
