"""The numbers of sales, each declared beside what it rules."""

from __future__ import annotations

from kexin.sales.advice.policies import AdvicePolicy
from kexin.sales.orders.policies import OrderPolicy
from kexin.sales.recordings.policies import RecordingPolicy, RecordingScriptPolicy
from kexin.sales.sale_policies import SalePolicy, UnderstandingPolicy

__all__ = [
    "AdvicePolicy",
    "OrderPolicy",
    "RecordingPolicy",
    "RecordingScriptPolicy",
    "SalePolicy",
    "UnderstandingPolicy",
]
