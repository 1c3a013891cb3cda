"""Writing doors of parties and customers."""

from kexin.party.operations.customers import change_customer, create_customer
from kexin.party.operations.expiry import flag_expiring_documents
from kexin.party.operations.export import export_customers
from kexin.party.operations.facts import confirm_facts, review_facts
from kexin.party.operations.lifecycle import (
    admit_customer,
    mark_dormant,
    propose_exit,
    readmit_customer,
    tick_check,
)
from kexin.party.operations.merge import dismiss_duplicate, propose_merge, undo_merge
from kexin.party.operations.orphans import find_orphans
from kexin.party.operations.parts import (
    change_contact,
    record_address,
    record_contact,
    record_document,
    remove_address,
    remove_contact,
    retire_document,
)
from kexin.party.operations.pool import claim_customer
from kexin.party.operations.portfolio import assign_portfolio
from kexin.party.operations.relationships import end_relationship, record_relationship
from kexin.party.operations.reveal import reveal
from kexin.party.operations.shares import lift_protection, protect_customer, set_shares
from kexin.party.operations.transfer import (
    approve_transfer,
    propose_transfer,
    return_transfer,
    sign_transfer,
    withdraw_transfer,
)

__all__ = [
    "admit_customer",
    "approve_transfer",
    "assign_portfolio",
    "change_contact",
    "change_customer",
    "claim_customer",
    "confirm_facts",
    "create_customer",
    "dismiss_duplicate",
    "end_relationship",
    "export_customers",
    "find_orphans",
    "flag_expiring_documents",
    "lift_protection",
    "mark_dormant",
    "propose_exit",
    "propose_merge",
    "propose_transfer",
    "protect_customer",
    "readmit_customer",
    "record_address",
    "record_contact",
    "record_document",
    "record_relationship",
    "remove_address",
    "remove_contact",
    "retire_document",
    "return_transfer",
    "reveal",
    "review_facts",
    "set_shares",
    "sign_transfer",
    "tick_check",
    "undo_merge",
    "withdraw_transfer",
]
