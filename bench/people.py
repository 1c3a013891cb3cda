"""Who measures: signed-in clients with access filters on."""

from __future__ import annotations

from typing import Any

from django.test import Client

READERS = ("manager", "head", "compliance")
WORDS = {
    "manager": "customer manager, own portfolio",
    "head": "head of a branch, a tenth of the bank",
    "compliance": "compliance officer, the whole bank",
}


def session_of(staff_no: str) -> str:
    """A session in which the person has signed in with password and second factor; its key."""
    return str(client_of(staff_no).session.session_key)


def client_of(staff_no: str) -> Client:
    """A client inside this process; everything below HTTP is real: middleware, doors, pool, templates."""
    from kexin.people.models import User

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(
        User.objects.get(username=staff_no), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": 0.0},
        {"method": "mfa", "at": 0.0, "type": "totp"},
    ]
    session.save()
    return client


def actor_of(staff_no: str) -> Any:
    """The person with all rights that password and second factor give."""
    from kexin.people.models import User
    from kexin.people.queries import actor_for

    return actor_for(User.objects.get(username=staff_no), session="bench", methods=("password", "mfa"))


def portfolio_of(staff_no: str, count: int) -> list[Any]:
    """Customers within the person's reach, spread over it, with their names open."""
    from kexin.core.fields import decrypt_rows
    from kexin.party.models import Customer, Party

    actor = actor_of(staff_no)
    rows = Customer.objects.visible_to(actor, "party.view_customers").select_related("party")
    low, high = rows.order_by("pk").first(), rows.order_by("-pk").first()
    assert low is not None
    assert high is not None
    if staff_no == "manager":
        found = list(rows.order_by("pk")[:count])
    else:
        step = max(1, (high.pk - low.pk) // count)
        found = [row for at in range(low.pk, high.pk, step) if (row := rows.filter(pk__gte=at).order_by("pk").first())]
    decrypt_rows(Party, [row.party for row in found])
    return found[:count]
