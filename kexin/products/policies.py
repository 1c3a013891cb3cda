"""Numbers of products; those of net values and of texts stand with them."""

from __future__ import annotations

from kexin.products.values.policies import PerformancePolicy, ValueAtRiskPolicy

__all__ = ["PerformancePolicy", "ValueAtRiskPolicy"]
