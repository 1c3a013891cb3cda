"""The shape of a questionnaire: modules, questions, options with points, every text in Chinese and English.

A version stores it as one document, so that what a customer was asked is one row that never changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, Reason, refused
from kexin.suitability.questionnaires.choices import MOST_EXPERIENCE, SCORED, AnswerKind, Objective, Sign

TOTAL = 100  # points of a scored questionnaire
MOST_QUESTIONS = 40
LANGUAGES = ("zh", "en")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,29}")
_LARGEST = {AnswerKind.MONEY: Decimal("1000000000000"), AnswerKind.NUMBER: Decimal(100)}

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen; ``points``, ``signs`` and what follows are never shown to the one who answers.

    ``experience``: the riskiest grade of product that who answers so knows, nought for none; ``objective``: what the
    money is for. None and empty: the answer does not tell.
    """

    code: str
    text: Text
    points: int = 0
    signs: tuple[str, ...] = ()
    experience: int | None = None
    objective: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """``least`` and ``most`` bound an amount or number, both inclusive."""

    code: str
    text: Text
    kind: str = AnswerKind.CHOICE
    options: tuple[Option, ...] = ()
    least: Decimal | None = None
    most: Decimal | None = None
    note: Text = field(default_factory=dict)

    def option(self, code: str) -> Option | None:
        return next((each for each in self.options if each.code == code), None)

    @property
    def points(self) -> int:
        """The most that can be had."""
        return max((each.points for each in self.options), default=0)

    def clean(self, value: str) -> tuple[str, Decision]:
        """The answer as it is kept, and whether it is one."""
        text = value.strip()
        if self.kind == AnswerKind.CHOICE:
            if self.option(text) is None:
                return text, refused("option", _("Choose one of the answers."), "value")
            return text, ALLOWED
        return self._amount(text)

    def _amount(self, text: str) -> tuple[str, Decision]:
        try:
            number = Decimal(text.replace(",", "").replace("，", ""))
        except InvalidOperation:
            number = Decimal("NaN")
        places = 2 if self.kind == AnswerKind.MONEY else 0
        if not number.is_finite() or number != round(number, places):
            kind = _("Enter an amount in yuan.") if places else _("Enter a whole number.")
            return text, refused("number", kind, "value")
        least = self.least if self.least is not None else Decimal(0)
        most = self.most if self.most is not None else _LARGEST[AnswerKind(self.kind)]
        if not least <= number <= most:
            word = _t("Between %(least)s and %(most)s.") % {"least": f"{least:,f}", "most": f"{most:,f}"}
            return text, refused("bounds", word, "value")
        return f"{number:f}", ALLOWED


@dataclass(frozen=True, slots=True)
class Module:
    code: str
    title: Text
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Content:
    modules: tuple[Module, ...]
    opening: Text = field(default_factory=dict)

    def questions(self) -> Iterator[Question]:
        for module in self.modules:
            yield from module.questions

    def question(self, code: str) -> Question | None:
        return next((each for each in self.questions() if each.code == code), None)

    @property
    def points(self) -> int:
        return sum(each.points for each in self.questions())


def said(text: Text, language: str) -> str:
    """A text in the reader's language; Chinese where there is no other."""
    return text.get("en" if language.startswith("en") else "zh") or text.get("zh", "")


def parse(raw: Mapping[str, Any]) -> Content:
    """The stored document as values. Raises KeyError, TypeError, ValueError or ArithmeticError where it is not one."""
    return Content(tuple(_module(each) for each in raw["modules"]), _text(raw.get("opening") or {}))


def _module(raw: Mapping[str, Any]) -> Module:
    return Module(str(raw["code"]), _text(raw["title"]), tuple(_question(each) for each in raw["questions"]))


def _question(raw: Mapping[str, Any]) -> Question:
    return Question(
        code=str(raw["code"]),
        text=_text(raw["text"]),
        kind=AnswerKind(raw.get("kind", AnswerKind.CHOICE)).value,
        options=tuple(_option(each) for each in raw.get("options") or ()),
        least=_bound(raw.get("least")),
        most=_bound(raw.get("most")),
        note=_text(raw.get("note") or {}),
    )


