"""What others of this floor and above it add to a dossier: a collector per part, registered once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kexin.sales.dossier.tree import RecordingEvidence, Section, TextEvidence
from kexin.sales.models import Sale


@dataclass(frozen=True, slots=True)
class Part:
    """Sections, recordings and texts of a sale."""

    sections: tuple[Section, ...] = ()
    recordings: tuple[RecordingEvidence, ...] = ()
    texts: tuple[TextEvidence, ...] = ()


_collectors: dict[str, tuple[int, Callable[[Sale], Part]]] = {}


def register_dossier_part(code: str, collect: Callable[[Sale], Part], *, order: int = 50) -> None:
    """Add what ``collect`` finds for a sale to every dossier (in ``apps.ready``); lower ``order`` stands earlier."""
    _collectors[code] = (order, collect)


def parts_of(sale: Sale) -> list[Part]:
    """Every registered part, in order. The caller has checked the reach."""
    return [collect(sale) for _order, collect in sorted(_collectors.values(), key=lambda each: each[0])]
