"""Writing doors of parties and customers."""

from kexin.party.operations.customers import change_customer, create_customer
from kexin.party.operations.parts import (
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
    "change_customer",
    "create_customer",
    "record_address",
    "record_contact",
    "record_document",
    "remove_address",
    "remove_contact",
    "retire_document",
    "reveal",
]
