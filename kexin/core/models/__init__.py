"""Tables of the core."""

from kexin.core.models import lookups  # noqa: F401  any_of for every model
from kexin.core.models.access import IdempotencyKey, ServiceAccount, ServiceAccountStatus
from kexin.core.models.calendar import CalendarDay
from kexin.core.models.governance import PolicyVersion, Role, RoleOperation
from kexin.core.models.imports import ImportRejection, ImportRun, ImportStatus
from kexin.core.models.records import AuditCheckpoint, AuditEntry, AuditLink, Event, History
from kexin.core.models.rotation import RotationRun
from kexin.core.models.uploads import ImportUpload, UploadJob
from kexin.core.models.work import Approval, SavedView, WorkItem

__all__ = [
    "Approval",
    "AuditCheckpoint",
    "AuditEntry",
    "AuditLink",
    "CalendarDay",
    "Event",
    "History",
    "IdempotencyKey",
    "ImportRejection",
    "ImportRun",
    "ImportStatus",
    "ImportUpload",
    "PolicyVersion",
    "Role",
    "RoleOperation",
    "RotationRun",
    "SavedView",
    "ServiceAccount",
    "ServiceAccountStatus",
    "UploadJob",
    "WorkItem",
]
