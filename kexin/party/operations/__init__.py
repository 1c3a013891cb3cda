"""Writing doors of parties and customers."""

from kexin.party.operations.customers import change_customer, create_customer
from kexin.party.operations.export import export_customers
from kexin.party.operations.parts import (
    change_contact,
    record_address,
    record_contact,
    record_document,
    remove_address,
    remove_contact,
    retire_document,
)
from kexin.party.operations.portfolio import assign_portfolio
from kexin.party.operations.reveal import reveal

__all__ = [
    "assign_portfolio",
    "change_contact",
    "change_customer",
    "create_customer",
    "export_customers",
    "record_address",
    "record_contact",
    "record_document",
    "remove_address",
    "remove_contact",
    "retire_document",
    "reveal",
]
