"""What answers tell beyond points: the riskiest grade of product that the customer knows, and what the money is for.

The questionnaire itself says which answer tells what, version by version. A version from before options could say so
is read as the release reads the same question in the same words; what the institution worded anew tells nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from kexin.suitability.models import QuestionnaireVersion
from kexin.suitability.questionnaires.choices import Objective
from kexin.suitability.questionnaires.content import Content, Option, parse
from kexin.suitability.questionnaires.shipping import shipped

Tags = Mapping[str, Mapping[str, tuple[int | None, str]]]  # question → answer → experience, objective


@dataclass(frozen=True, slots=True)
class Spoken:
    """``experience`` 0 to 5, None where the answers do not tell; ``objective`` empty where they do not."""

    experience: int | None = None
    objective: str = ""


def tags_of(content: Content) -> Tags:
    """The options of a questionnaire that tell something."""
    found = {
        each.code: {option.code: (option.experience, option.objective) for option in each.options if _tells(option)}
        for each in content.questions()
    }
    return {code: options for code, options in found.items() if options}


def _tells(option: Option) -> bool:
    return option.experience is not None or bool(option.objective)


def tags_for(kind: str, content: Content) -> Tags:
    """The tags of a version; of one without any, those of the release for answers in the same words."""
    own = tags_of(content)
    if own:
        return own
    of_release = _shipped(kind)
    if of_release is None:
        return {}
    told = tags_of(of_release)
    found: dict[str, dict[str, tuple[int | None, str]]] = {}
    for code, options in told.items():
        ours, theirs = of_release.question(code), content.question(code)
        if ours is None or theirs is None or ours.text.get("zh") != theirs.text.get("zh"):
            continue
        same = {each.code for each in ours.options if _words(each) and _words(each) == _words(theirs.option(each.code))}
        found[code] = {answer: tag for answer, tag in options.items() if answer in same}
    return found


def _words(option: Option | None) -> str:
    return option.text.get("zh", "") if option is not None else ""


@functools.cache
def _shipped(kind: str) -> Content | None:
    return next((parse(entry["content"]) for entry in shipped() if entry["kind"] == kind), None)


def spoken(tags: Tags, answers: Mapping[str, str]) -> Spoken:
    """What these answers tell: of several that tell experience the least, of several objectives the most cautious."""
    experience: int | None = None
    objective = ""
    for code, options in tags.items():
        grade, aim = options.get(answers.get(code, ""), (None, ""))
        if grade is not None and (experience is None or grade < experience):
            experience = grade
        if aim:
            objective = cautious(objective, aim)
    return Spoken(experience, objective)


_BOLDNESS = {each.value: place for place, each in enumerate(Objective)}


def boldness(objective: str) -> int:
    """The place of an objective from cautious to bold. Raises KeyError for what is none."""
    return _BOLDNESS[objective]


def cautious(one: str, other: str) -> str:
    """The more cautious of two objectives; one alone where the other is not known."""
    return min((each for each in (one, other) if each), key=boldness, default="")


_read: dict[tuple[str, int], Tags] = {}


def tags_by_version(wanted: set[int]) -> Mapping[int, Tags]:
    """The tags of approved versions. They never change: each is read once in the life of a process."""
    bank = str(connection.settings_dict["NAME"])
    missing = {pk for pk in wanted if (bank, pk) not in _read}
    if missing:
        for row in QuestionnaireVersion.objects.filter(pk__in=missing).select_related("questionnaire"):
            _read[bank, row.pk] = tags_for(row.questionnaire.kind, row.parsed)
    return {pk: _read.get((bank, pk), {}) for pk in wanted}
