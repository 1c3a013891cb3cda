"""The shape of a survey: dimensions, questions, conditions; every text in Chinese and English.

A version stores it as one document, so that what customers were asked is one row that never changes. The dimensions
belong to the questionnaire (CF-12): figures are told by those that it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, Reason, refused
from kexin.service.surveys.choices import BOUNDS, PICKED, RATINGS, QuestionKind

MOST_QUESTIONS, MOST_OPTIONS, MOST_DIMENSIONS = 30, 20, 12
LONGEST_WORDS = 1000  # characters of an answer in own words
LANGUAGES = ("zh", "en")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,29}")

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Given:
    """One answer: a rating, codes of options, or words; nothing at all where it was passed over."""

    value: Decimal | None = None
    picks: tuple[str, ...] = ()
    text: str = ""

    def __bool__(self) -> bool:
        return self.value is not None or bool(self.picks) or bool(self.text)


@dataclass(frozen=True, slots=True)
class Named:
    """A dimension or an option: a code with its words."""

    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class Condition:
    """Shown only where an earlier question was rated within the bounds, or one of the options picked."""

    question: str
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    any_of: tuple[str, ...] = ()

    def holds(self, given: Given | None) -> bool:
        if given is None or not given:
            return False
        if self.any_of:
            return bool(set(self.any_of) & set(given.picks))
        if given.value is None:
            return False
        low = self.at_least is None or given.value >= self.at_least
        return low and (self.at_most is None or given.value <= self.at_most)


@dataclass(frozen=True, slots=True)
class Question:
    """``overall``: its rating alone is the score of the whole; ``low`` and ``high`` name the ends of its scale."""

    code: str
    text: Text
    kind: str
    dimension: str = ""
    options: tuple[Named, ...] = ()
    required: bool = True
    overall: bool = False
    low: Text = field(default_factory=dict)
    high: Text = field(default_factory=dict)
    show_if: Condition | None = None

    @property
    def bounds(self) -> tuple[int, int] | None:
        return BOUNDS.get(self.kind)

    def clean(self, values: Sequence[str]) -> tuple[Given, Decision]:
        """The answer as it is kept, and whether it is one. Nothing typed is an answer where none is required."""
        typed = [each.strip() for each in values if each.strip()]
        if not typed:
            return Given(), ALLOWED if not self.required else refused(
                "none", _("Please answer this question."), "value"
            )
        if self.kind in PICKED:
            return self._picked(typed)
        if self.kind == QuestionKind.TEXT:
            text = "".join(each for each in typed[0] if each.isprintable() or each == "\n")
            if len(text) > LONGEST_WORDS:
                return Given(), refused("long", _("At most %(most)s characters.") % {"most": LONGEST_WORDS}, "value")
            return Given(text=text), ALLOWED
        return self._rated(typed[0])

    def _picked(self, typed: list[str]) -> tuple[Given, Decision]:
        known = {each.code for each in self.options}
        if set(typed) - known or (self.kind == QuestionKind.ONE and len(set(typed)) > 1):
            return Given(), refused("option", _("Choose one of the answers."), "value")
        return Given(picks=tuple(each.code for each in self.options if each.code in typed)), ALLOWED

    def _rated(self, text: str) -> tuple[Given, Decision]:
        least, most = BOUNDS[self.kind]
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or number != int(number) or not least <= number <= most:
            word = _("A whole number from %(least)s to %(most)s.") % {"least": least, "most": most}
            return Given(), refused("rating", word, "value")
        return Given(value=number), ALLOWED


@dataclass(frozen=True, slots=True)
class Content:
    dimensions: tuple[Named, ...]
    questions: tuple[Question, ...]
    opening: Text = field(default_factory=dict)
    closing: Text = field(default_factory=dict)

    def question(self, code: str) -> Question | None:
        return next((each for each in self.questions if each.code == code), None)

    def dimension(self, code: str) -> Named | None:
        return next((each for each in self.dimensions if each.code == code), None)

    def shown(self, answers: Mapping[str, Given]) -> list[Question]:
        """The questions that these answers lead to; what hangs on a hidden question is hidden too."""
        seen: dict[str, Question] = {}
        for each in self.questions:
            condition = each.show_if
            if condition is None or (condition.question in seen and condition.holds(answers.get(condition.question))):
                seen[each.code] = each
        return list(seen.values())


def said(text: Text, language: str) -> str:
    """A text in the reader's language; Chinese where there is no other."""
    return text.get("en" if language.startswith("en") else "zh") or text.get("zh", "")


def parse(raw: Mapping[str, Any]) -> Content:
    """The stored document as values. Raises KeyError, TypeError, ValueError or ArithmeticError where it is not one."""
    return Content(
        tuple(Named(str(each["code"]), _text(each["text"])) for each in raw.get("dimensions") or ()),
        tuple(_question(each) for each in raw.get("questions") or ()),
        _text(raw.get("opening") or {}),
        _text(raw.get("closing") or {}),
    )


