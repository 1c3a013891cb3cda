"""Tables of parties and customers."""

from kexin.party.models.consent import Consent, Restriction
from kexin.party.models.customer import Customer, LifecycleCheck, PortfolioAssignment
from kexin.party.models.duplicate import DuplicateCandidate, MergeRecord
from kexin.party.models.facts import CustomerReview, FactConfirmation
from kexin.party.models.ownership import (
    CustomerTransfer,
    PortfolioProtection,
    PortfolioShare,
    TransferLine,
    TransferSignature,
)
from kexin.party.models.party import (
    Address,
    ContactPoint,
    EnterpriseProfile,
    IdentityDocument,
    Party,
    PartyAttribute,
    PartyName,
)
from kexin.party.models.relationship import Relationship

__all__ = [
    "Address",
    "Consent",
    "ContactPoint",
    "Customer",
    "CustomerReview",
    "CustomerTransfer",
    "DuplicateCandidate",
    "EnterpriseProfile",
    "FactConfirmation",
    "IdentityDocument",
    "LifecycleCheck",
    "MergeRecord",
    "Party",
    "PartyAttribute",
    "PartyName",
    "PortfolioAssignment",
    "PortfolioProtection",
    "PortfolioShare",
    "Relationship",
    "Restriction",
    "TransferLine",
    "TransferSignature",
]
