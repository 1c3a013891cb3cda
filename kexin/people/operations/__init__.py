"""Writing doors of people."""

from kexin.people.operations.delegation import delegate_for, delegate_work, end_delegation
from kexin.people.operations.evidence import (
    attach_evidence,
    download_evidence,
    download_own_evidence,
    forget_evidence,
)
from kexin.people.operations.evidence_missing import flag_missing_evidence
from kexin.people.operations.grants import apply_grant, propose_grant, propose_role_change, revoke_grant
from kexin.people.operations.organisation import close_unit, create_unit, merge_unit, rename_unit
from kexin.people.operations.qualification_expiry import flag_expiring_qualifications
from kexin.people.operations.qualifications import (
    end_qualification,
    propose_authorisation,
    record_qualification,
    record_training,
    withdraw_authorisation,
)
from kexin.people.operations.seller_export import export_sellers
from kexin.people.operations.seller_paper import export_seller_file
from kexin.people.operations.sign_in import end_own_session, end_session
from kexin.people.operations.staff import (
    appoint,
    close_post,
    create_employee,
    create_post,
    create_user,
    end_appointment,
    let_go,
    reset_password,
    set_user_active,
)

__all__ = [
    "apply_grant",
    "appoint",
    "attach_evidence",
    "close_post",
    "close_unit",
    "create_employee",
    "create_post",
    "create_unit",
    "create_user",
    "delegate_for",
    "delegate_work",
    "download_evidence",
    "download_own_evidence",
    "end_appointment",
    "end_delegation",
    "end_own_session",
    "end_qualification",
    "end_session",
    "export_seller_file",
    "export_sellers",
    "flag_expiring_qualifications",
    "flag_missing_evidence",
    "forget_evidence",
    "let_go",
    "merge_unit",
    "propose_authorisation",
    "propose_grant",
    "propose_role_change",
    "record_qualification",
    "record_training",
    "rename_unit",
    "reset_password",
    "revoke_grant",
    "set_user_active",
    "withdraw_authorisation",
]