def _question(raw: Mapping[str, Any]) -> Question:
    return Question(
        code=str(raw["code"]),
        text=_text(raw["text"]),
        kind=QuestionKind(raw["kind"]).value,
        dimension=str(raw.get("dimension") or ""),
        options=tuple(Named(str(each["code"]), _text(each["text"])) for each in raw.get("options") or ()),
        required=bool(raw.get("required", True)),
        overall=bool(raw.get("overall", False)),
        low=_text(raw.get("low") or {}),
        high=_text(raw.get("high") or {}),
        show_if=_condition(raw.get("show_if")),
    )


def _condition(raw: Mapping[str, Any] | None) -> Condition | None:
    if not raw:
        return None
    least, most = (None if raw.get(name) is None else Decimal(str(raw[name])) for name in ("at_least", "at_most"))
    return Condition(str(raw["question"]), least, most, tuple(str(each) for each in raw.get("any_of") or ()))


def _text(raw: Mapping[str, Any]) -> dict[str, str]:
    return {language: str(raw[language]).strip()[:500] for language in LANGUAGES if raw.get(language)}


def is_shaped(raw: Mapping[str, Any]) -> Decision:
    """Can it be read at all? A draft may be unfinished, but not of another shape."""
    try:
        content = parse(raw)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as fault:
        shape = _("This is not the shape of a survey: %(fault)s") % {"fault": str(fault)[:120]}
        return refused("shape", shape, "content")
    if len(content.questions) > MOST_QUESTIONS or len(content.dimensions) > MOST_DIMENSIONS:
        return refused("many", _("Too many questions or dimensions."), "content")
    return ALLOWED


def may_be_asked(raw: Mapping[str, Any]) -> Decision:
    """Is this document a whole survey? Every fault found, each with its place."""
    shaped = is_shaped(raw)
    if not shaped:
        return shaped
    return Decision(tuple(Reason("content", text, "content") for text in dict.fromkeys(faults(parse(raw)))))


def faults(content: Content) -> list[str]:
    """What is missing or wrong, in sentences."""
    return [*_codes(content), *_texts(content), *_questions(content), *_conditions(content)]


def _codes(content: Content) -> Iterator[str]:
    codes = [each.code for each in content.questions]
    names = [*codes, *(each.code for each in content.dimensions)]
    names += [option.code for each in content.questions for option in each.options]
    for code in names:
        if not _CODE.fullmatch(code):
            yield _t("“%(code)s” is not a code: small letters, digits, underscore.") % {"code": code[:40]}
    if not codes:
        yield _t("A survey asks at least one question.")
    if len(set(codes)) < len(codes) or len({each.code for each in content.dimensions}) < len(content.dimensions):
        yield _t("Two questions or dimensions have the same code.")


def _texts(content: Content) -> Iterator[str]:
    read: list[tuple[str, Text]] = [(each.code, each.text) for each in content.dimensions]
    for each in content.questions:
        read += [(each.code, each.text), *((f"{each.code}.{option.code}", option.text) for option in each.options)]
        read += [(each.code, end) for end in (each.low, each.high) if end]
    read += [(place, text) for place, text in (("opening", content.opening), ("closing", content.closing)) if text]
    for place, text in read:
        if set(text) < set(LANGUAGES):
            yield _t("%(place)s: the text is missing in Chinese or English.") % {"place": place}


def _questions(content: Content) -> Iterator[str]:
    known = {each.code for each in content.dimensions}
    for each in content.questions:
        options = [option.code for option in each.options]
        if each.kind in PICKED and not 2 <= len(options) <= MOST_OPTIONS:
            yield _t("%(code)s: at least two answers to choose from.") % {"code": each.code}
        if each.kind not in PICKED and options:
            yield _t("%(code)s: only a choice has options.") % {"code": each.code}
        if len(set(options)) < len(options):
            yield _t("%(code)s: two answers have the same code.") % {"code": each.code}
        if each.dimension and each.dimension not in known:
            yield _t("%(code)s: there is no dimension “%(dimension)s”.") % {
                "code": each.code, "dimension": each.dimension,
            }  # fmt: skip
        if each.overall and each.kind not in RATINGS:
            yield _t("%(code)s: only a rating can be the score of the whole.") % {"code": each.code}
    if not any(each.kind in BOUNDS for each in content.questions):
        yield _t("At least one question is a rating or the recommendation question.")
    if sum(each.kind == QuestionKind.NPS for each in content.questions) > 1:
        yield _t("The recommendation question is asked once.")
    if sum(each.overall for each in content.questions) > 1:
        yield _t("One question at most is the score of the whole.")


def _conditions(content: Content) -> Iterator[str]:
    before: dict[str, Question] = {}
    for each in content.questions:
        found = each.show_if
        if found is not None:
            other = before.get(found.question)
            if other is None:
                yield _t("%(code)s: its condition names no earlier question.") % {"code": each.code}
            elif found.any_of and set(found.any_of) - {option.code for option in other.options}:
                yield _t("%(code)s: its condition names an answer that the other question does not have.") % {
                    "code": each.code
                }
            elif not found.any_of and (other.bounds is None or (found.at_least is None and found.at_most is None)):
                yield _t("%(code)s: its condition needs a bound on a rating, or answers of a choice.") % {
                    "code": each.code
                }
        before[each.code] = each
