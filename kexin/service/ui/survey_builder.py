"""The builder: a draft question by question, each kept at once; faults stay beside it until mended."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.ui.form_page import form_page, need, post_only
from kexin.service.models import SurveyVersion
from kexin.service.surveys.authoring import EMPTY, draft_survey
from kexin.service.surveys.choices import BOUNDS, PICKED, QuestionKind, SurveyState
from kexin.service.surveys.content import faults, parse, said
from kexin.service.surveys.queries import survey, survey_versions
from kexin.service.ui.survey_pages import preview

DRAFT = "service.draft_survey"
Raw = dict[str, Any]


def _begun(actor: Actor, pk: int) -> tuple[Raw, SurveyVersion | None]:
    """The document to go on with: the draft, else the newest approved one."""
    lines = survey_versions(actor, pk)
    draft = next((each for each in lines if each.state != SurveyState.APPROVED), None)
    source = draft or next(iter(lines), None)
    return deepcopy(source.content) if source else dict(EMPTY), draft


def build_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /surveys/PK/build/: the questions of the draft, what is still missing."""
    actor = need(request, DRAFT)
    row = survey(actor, pk)
    raw, draft = _begun(actor, pk)
    content, language = parse(raw), "en" if (get_language() or "").startswith("en") else "zh"
    questions = preview(content, language)
    context = {
        "title": _t("Questions of the survey"),
        "row": row,
        "draft": draft,
        "locked": draft is not None and draft.state == SurveyState.PROPOSED,
        "questions": questions,
        "opening": said(content.opening, language),
        "dimensions": [said(each.text, language) for each in content.dimensions],
        "faults": faults(content),
        "last": len(questions),
    }
    return render(request, "service/survey_build.html", context)


def _kept(actor: Actor, pk: int, change: Callable[[list[Raw], Raw], None]) -> SurveyVersion:
    """Change the document and keep it; the row version guards against a colleague who writes at the same time."""
    raw, draft = _begun(actor, pk)
    questions = list(raw.get("questions") or [])
    change(questions, raw)
    raw["questions"] = questions
    return draft_survey(pk, actor=actor, content=raw, version=draft.version if draft else None)


def _at(questions: list[Raw], code: str) -> int:
    for place, each in enumerate(questions):
        if each["code"] == code:
            return place
    raise NotFound


