"""The interface with the groups of every floor, in the order of the reference."""

from __future__ import annotations

from kexin.core.api import approvals, calendar, policies, records, service_accounts, work
from kexin.core.api.interface import Interface
from kexin.engagement import api as engagement
from kexin.holdings.api import accounts, ledger
from kexin.party.api import customers, history, lifecycle, parts, relations
from kexin.people.api import organisation, roles, staff

api = Interface()
for floor in (
    customers,
    parts,
    lifecycle,
    relations,
    history,
    accounts,
    ledger,
    engagement,
    work,
    approvals,
    policies,
    calendar,
    organisation,
    staff,
    roles,
    service_accounts,
    records,
):
    api.add_router("", floor.router)
