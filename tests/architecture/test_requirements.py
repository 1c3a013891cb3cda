"""The page of requirements is what the scenarios say today."""

from __future__ import annotations

from tests.requirements import PAGE, catalogue, page


def test_the_page_is_up_to_date():
    assert len(catalogue()) == 307
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.requirements"
