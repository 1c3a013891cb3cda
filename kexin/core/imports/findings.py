"""What floors have to say about a load beyond its counts: they register a sentence per key of their report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kexin.core.errors import type_text
from kexin.core.imports.importable import importables

Sentence = Callable[[Any], type_text]
_sentences: dict[str, Sentence] = {}


def register_finding(key: str, sentence: Sentence) -> None:
    """A floor gives the sentence for what its ``after_file`` reports under ``key`` (in its module ``importing``)."""
    _sentences[key] = sentence


def findings(result: Mapping[str, Any]) -> list[type_text]:
    """The sentences about a load; keys that no floor of this build explains stay in the command's JSON only."""
    importables()  # the floors' modules must be there
    return [_sentences[key](value) for key, value in result.items() if key in _sentences]
