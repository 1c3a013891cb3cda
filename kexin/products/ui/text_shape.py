"""Texts as pages draw them: paragraphs with what is said of them, and two versions side by side. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from kexin.products.texts.lint import Finding


@dataclass(frozen=True, slots=True)
class Part:
    """Some words of a paragraph; ``level`` where the lint marks them."""

    text: str
    level: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph and the findings placed in it."""

    parts: tuple[Part, ...]
    notes: tuple[Finding, ...]


def marked(body: str, findings: Sequence[Finding]) -> list[Paragraph]:
    """A tidy body's paragraphs with the marked words; findings lie where they begin."""
    shown, at = [], 0
    for text in body.split("\n\n"):
        inside = [each for each in findings if each.placed and at <= each.start < at + len(text)]
        parts, last = [], at
        for each in inside:
            parts += [Part(body[last : each.start]), Part(body[each.start : min(each.end, at + len(text))], each.level)]
            last = min(each.end, at + len(text))
        parts.append(Part(body[last : at + len(text)]))
        shown.append(Paragraph(tuple(part for part in parts if part.text), tuple(inside)))
        at += len(text) + 2
    return shown


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of words: the same on both sides, or taken away and put in. ``kind``: "", del, ins."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A paragraph before and after; empty where there is none on that side."""

    before: tuple[Change, ...]
    after: tuple[Change, ...]

    @property
    def same(self) -> bool:
        return self.before == self.after


def compared(before: str, after: str) -> list[Pair]:
    """Two bodies paragraph by paragraph, and within changed paragraphs character by character."""
    old, new = before.split("\n\n"), after.split("\n\n")
    found: list[Pair] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [Pair((Change(text),), (Change(text),)) for text in old[a:b]]
            continue
        for number in range(max(b - a, d - c)):
            left = old[a + number] if a + number < b else ""
            right = new[c + number] if c + number < d else ""
            found.append(_within(left, right))
    return found


def _within(left: str, right: str) -> Pair:
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if not left or not right or matcher.quick_ratio() < 0.3:
        return Pair(_only(left, "del"), _only(right, "ins"))
    before: list[Change] = []
    after: list[Change] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        before += _only(left[a:b], "" if tag == "equal" else "del")
        after += _only(right[c:d], "" if tag == "equal" else "ins")
    return Pair(tuple(before), tuple(after))


def _only(text: str, kind: str) -> tuple[Change, ...]:
    return (Change(text, kind),) if text else ()


def loose(findings: Iterable[Finding]) -> list[Finding]:
    """What concerns the whole text."""
    return [each for each in findings if not each.placed]
