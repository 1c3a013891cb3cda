"""The ledger and Mrs Chen's accounts, as the holdings floor has them."""

from __future__ import annotations

from kexin.holdings.tests.conftest import chens, ledger, today

__all__ = ["chens", "ledger", "today"]
