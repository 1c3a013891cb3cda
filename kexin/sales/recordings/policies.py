"""The numbers of recordings, and the script: its nodes are a policy too, so that each version has two persons."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.products.choices import ProductClass, Regime
from kexin.sales.recordings.choices import NodeKind
from kexin.sales.recordings.rules import Node

_CODE = re.compile(r"[a-z0-9_]{1,30}")


def parse_classes(value: list[Any]) -> tuple[str, ...]:
    """Classes of products. Raises ValueError for anything else."""
    if any(each not in ProductClass.values for each in value):
        raise ValueError("a class of products is named by its code")
    return tuple(value)


def parse_years(value: dict[str, Any]) -> dict[str, int]:
    """Rules of sale → years. Raises ValueError for anything else."""
    if set(value) != set(Regime.values) or any(type(each) is not int or not 1 <= each <= 60 for each in value.values()):
        raise ValueError("each of the rules of sale has 1 to 60 years")
    return dict(value)


def parse_percents(value: dict[str, Any]) -> dict[str, int]:
    """Class → per cent inspected. Raises ValueError for anything else."""
    parse_classes(list(value))
    if any(type(each) is not int or not 0 <= each <= 100 for each in value.values()):
        raise ValueError("a rate is 0 to 100 per cent")
    return dict(value)


def parse_nodes(value: list[Any]) -> tuple[tuple[Node, tuple[str, ...]], ...]:
    """Nodes in their order, each with the classes it is for (none: all). Raises ValueError for anything else."""
    found: list[tuple[Node, tuple[str, ...]]] = []
    for entry in value:
        if not isinstance(entry, dict) or not _CODE.fullmatch(str(entry.get("code", ""))):
            raise ValueError("a node has a code of letters and digits")
        if entry.get("kind") not in NodeKind.values or not entry.get("text") or not entry.get("text_en"):
            raise ValueError("a node has a kind and a text in two languages")
        node = Node(entry["code"], NodeKind(entry["kind"]), str(entry["text"]), str(entry["text_en"]))
        found.append((node, parse_classes(entry.get("classes", []))))
    if len({node.code for node, _classes in found}) < len(found):
        raise ValueError("each node once")
    kinds = {node.kind for node, classes in found if not classes}
    if not {NodeKind.IDENTITY, NodeKind.QUESTION, NodeKind.DOCUMENT} <= kinds:
        raise ValueError("every script compares the identity, asks a question and shows a document")
    return tuple(found)


def _classes_told(value: list[Any]) -> list[tuple[str, str]]:
    return [(_t("Classes"), " · ".join(str(ProductClass(each).label) for each in parse_classes(value)))]


def _percents_told(value: dict[str, Any]) -> list[tuple[str, str]]:
    return [(str(ProductClass(code).label), f"{percent} %") for code, percent in parse_percents(value).items()]


def _years_told(value: dict[str, Any]) -> list[tuple[str, str]]:
    return [(str(Regime(code).label), str(years)) for code, years in parse_years(value).items()]


def _nodes_told(value: list[Any]) -> list[tuple[str, str]]:
    english = (get_language() or "").startswith("en")
    return [(str(node.kind.label), node.text_en if english else node.text) for node, _classes in parse_nodes(value)]


@policy("sales.recording", _("Recording of sales"))
class RecordingPolicy(Policy):
    """Which sales are recorded besides those on the premises (``sales.sale``), how large and long a recording may be,
    how many are inspected, how long they are kept.
    """

    elder_classes: list = setting(  # type: ignore[type-arg]
        _("Classes recorded wherever staff sell them to the elderly"), check=parse_classes, explain=_classes_told
    )
    elder_age: int = setting(_("Elderly from"), unit=_("years"), minimum=50, maximum=100)
    longest_minutes: int = setting(_("Longest recording"), unit=_("minutes"), minimum=1, maximum=600)
    largest_mb: int = setting(_("Largest recording"), unit="MB", minimum=1, maximum=4000)
    piece_kb: int = setting(_("Largest piece of an upload"), unit="kB", minimum=64, maximum=1500)
    least_kbits: int = setting(_("Least rate of a recording"), unit="kbit/s", minimum=0, maximum=64)
    sample_percent: int = setting(_("Recordings inspected"), unit="%", minimum=0, maximum=100)
    sample_by_class: dict = setting(  # type: ignore[type-arg]
        _("Recordings inspected, by class"), unit="%", check=parse_percents, explain=_percents_told
    )
    inspect_days: int = setting(_("Inspected within"), unit=_("working days"), minimum=1, maximum=30)
    correct_days: int = setting(_("Fault corrected within"), unit=_("working days"), minimum=1, maximum=60)
    keep_years: dict = setting(  # type: ignore[type-arg]
        _("Years kept after the relation has ended, by rules of sale"), check=parse_years, explain=_years_told
    )

    def is_elderly(self, age: int | None) -> bool:
        """An unknown age counts as elderly."""
        return age is None or age >= self.elder_age

    def percent_of(self, product_class: str) -> int:
        """The rate of inspection for a class."""
        return parse_percents(self.sample_by_class).get(product_class, self.sample_percent)


@policy("sales.recording_script", _("Script of recordings"))
class RecordingScriptPolicy(Policy):
    """What is said, asked, compared and shown in a recording, in this order."""

    nodes: list = setting(_("Nodes"), check=parse_nodes, explain=_nodes_told)  # type: ignore[type-arg]

    def script_for(self, product_class: str) -> tuple[Node, ...]:
        """The nodes of a class in their order."""
        return tuple(node for node, classes in parse_nodes(self.nodes) if not classes or product_class in classes)
