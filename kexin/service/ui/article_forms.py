"""Writing, reviewing and arranging articles on pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.calendar import business_date
from kexin.core.media import endings
from kexin.core.policy import in_force
from kexin.core.ui.fields import DayInput
from kexin.core.ui.form_page import form_page, need
from kexin.core.ui.request import actor_of
from kexin.service.knowledge.arranging import (
    add_article_category,
    attach_article_file,
    change_article_category,
    place_article,
)
from kexin.service.knowledge.choices import ArticleKind, ArticleLanguage, ArticleState, Audience
from kexin.service.knowledge.policies import KnowledgePolicy
from kexin.service.knowledge.queries import article_file, article_version, categories, tree
from kexin.service.knowledge.rules import LONGEST_TITLE
from kexin.service.knowledge.safe_text import as_html
from kexin.service.knowledge.writing import (
    change_article,
    draft_article,
    draft_article_version,
    months_after,
    review_article,
    withdraw_article,
)
from kexin.service.models import ArticleCategory, ArticleVersion
from kexin.service.models.knowledge import LONGEST

BODY_HELP = _("Empty lines part paragraphs; # heading, - list, **bold**, [words](address) are understood.")
ASKED_HELP = _("One in each line, as people say it. Search and the portal's assistant find the article by them.")


def _indented(rows: list[ArticleCategory]) -> list[tuple[int, str]]:
    return [(row.pk, "　" * row.depth + row.shown_name) for row in rows]  # type: ignore[attr-defined]


class WordsForm(forms.Form):
    """The words of an article, and how people ask for it."""

    title = forms.CharField(label=pgettext_lazy("text", "Title"), max_length=LONGEST_TITLE)
    body = forms.CharField(
        label=_("Text"), max_length=LONGEST, help_text=BODY_HELP, widget=forms.Textarea(attrs={"rows": 16})
    )
    asked = forms.CharField(
        label=_("Asked like this"), required=False, help_text=ASKED_HELP, widget=forms.Textarea(attrs={"rows": 6})
    )

    def clean_asked(self) -> list[str]:
        return str(self.cleaned_data["asked"]).splitlines()


class ArticleForm(WordsForm):
    """A new article."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ArticleKind.choices)
    audience = forms.ChoiceField(label=pgettext_lazy("article", "Who reads it"), choices=Audience.choices)
    category_id = forms.TypedChoiceField(label=_("Category"), coerce=int)
    language = forms.ChoiceField(label=_("Language"), choices=ArticleLanguage.choices)
    field_order = ("kind", "audience", "category_id", "language", "title", "body", "asked")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category_id"].choices = _indented(tree())  # type: ignore[attr-defined]


class VersionForm(WordsForm):
    """A version of an article that is there already."""

    change = forms.CharField(label=_("What is new"), max_length=300, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput(), required=False)


def page_of(version: ArticleVersion) -> str:
    """The page of a version."""
    page = reverse("knowledge:article", args=[version.article_id])
    return f"{page}?lang={version.language}&v={version.number}"


def article_new(request: HttpRequest) -> HttpResponse:
    """GET, POST /knowledge/new/: the first words of an article."""
    actor = need(request, "service.draft_article")
    known = ("kind", "audience", "category_id", "language", "title", "asked")
    initial = {name: request.GET[name] for name in known if name in request.GET}
    return form_page(
        request,
        ArticleForm(request.POST if request.method == "POST" else None, initial=initial),
        lambda data: draft_article(actor=actor, **data),
        title=_("New article"),
        back_url=reverse("knowledge:list"),
        go=page_of,
        done=_("The draft is kept. Give it to review when it is ready."),
        submit_label=_("Keep the draft"),
    )


