"""Named derivations: what one value of a source says besides itself. Each is a DuckDB expression over a text.

``birth_number``: the Czech birth number YYMMDD of the Berka bank, month plus 50 for women, century 1900.
``resident_id``: the 18 digits of GB 11643-1999 (birth date in digits 7 to 14, an odd 17th digit for men).
"""

from __future__ import annotations

DERIVATIONS: dict[str, str] = {
    "birth_number.sex": (
        "CASE WHEN regexp_full_match({v}, '[0-9]{{6}}')"
        " THEN CASE WHEN CAST(substr({v}, 3, 2) AS INTEGER) > 50 THEN 'F' ELSE 'M' END END"
    ),
    "birth_number.born_on": (
        "CASE WHEN regexp_full_match({v}, '[0-9]{{6}}') THEN CAST(TRY_CAST('19' || substr({v}, 1, 2) || '-'"
        " || lpad(CAST(CAST(substr({v}, 3, 2) AS INTEGER) % 50 AS VARCHAR), 2, '0') || '-' || substr({v}, 5, 2)"
        " AS DATE) AS VARCHAR) END"
    ),
    "resident_id.sex": (
        "CASE WHEN regexp_full_match({v}, '[0-9]{{17}}[0-9Xx]')"
        " THEN CASE WHEN CAST(substr({v}, 17, 1) AS INTEGER) % 2 = 1 THEN 'M' ELSE 'F' END END"
    ),
    "resident_id.born_on": (
        "CASE WHEN regexp_full_match({v}, '[0-9]{{17}}[0-9Xx]') THEN CAST(TRY_CAST(substr({v}, 7, 4) || '-'"
        " || substr({v}, 11, 2) || '-' || substr({v}, 13, 2) AS DATE) AS VARCHAR) END"
    ),
}


def derived(name: str, value: str) -> str:
    """The expression of derivation ``name`` over the DuckDB expression ``value``; NULL where nothing can be derived."""
    return DERIVATIONS[name].format(v=value)
