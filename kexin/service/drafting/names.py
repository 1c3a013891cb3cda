"""The names of a customer that are on file, so that they can be taken out of words."""

from __future__ import annotations

from kexin.core.fields import Forgotten, decrypt_rows
from kexin.party.models import Customer, PartyName


def names_known(customer: Customer | None) -> list[str]:
    """The name and the other names of a customer; none of nobody, or of somebody forgotten."""
    if customer is None:
        return []
    rows = list(PartyName.objects.filter(party=customer.party_id))
    decrypt_rows(PartyName, rows, ("name",))
    every = [customer.party.name, *(each.name for each in rows)]
    return [str(each) for each in every if each and not isinstance(each, Forgotten)]
