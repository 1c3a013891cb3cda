"""Visits, needs and plans; a sale, the gates it passed, what the customer signed, its order and its recording."""

from kexin.sales.models.advice import NeedsAnalysis, Visit
from kexin.sales.models.aftercare import AftercareItem
from kexin.sales.models.conduct import ConductAcknowledgement, ConductReport
from kexin.sales.models.inspection_item import InspectionItem
from kexin.sales.models.instruction import Instruction
from kexin.sales.models.notice import CustomerNotice, Notice
from kexin.sales.models.order import Order, OrderAnswer, OrderDifference
from kexin.sales.models.plan import Plan, PlanLine, PlanVersion
from kexin.sales.models.quota import QuotaReservation
from kexin.sales.models.recording import RecordingInspection, RecordingMark, RecordingPiece, SalesRecording
from kexin.sales.models.referral import Referral
from kexin.sales.models.return_call import ReturnCall, ReturnCallAttempt
from kexin.sales.models.review import ReviewPack
from kexin.sales.models.sale import Sale, SaleGate
from kexin.sales.models.signature import AuthorityRoot, Signature, SignatureDrawing, SignatureStamp
from kexin.sales.models.withdrawal import Withdrawal

__all__ = [
    "AftercareItem",
    "AuthorityRoot",
    "ConductAcknowledgement",
    "ConductReport",
    "CustomerNotice",
    "InspectionItem",
    "Instruction",
    "NeedsAnalysis",
    "Notice",
    "Order",
    "OrderAnswer",
    "OrderDifference",
    "Plan",
    "PlanLine",
    "PlanVersion",
    "QuotaReservation",
    "RecordingInspection",
    "RecordingMark",
    "RecordingPiece",
    "Referral",
    "ReturnCall",
    "ReturnCallAttempt",
    "ReviewPack",
    "Sale",
    "SaleGate",
    "SalesRecording",
    "Signature",
    "SignatureDrawing",
    "SignatureStamp",
    "Visit",
    "Withdrawal",
]