@require_POST
def move_question(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """POST way=up|down|out: change the order, or take the question out."""
    actor, way = need(request, DRAFT), request.POST.get("way")

    def change(questions: list[Raw], _raw: Raw) -> None:
        place = _at(questions, code)
        taken = questions.pop(place)
        if way != "out":
            questions.insert(max(place - 1, 0) if way == "up" else place + 1, taken)

    return post_only(
        request,
        lambda: _kept(actor, pk, change),
        back_url=reverse("service:survey_build", args=[pk]),
        done=_("Kept in the draft."),
    )


def _lines(text: str) -> list[Raw]:
    """``code | 中文 | English``, one a line. Raises ValidationError for a line of another shape."""
    found = []
    for line in text.splitlines():
        if not line.strip():
            continue
        parts = [each.strip() for each in line.replace("｜", "|").split("|")]
        if len(parts) != 3 or not all(parts):
            raise forms.ValidationError(_t("Each line: code | 中文 | English. Not so: %(line)s") % {"line": line[:60]})
        found.append({"code": parts[0], "text": {"zh": parts[1], "en": parts[2]}})
    return found


def _as_lines(rows: list[Raw]) -> str:
    return "\n".join(f"{each['code']} | {each['text'].get('zh', '')} | {each['text'].get('en', '')}" for each in rows)


class QuestionForm(forms.Form):
    """One question with its scale, its dimension and its condition."""

    text_zh = forms.CharField(label=_("Question (Chinese)"), max_length=300)
    text_en = forms.CharField(label=_("Question (English)"), max_length=300)
    kind = forms.ChoiceField(label=_("Answered by"), choices=QuestionKind.choices)
    dimension = forms.ChoiceField(label=pgettext_lazy("survey", "Dimension"), required=False)
    options = forms.CharField(
        label=_("Answers to choose from"), required=False, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("For choices only. One a line: code | 中文 | English"),
    )  # fmt: skip
    low_zh = forms.CharField(label=_("Lowest means (Chinese)"), max_length=40, required=False)
    low_en = forms.CharField(label=_("Lowest means (English)"), max_length=40, required=False)
    high_zh = forms.CharField(label=_("Highest means (Chinese)"), max_length=40, required=False)
    high_en = forms.CharField(label=_("Highest means (English)"), max_length=40, required=False)
    required = forms.BooleanField(label=_("Needs an answer"), required=False)
    overall = forms.BooleanField(label=_("Its rating is the score of the whole"), required=False)
    show_if = forms.ChoiceField(label=_("Asked only after"), required=False)
    rule = forms.ChoiceField(
        label=_("and only if"), required=False,
        choices=[("", "–"), ("at_most", _("rated at most")), ("at_least", _("rated at least")),
                 ("any_of", _("answered with one of"))],
    )  # fmt: skip
    bound = forms.CharField(
        label=_("this rating, or these codes"), max_length=200, required=False,
        help_text=_("A number, or codes of answers with commas between them."),
    )  # fmt: skip

    def __init__(self, *args: Any, raw: Raw, before: list[Raw], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = "en" if (get_language() or "").startswith("en") else "zh"

        def named(rows: list[Raw]) -> list[tuple[str, str]]:
            return [("", "–"), *((each["code"], said(each["text"], language)) for each in rows)]

        self.fields["dimension"].choices = named(raw.get("dimensions") or [])  # type: ignore[attr-defined]
        self.fields["show_if"].choices = named(before)  # type: ignore[attr-defined]

    def clean_options(self) -> list[Raw]:
        return _lines(self.cleaned_data["options"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kind = data.get("kind", "")
        if kind in PICKED and len(data.get("options") or []) < 2 and "options" not in self.errors:
            self.add_error("options", _t("At least two answers to choose from."))
        if kind not in PICKED and data.get("options"):
            self.add_error("options", _t("Only a choice has answers to choose from."))
        if data.get("show_if") and not (data.get("rule") and data.get("bound")):
            self.add_error("bound", _t("Say when it is asked."))
        if (
            data.get("show_if")
            and data.get("rule") in ("at_most", "at_least")
            and not data.get("bound", "").isdecimal()
        ):
            self.add_error("bound", _t("A whole number is needed."))
        return data

    def raw(self, code: str) -> Raw:
        """The question as the document holds it."""
        data = self.cleaned_data
        found: Raw = {
            "code": code, "kind": data["kind"], "text": {"zh": data["text_zh"], "en": data["text_en"]},
            "required": data["required"],
        }  # fmt: skip
        if data["dimension"]:
            found["dimension"] = data["dimension"]
        if data["options"]:
            found["options"] = data["options"]
        if data["overall"]:
            found["overall"] = True
        if data["kind"] in BOUNDS:
            for end in ("low", "high"):
                words = {language: data[f"{end}_{language}"] for language in ("zh", "en") if data[f"{end}_{language}"]}
                if words:
                    found[end] = words
        if data["show_if"]:
            bound = data["bound"]
            value: Any = [each.strip() for each in bound.split(",")] if data["rule"] == "any_of" else int(bound)
            found["show_if"] = {"question": data["show_if"], data["rule"]: value}
        return found


def _initial(raw: Raw) -> Raw:
    condition = raw.get("show_if") or {}
    rule = next((each for each in ("at_most", "at_least", "any_of") if condition.get(each) is not None), "")
    bound = condition.get(rule, "") if rule else ""
    ends = {
        f"{end}_{language}": (raw.get(end) or {}).get(language, "")
        for end in ("low", "high") for language in ("zh", "en")
    }  # fmt: skip
    return {
        "text_zh": raw["text"].get("zh", ""), "text_en": raw["text"].get("en", ""), "kind": raw["kind"],
        "dimension": raw.get("dimension", ""), "options": _as_lines(raw.get("options") or []),
        "required": raw.get("required", True), "overall": raw.get("overall", False),
        "show_if": condition.get("question", ""), "rule": rule,
        "bound": ",".join(bound) if isinstance(bound, list) else str(bound), **ends,
    }  # fmt: skip


def question_page(request: HttpRequest, pk: int, code: str = "") -> HttpResponse:
    """GET, POST: one question, new (no code) or changed."""
    actor = need(request, DRAFT)
    row = survey(actor, pk)
    raw, _draft = _begun(actor, pk)
    questions: list[Raw] = list(raw.get("questions") or [])
    place = _at(questions, code) if code else len(questions)
    initial = _initial(questions[place]) if code else {"kind": QuestionKind.SCALE10, "required": True}
    form = QuestionForm(request.POST or None, raw=raw, before=questions[:place], initial=initial)

    def change(found: list[Raw], _raw: Raw) -> None:
        if code:
            found[_at(found, code)] = form.raw(code)
        else:
            taken = {each["code"] for each in found}
            number = next(n for n in range(len(found) + 1, len(found) + 200) if f"q{n}" not in taken)
            found.append(form.raw(f"q{number}"))

    return form_page(
        request,
        form,
        lambda _data: _kept(actor, pk, change),
        title=_("Change a question") if code else _("New question"),
        sub=row.shown_name,
        back_url=reverse("service:survey_build", args=[pk]),
        done=_("Kept in the draft."),
    )


class FrameForm(forms.Form):
    """What stands around the questions."""

    dimensions = forms.CharField(
        label=pgettext_lazy("survey", "Dimensions"), required=False, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One a line: code | 中文 | English"),
    )  # fmt: skip
    opening_zh = forms.CharField(label=_("Opening words (Chinese)"), max_length=300, required=False)
    opening_en = forms.CharField(label=_("Opening words (English)"), max_length=300, required=False)
    closing_zh = forms.CharField(label=_("Closing words (Chinese)"), max_length=300, required=False)
    closing_en = forms.CharField(label=_("Closing words (English)"), max_length=300, required=False)

    def clean_dimensions(self) -> list[Raw]:
        return _lines(self.cleaned_data["dimensions"])


def frame_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST: dimensions, opening and closing words."""
    actor = need(request, DRAFT)
    row = survey(actor, pk)
    raw, _draft = _begun(actor, pk)
    initial = {
        f"{part}_{language}": (raw.get(part) or {}).get(language, "")
        for part in ("opening", "closing") for language in ("zh", "en")
    }  # fmt: skip
    form = FrameForm(request.POST or None, initial={"dimensions": _as_lines(raw.get("dimensions") or []), **initial})

    def change(_questions: list[Raw], document: Raw) -> None:
        data = form.cleaned_data
        document["dimensions"] = data["dimensions"]
        for part in ("opening", "closing"):
            document[part] = {each: data[f"{part}_{each}"] for each in ("zh", "en") if data[f"{part}_{each}"]}

    return form_page(
        request,
        form,
        lambda _data: _kept(actor, pk, change),
        title=_("Dimensions and words around the questions"),
        sub=row.shown_name,
        back_url=reverse("service:survey_build", args=[pk]),
        done=_("Kept in the draft."),
    )
