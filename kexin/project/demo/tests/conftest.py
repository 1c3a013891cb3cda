"""One small and one default bank for all tests of the simulation."""

from __future__ import annotations

from datetime import date

import pytest

from kexin.project.demo.simulate import DemoBank, simulate

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="session")
def demo() -> DemoBank:
    """The bank that ``kexin demo`` makes by default."""
    return simulate(2_000, 24, 7, TODAY)
