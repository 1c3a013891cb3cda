"""A look into an uploaded file for the page: its first rows with personal values masked, the codes it uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import TextChoices

from kexin.core.imports.importable import Field, Importable
from kexin.core.imports.profile import FileFormat
from kexin.core.imports.sources import FileFacts, Limits, pieces
from kexin.core.masking import plain

if TYPE_CHECKING:
    import pyarrow as pa  # imported where a file is read: no part of a start

ROWS_SHOWN = 8
ROWS_KEPT = 20_000
CODES_SHOWN = 40
LONGEST = 40


@dataclass(frozen=True, slots=True)
class Look:
    """The first rows of a file as text columns (ROWS_KEPT at most); a person sees a few of them, masked."""

    table: pa.Table

    def values(self, column: str, most: int = 500) -> list[str]:
        """The first values of a column that are not blank."""
        if column not in self.table.column_names:
            return []
        return [each for each in self.table[column].slice(0, most).to_pylist() if each and each.strip()]

    def codes(self, column: str) -> list[str]:
        """Different values of a column in the rows at hand, at most CODES_SHOWN."""
        import pyarrow.compute as pc

        if column not in self.table.column_names:
            return []
        found = pc.unique(pc.utf8_trim_whitespace(self.table[column])).to_pylist()
        return [each[:LONGEST] for each in found if each][:CODES_SHOWN]

    def rows(self, columns: list[str], fields: dict[str, Field]) -> list[list[str]]:
        """The first rows; ``fields`` says what a column was mapped to, and by that how it is masked."""
        shown = [self.table[each].slice(0, ROWS_SHOWN).to_pylist() for each in columns]
        cells = [
            [cell(value, fields.get(name)) for value in values] for name, values in zip(columns, shown, strict=True)
        ]
        return [list(row) for row in zip(*cells, strict=True)]


def cell(value: str | None, field: Field | None) -> str:
    """One value as the preview may show it: what is not mapped to anything may be personal and shows its shape only."""
    if not value:
        return ""
    if field is None:
        text = plain(value)
        return text[:1] + "***" if text else ""
    if field.mask is not None:
        return field.mask(value)[:LONGEST]
    return plain(value)[:LONGEST]


def look(facts: FileFacts, form: FileFormat, limits: Limits) -> Look:
    """Read the first piece of a file that was examined before."""
    import pyarrow as pa

    empty = pa.table({name: pa.array([], pa.string()) for name in facts.columns})
    first = next(iter(pieces(facts, form, limits)), None)
    return Look(empty if first is None else first.table.slice(0, ROWS_KEPT))


def packed(seen: Look) -> bytes:
    """A look as bytes, to be kept (encrypted) beside the file."""
    import pyarrow as pa

    kept = pa.BufferOutputStream()
    with pa.ipc.new_stream(kept, seen.table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as stream:
        stream.write_table(seen.table)
    return kept.getvalue().to_pybytes()


def unpacked(content: bytes) -> Look:
    """The look that :func:`packed` wrote."""
    import pyarrow as pa

    with pa.ipc.open_stream(content) as stream:
        return Look(stream.read_all())


def labels_of(field: Field) -> dict[str, str]:
    """Code → words, from the smallest vocabulary that has these codes and hardly more; else the codes themselves."""
    if field.labels is not None:
        return dict(field.labels())
    wanted = set(field.choices)
    fitting = [each for each in TextChoices.__subclasses__() if wanted and wanted <= set(each.values)]
    nearest = min(fitting, key=lambda each: len(each.values), default=None)
    if nearest is None or len(nearest.values) > len(wanted) + 2:
        return {each: each for each in field.choices}
    return {each: str(nearest(each).label) for each in field.choices}


def masked_target(importable: Importable, mapping: dict[str, Any]) -> dict[str, Field]:
    """Column → the field it feeds; where it feeds several, the one that masks."""
    found: dict[str, Field] = {}
    for name, spec in mapping.items():
        field = importable.field(name)
        column = spec.get("from", "")
        if field is not None and column and (column not in found or found[column].mask is None):
            found[column] = field
    return found
