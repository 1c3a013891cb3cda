"""The numbers of sales, each declared beside what it rules."""

from __future__ import annotations

from kexin.sales.advice.policies import AdvicePolicy
from kexin.sales.aftercare.policies import AftercarePolicy
from kexin.sales.conduct.policies import ConductRulesPolicy
from kexin.sales.followup.policies import ReturnCallPolicy
from kexin.sales.notices.policies import NoticePolicy
from kexin.sales.orders.policies import OrderPolicy
from kexin.sales.oversight.policies import InspectionPolicy, RiskRegisterPolicy, SignsPolicy
from kexin.sales.quota.policies import QuotaPolicy
from kexin.sales.recordings.policies import RecordingPolicy, RecordingScriptPolicy
from kexin.sales.referrals.policies import ReferralPolicy
from kexin.sales.reviews.policies import ReviewPackPolicy
from kexin.sales.sale_policies import SalePolicy, UnderstandingPolicy

__all__ = [
    "AdvicePolicy",
    "AftercarePolicy",
    "ConductRulesPolicy",
    "InspectionPolicy",
    "NoticePolicy",
    "OrderPolicy",
    "QuotaPolicy",
    "RecordingPolicy",
    "RecordingScriptPolicy",
    "ReferralPolicy",
    "ReturnCallPolicy",
    "ReviewPackPolicy",
    "RiskRegisterPolicy",
    "SalePolicy",
    "SignsPolicy",
    "UnderstandingPolicy",
]
