"""The interface with the groups of every floor, in the order of the reference."""

from __future__ import annotations

from kexin.core.api import (
    approvals,
    audit,
    calendar,
    imports,
    policies,
    service_accounts,
    uploads,
    views,
    work,
)
from kexin.core.api.interface import Interface
from kexin.desk.api import fourfold, linked, reports, workbench
from kexin.engagement.api import appointments, calls, documents, notes, timeline
from kexin.holdings.api import (
    accounts,
    aum,
    exports,
    figures,
    household,
    ledger,
    maturities,
    movements,
    obligations,
    positions,
)
from kexin.party.api import (
    birthdays,
    consents,
    customers,
    facts,
    history,
    lifecycle,
    many,
    network,
    ownership,
    parts,
    relations,
    transfers,
)
from kexin.people.api import delegations, evidence, organisation, roles, sellers, sessions, staff
from kexin.products.api import admission as product_admission
from kexin.products.api import alerts as product_alerts
from kexin.products.api import net_values, products
from kexin.products.api import texts as product_texts
from kexin.sales.api import (
    advice,
    aftercare,
    conduct,
    inspection,
    notices,
    orders,
    oversight,
    plans,
    recordings,
    referrals,
    return_calls,
    sales,
)
from kexin.service.api import articles, remediations
from kexin.service.api import board as service_board
from kexin.service.api import care as service_care
from kexin.service.api import coaching as service_coaching
from kexin.service.api import complaint_aside as service_complaint_aside
from kexin.service.api import complaint_figures as service_complaint_figures
from kexin.service.api import complaint_groups as service_complaint_groups
from kexin.service.api import complaint_reports as service_complaint_reports
from kexin.service.api import complaint_steps as service_complaint_steps
from kexin.service.api import complaints as service_complaints
from kexin.service.api import conversations as service_conversations
from kexin.service.api import desk as service_desk
from kexin.service.api import feedback as service_feedback
from kexin.service.api import problems as service_problems
from kexin.service.api import queues as service_queues
from kexin.service.api import requests as service_requests
from kexin.service.api import support as service_support
from kexin.service.api import surveys as service_surveys
from kexin.service.api import telephony as service_telephony
from kexin.service.api import wecom as service_wecom
from kexin.suitability.api import assessments, matching, questionnaires
from kexin.suitability.api import portfolio as portfolio_risk
from kexin.suitability.api import values as customer_values

api = Interface()
for floor in (
    workbench,
    fourfold,
    reports,
    many,  # before the customers: an address is matched in this order, and "export" is nobody's number
    customers,
    birthdays,
    parts,
    facts,
    consents,
    lifecycle,
    ownership,
    transfers,
    relations,
    network,
    linked,
    history,
    exports,
    accounts,
    positions,
    aum,
    household,
    figures,
    obligations,
    ledger,
    maturities,
    movements,
    net_values,
    product_alerts,
    products,
    product_admission,
    product_texts,
    documents,
    notes,
    calls,
    timeline,
    appointments,
    assessments,
    matching,
    questionnaires,
    customer_values,
    portfolio_risk,
    work,
    views,
    approvals,
    policies,
    calendar,
    organisation,
    staff,
    sellers,
    evidence,
    delegations,
    sessions,
    roles,
    service_accounts,
    uploads,
    imports,
    audit,
    orders,
    sales,
    advice,
    aftercare,
    notices,
    plans,
    recordings,
    return_calls,
    inspection,
    conduct,
    oversight,
    referrals,
    service_complaints,
    service_desk,
    service_board,
    service_complaint_steps,
    service_complaint_figures,
    service_complaint_groups,
    service_complaint_reports,
    service_complaint_aside,
    remediations,
    service_requests,
    service_queues,
    service_surveys,
    service_conversations,
    service_telephony,
    service_wecom,
    service_feedback,
    service_care,
    articles,
    service_problems,
    service_support,
    service_coaching,
):
    api.add_router("", floor.router)
