"""Tables of people: units, employees, posts, accounts; what sellers have learned and may sell."""

from kexin.people.models.evidence import QualificationFile
from kexin.people.models.organisation import (
    DateSpan,
    Delegation,
    DelegationQuerySet,
    Employee,
    EmployeeQuerySet,
    OrgUnit,
    Post,
    PostHolder,
    PostRole,
    User,
    UserManager,
    by_language,
)
from kexin.people.models.qualifications import ProductAuthorisation, Qualification, TrainingRecord

__all__ = [
    "DateSpan",
    "Delegation",
    "DelegationQuerySet",
    "Employee",
    "EmployeeQuerySet",
    "OrgUnit",
    "Post",
    "PostHolder",
    "PostRole",
    "ProductAuthorisation",
    "Qualification",
    "QualificationFile",
    "TrainingRecord",
    "User",
    "UserManager",
    "by_language",
]