def article_next(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /knowledge/PK/next/?lang=: a new version, with the words of the latest in that language."""
    actor = need(request, "service.draft_article_version")
    file = article_file(actor, pk)
    language = request.GET.get("lang", ArticleLanguage.ZH)
    if language not in ArticleLanguage.values:
        raise Http404
    latest = next(iter(file.of(language)), None)
    initial = {"title": latest.title, "body": latest.body, "asked": "\n".join(latest.asked)} if latest else {}
    form = VersionForm(request.POST if request.method == "POST" else None, initial=initial)

    def act(data: dict[str, Any]) -> ArticleVersion:
        data.pop("version")
        return draft_article_version(pk, actor=actor, language=language, **data)

    return form_page(
        request,
        form,
        act,
        title=_("New version"),
        sub=f"{file.versions[0].title} · {ArticleLanguage(language).label}",
        back_url=reverse("knowledge:article", args=[pk]),
        go=page_of,
        done=_("The draft is kept. Give it to review when it is ready."),
        submit_label=_("Keep the draft"),
    )


def article_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST: the words of a draft."""
    actor = need(request, "service.change_article")
    row = article_version(actor, pk)
    initial = {"title": row.title, "body": row.body, "asked": "\n".join(row.asked), "change": row.change}
    form = VersionForm(request.POST if request.method == "POST" else None, initial=initial | {"version": row.version})
    return form_page(
        request,
        form,
        lambda data: change_article(pk, actor=actor, **data),
        title=_t("Version %(number)s") % {"number": row.number},
        sub=f"{row.title} · {row.get_language_display()}",
        back_url=page_of(row),
        done=_("The draft is kept. Give it to review when it is ready."),
        submit_label=_("Keep the draft"),
    )


class ArticleReviewForm(forms.Form):
    """The decision, and for how long."""

    decision = forms.ChoiceField(
        label=_("Decision"), choices=[("return", _("Return it to the writer")), ("approve", _("Approve it"))]
    )
    in_use_from = forms.DateField(label=_("In use from"), required=False, widget=DayInput())
    until_on = forms.DateField(
        label=_("In use until"), required=False, widget=DayInput(), help_text=_("Empty: until it is replaced")
    )
    review_on = forms.DateField(label=_("To be looked at by"), required=False, widget=DayInput())
    note = forms.CharField(
        label=_("Note"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What has to change, where it is returned"),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput())


def article_review(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST: the words, then the decision."""
    actor = need(request, "service.review_article")
    row = article_version(actor, pk)
    if row.state != ArticleState.IN_REVIEW and request.method != "POST":
        raise Http404
    today = business_date()
    months = in_force(KnowledgePolicy).look_again_months
    initial = {"version": row.version, "in_use_from": today, "review_on": months_after(today, months)}
    form = ArticleReviewForm(request.POST if request.method == "POST" else None, initial=initial)
    return form_page(
        request,
        form,
        lambda data: review_article(pk, actor=actor, approve=data.pop("decision") == "approve", **data),
        title=_("Review"),
        sub=f"{row.title} · {row.get_language_display()} · {_t('Version %(number)s') % {'number': row.number}}",
        back_url=page_of(row),
        done=lambda made: (
            _t("Approved; in use from %(day)s.") % {"day": made.in_use_from}
            if made.state == ArticleState.APPROVED
            else _t("Returned to the writer.")
        ),
        submit_label=_("Decide"),
        template="service/article_review.html",
        context={"chosen": row, "text": as_html(row.body)},
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


def article_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST: why nobody is to find it any more."""
    actor = need(request, "service.withdraw_article")
    row = article_version(actor, pk)
    return form_page(
        request,
        ReasonForm(request.POST if request.method == "POST" else None),
        lambda data: withdraw_article(pk, actor=actor, **data),
        title=_("Withdraw an article"),
        sub=row.title,
        back_url=page_of(row),
        done=_("Withdrawn; nobody finds it any more."),
        submit_label=_("Withdraw"),
    )


class PlaceForm(forms.Form):
    """Where it stands, and for whom."""

    category_id = forms.TypedChoiceField(label=_("Category"), coerce=int)
    audience = forms.ChoiceField(label=pgettext_lazy("article", "Who reads it"), choices=Audience.choices)


def article_place(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /knowledge/PK/place/."""
    actor = need(request, "service.place_article")
    file = article_file(actor, pk)
    row = file.article
    initial = {"category_id": row.category_id, "audience": row.audience}
    form = PlaceForm(request.POST if request.method == "POST" else None, initial=initial)
    form.fields["category_id"].choices = _indented(tree(closed=True))  # type: ignore[attr-defined]
    return form_page(
        request,
        form,
        lambda data: place_article(pk, actor=actor, **data),
        title=_("Category and readers"),
        sub=file.versions[0].title,
        back_url=reverse("knowledge:article", args=[pk]),
        done=_("Kept."),
    )


class AttachForm(forms.Form):
    """A file."""

    file = forms.FileField(label=pgettext_lazy("upload", "File"), widget=forms.ClearableFileInput())


def article_attach(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /knowledge/PK/files/: PDF, pictures, Word and Excel files without macros."""
    actor = need(request, "service.attach_article_file")
    file, rules = article_file(actor, pk), in_force(KnowledgePolicy)
    form = AttachForm(request.POST if request.method == "POST" else None, request.FILES or None)
    allowed = endings(rules.media_types)
    form.fields["file"].widget.attrs["accept"] = ",".join(allowed)
    form.fields["file"].help_text = _t("%(kinds)s, at most %(most)s MB; no data of customers.") % {
        "kinds": " ".join(allowed), "most": rules.largest_mb
    }  # fmt: skip

    def act(data: dict[str, Any]) -> Any:
        given = data["file"]
        content = given.read(rules.largest_mb * 1_000_000 + 1)
        return attach_article_file(pk, actor=actor, name=given.name, content=content)

    return form_page(
        request,
        form,
        act,
        title=_("Attach a file"),
        sub=file.versions[0].title,
        back_url=reverse("knowledge:article", args=[pk]),
        done=_("Attached."),
    )


class CategoryForm(forms.Form):
    """A place in the tree."""

    name = forms.CharField(label=_("Name"), max_length=60)
    name_en = forms.CharField(label=_("Name in English"), max_length=60)
    parent_id = forms.TypedChoiceField(label=_("Below"), required=False, coerce=int, empty_value=None)
    place = forms.IntegerField(label=_("Place among its neighbours"), min_value=0, max_value=999, initial=0)

    def __init__(self, *args: Any, but: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [row for row in tree(closed=True) if not but or not row.path.startswith(but)]
        self.fields["parent_id"].choices = [("", _("At the root")), *_indented(rows)]  # type: ignore[attr-defined]


class ChangedCategoryForm(CategoryForm):
    """The same, and whether it takes new articles."""

    closed = forms.BooleanField(label=_("Closed for new articles"), required=False)


def category_list(request: HttpRequest) -> HttpResponse:
    """GET /knowledge/categories/: the tree."""
    actor = actor_of(request)
    rows = categories(actor, closed=True)
    may = actor.may("service.change_article_category")
    context = {"title": _("Categories of articles"), "rows": rows, "may": may}
    return render(request, "service/article_categories.html", context)


def category_new(request: HttpRequest) -> HttpResponse:
    """GET, POST /knowledge/categories/new/."""
    actor = need(request, "service.add_article_category")
    return form_page(
        request,
        CategoryForm(request.POST if request.method == "POST" else None),
        lambda data: add_article_category(actor=actor, **data),
        title=_("New category"),
        back_url=reverse("knowledge:categories"),
        done=_("Kept."),
    )


def category_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /knowledge/categories/PK/."""
    actor = need(request, "service.change_article_category")
    row = next((each for each in categories(actor, closed=True) if each.pk == pk), None)
    if row is None:
        raise Http404
    names = ("name", "name_en", "parent_id", "place", "closed")
    initial = {name: getattr(row, name) for name in names}
    form = ChangedCategoryForm(request.POST if request.method == "POST" else None, initial=initial, but=row.path)
    return form_page(
        request,
        form,
        lambda data: change_article_category(pk, actor=actor, **data),
        title=_("Change a category"),
        sub=row.shown_name,
        back_url=reverse("knowledge:categories"),
        done=_("Kept."),
    )
