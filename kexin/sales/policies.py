"""The numbers of sales, each declared beside what it rules."""

from __future__ import annotations

from kexin.sales.orders.policies import OrderPolicy

__all__ = ["OrderPolicy"]
