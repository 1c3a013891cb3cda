"""The numbers of sales."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.people.models import by_language
from kexin.products.choices import ProductClass
from kexin.sales.choices import Gate, StageRecord

MOST_STAGES = 12


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a process as the institution names it, with the gates that lie in it and the records shown in it."""

    name: str
    name_en: str
    gates: tuple[Gate, ...]
    records: tuple[StageRecord, ...] = ()

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return by_language(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class Process:
    """A template of stages, and the classes of products that are sold by it; none: by it go all others."""

    code: str
    name: str
    name_en: str
    classes: frozenset[str]
    stages: tuple[Stage, ...]

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return by_language(self.name, self.name_en)


def parse_stages(rows: list[dict[str, Any]]) -> tuple[Stage, ...]:
    """The stages of a process. Raises ValueError unless every gate stands in exactly one, in the fixed order."""
    stages = tuple(
        Stage(
            str(row["name"]),
            str(row.get("name_en", "")),
            tuple(Gate[str(g).upper()] for g in row.get("gates", [])),
            tuple(StageRecord(str(r)) for r in row.get("records", [])),
        )
        for row in rows
    )
    if not 1 <= len(stages) <= MOST_STAGES or any(not stage.name.strip() for stage in stages):
        raise ValueError("a process has named stages")
    if [gate for stage in stages for gate in stage.gates] != list(Gate):
        raise ValueError("each gate stands in one stage, and the gates keep their order")
    if any(not stage.gates and not stage.records for stage in stages):
        raise ValueError("a stage shows gates or records")
    return stages


def parse_process(rows: list[dict[str, Any]]) -> tuple[Process, ...]:
    """The templates a sale may follow; stages alone are one template for everything.

    Raises ValueError unless exactly one template is for all other classes and no class stands in two.
    """
    if rows and "stages" not in rows[0]:
        return (Process("own", "本机构流程", "The institution's own process", frozenset(), parse_stages(rows)),)
    found = tuple(
        Process(
            str(row["code"]),
            str(row["name"]),
            str(row.get("name_en", "")),
            parse_classes(row.get("classes", [])),
            parse_stages(row["stages"]),
        )
        for row in rows
    )
    named = [each for process in found for each in process.classes]
    if len(named) != len(set(named)) or len({each.code for each in found}) < len(found):
        raise ValueError("each class and each code stands once")
    if sum(not each.classes for each in found) != 1:
        raise ValueError("one process is for all other classes")
    return found


def explain_process(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Each template with its classes and stages in words."""
    told = []
    for process in parse_process(rows):
        classes = " · ".join(str(ProductClass(each).label) for each in sorted(process.classes)) or _t("all others")
        told.append((f"{process.label} ({classes})", " – ".join(stage.label for stage in process.stages)))
    return told


def parse_classes(value: list[Any]) -> frozenset[str]:
    """Classes of products. Raises ValueError for unknown ones."""
    if any(each not in ProductClass.values for each in value):
        raise ValueError("an unknown class of products")
    return frozenset(value)


def _classes_told(value: list[Any]) -> list[tuple[str, str]]:
    return [(_t("Classes"), " · ".join(str(ProductClass(each).label) for each in sorted(parse_classes(value))))]


def parse_codes(value: list[Any]) -> frozenset[str]:
    """Codes of conditions. Raises ValueError for anything but words."""
    if any(not isinstance(each, str) or not each for each in value):
        raise ValueError("conditions are named by their codes")
    return frozenset(value)


@policy("sales.sale", _("Sales and their gates"))
class SalePolicy(Policy):
    """How long a matching opinion and an unfinished sale stand, and what a sale needs besides the fixed gates."""

    opinion_minutes: int = setting(_("Matching opinion counts for"), unit=_("minutes"), minimum=5, maximum=1440)
    sale_days: int = setting(_("Unfinished sale lapses after"), unit=_("days"), minimum=1, maximum=60)
    disclosure_seconds: int = setting(_("Risk disclosure read for at least"), unit=_("seconds"), minimum=0, maximum=600)
    question_classes: list = setting(  # type: ignore[type-arg]
        _("Classes whose risks are asked about"), check=parse_classes, explain=_classes_told
    )
    recording_classes: list = setting(  # type: ignore[type-arg]
        _("Classes recorded on the premises"), check=parse_classes, explain=_classes_told
    )
    approval_conditions: list = setting(  # type: ignore[type-arg]
        _("Conditions that need an approval"), check=parse_codes
    )
    approval_days: int = setting(_("Approval decided within"), unit=_("working days"), minimum=1, maximum=10)
    follow_up_days: int = setting(_("Follow-up after the sale within"), unit=_("days"), minimum=0, maximum=90)
    process: list = setting(  # type: ignore[type-arg]
        _("Processes and their stages"), check=parse_process, explain=explain_process
    )

    def process_of(self, product_class: str) -> Process:
        """The process by which products of a class are sold."""
        found = parse_process(self.process)
        rest = next(each for each in found if not each.classes)
        return next((each for each in found if product_class in each.classes), rest)


@dataclass(frozen=True, slots=True)
class Question:
    """A question about the risks a customer answers before a purchase; ``right`` is the code of the right option."""

    code: str
    classes: frozenset[str]
    text: dict[str, str]
    options: tuple[tuple[str, dict[str, str]], ...]
    right: str


def parse_questions(rows: list[dict[str, Any]]) -> tuple[Question, ...]:
    """Questions in both languages. Raises ValueError unless each has two options at least, one of them right."""
    found = []
    for row in rows:
        options = tuple((str(each["code"]), {"zh": str(each["zh"]), "en": str(each["en"])}) for each in row["options"])
        codes = [code for code, _words in options]
        if len(codes) < 2 or len(set(codes)) < len(codes) or row["right"] not in codes:
            raise ValueError("a question has options, one of them right")
        text = {"zh": str(row["zh"]), "en": str(row["en"])}
        found.append(Question(str(row["code"]), parse_classes(row["classes"]), text, options, str(row["right"])))
    if len({each.code for each in found}) < len(found):
        raise ValueError("each question stands once")
    return tuple(found)


def _questions_told(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    english = (get_language() or "").startswith("en")
    told = []
    for each in parse_questions(rows):
        words = dict(each.options)
        key = "en" if english else "zh"
        told.append((each.text[key], words[each.right][key]))
    return told


@policy("sales.understanding", _("Questions about the risks"))
class UnderstandingPolicy(Policy):
    """What a customer is asked after reading the risks of a class of products (D-22)."""

    questions: list = setting(  # type: ignore[type-arg]
        _("Questions and right answers"), check=parse_questions, explain=_questions_told
    )

    def of_class(self, product_class: str) -> tuple[Question, ...]:
        """The questions about a class, in their order."""
        return tuple(each for each in parse_questions(self.questions) if product_class in each.classes)