def _option(raw: Mapping[str, Any]) -> Option:
    points = raw.get("points", 0)
    if isinstance(points, bool) or not isinstance(points, int):
        raise ValueError("points are whole numbers")
    signs = tuple(Sign(each).value for each in raw.get("signs") or ())
    experience, objective = raw.get("experience"), raw.get("objective")
    if experience is not None and (type(experience) is not int or not 0 <= experience <= MOST_EXPERIENCE):
        raise ValueError("experience is a grade from 0 to 5")
    told = Objective(objective).value if objective else ""
    return Option(str(raw["code"]), _text(raw["text"]), points, signs, experience, told)


def _text(raw: Mapping[str, Any]) -> dict[str, str]:
    return {language: str(raw[language]).strip() for language in LANGUAGES if raw.get(language)}


def _bound(raw: Any) -> Decimal | None:
    return None if raw is None else Decimal(str(raw))


def may_be_asked(kind: str, raw: Mapping[str, Any]) -> Decision:
    """Is this document a questionnaire of its kind? Every fault found, each with its place."""
    try:
        content = parse(raw)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as fault:
        shape = _("This is not the shape of a questionnaire: %(fault)s") % {"fault": str(fault)[:120]}
        return refused("shape", shape, "content")
    found = [*_codes(content), *_texts(content), *_kinds(content)]
    if kind in SCORED:
        found += _scoring(content)
    else:
        codes = {each.code for each in content.questions()}
        found += [_t("The question “%(code)s” is needed.") % {"code": code} for code in FACTS if code not in codes]
    return Decision(tuple(Reason("content", text, "content") for text in dict.fromkeys(found)))


FACTS = ("household_income", "annual_budget", "payment_years")  # what Art. 39 of NFRA Order 2025-7 compares


def _codes(content: Content) -> list[str]:
    questions = [each.code for each in content.questions()]
    found = []
    if not questions or len(questions) > MOST_QUESTIONS:
        found.append(_t("A questionnaire has 1 to %(most)s questions.") % {"most": MOST_QUESTIONS})
    names = [*questions, *(each.code for each in content.modules)]
    names += [option.code for each in content.questions() for option in each.options]
    found += [_t("“%(code)s” is not a code: small letters, digits, underscore.") % {"code": code[:40]} for code in names
              if not _CODE.fullmatch(code)]  # fmt: skip
    if len(set(questions)) < len(questions) or len({each.code for each in content.modules}) < len(content.modules):
        found.append(_t("Two questions or modules have the same code."))
    for each in content.questions():
        if len({option.code for option in each.options}) < len(each.options):
            found.append(_t("%(code)s: two answers have the same code.") % {"code": each.code})
    return found


def _texts(content: Content) -> list[str]:
    """Everything that is read stands in both languages."""
    read: list[tuple[str, Text]] = [(each.code, each.title) for each in content.modules]
    for each in content.questions():
        read += [(each.code, each.text), *((f"{each.code}.{option.code}", option.text) for option in each.options)]
    return [_t("%(place)s: the text is missing in Chinese or English.") % {"place": place}
            for place, text in read if set(text) < set(LANGUAGES)]  # fmt: skip


def _kinds(content: Content) -> list[str]:
    found = []
    for each in content.questions():
        if each.kind == AnswerKind.CHOICE and len(each.options) < 2:
            found.append(_t("%(code)s: at least two answers to choose from.") % {"code": each.code})
        if each.kind != AnswerKind.CHOICE and each.options:
            found.append(_t("%(code)s: an amount or number has no answers to choose from.") % {"code": each.code})
    return found


def _scoring(content: Content) -> list[str]:
    found = []
    for each in content.questions():
        if each.kind != AnswerKind.CHOICE:
            found.append(_t("%(code)s: a scored question is answered by choosing.") % {"code": each.code})
        if any(option.points < 0 for option in each.options):
            found.append(_t("%(code)s: points are never below zero.") % {"code": each.code})
    if content.points != TOTAL:
        words = _t("The best answers together give %(points)s points; they must give 100.")
        found.append(words % {"points": content.points})
    signs = {sign for each in content.questions() for option in each.options for sign in option.signs}
    if Sign.NO_LOSS not in signs:
        found.append(_t("One answer must say that no loss is acceptable."))
    return found
