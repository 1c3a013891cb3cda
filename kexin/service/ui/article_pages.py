"""Knowledge on the screen: search and list, one article with its versions, searches that led nowhere."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kexin.core import names
from kexin.core.errors import NotFound
from kexin.core.templatetags.kexin import day
from kexin.core.ui.downloads import download_whole
from kexin.core.ui.form_page import post_only
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Column, Table
from kexin.service.knowledge.arranging import link_articles, remove_article_file, unlink_articles, vote_article
from kexin.service.knowledge.choices import WRITABLE, ArticleKind, ArticleLanguage, ArticleState, Audience, Standing
from kexin.service.knowledge.queries import (
    ArticleFileOf,
    article_content,
    article_file,
    article_version,
    articles,
    categories,
    dead_ends,
    search_articles,
    suggested_articles,
    works_on_articles,
)
from kexin.service.knowledge.safe_text import as_html, plain
from kexin.service.knowledge.search import marked
from kexin.service.knowledge.searches import note_opening, note_search, settle_dead_end
from kexin.service.knowledge.writing import confirm_article, submit_article
from kexin.service.models import Article, ArticleCategory, ArticleVersion

LEVELS = {
    Standing.DRAFT: "", Standing.IN_REVIEW: "calm", Standing.RETURNED: "bad", Standing.COMING: "calm",
    Standing.IN_USE: "good", Standing.REPLACED: "", Standing.EXPIRED: "warn", Standing.WITHDRAWN: "bad",
}  # fmt: skip
STRETCH = 160  # characters of an article that a result shows


def spoken() -> str:
    """The language of the page as articles name it."""
    return ArticleLanguage.EN.value if (get_language() or "").startswith("en") else ArticleLanguage.ZH.value


class ArticleFilterForm(forms.Form):
    """What the list is narrowed by."""

    q = forms.CharField(label=_("Number"), required=False, max_length=80)
    category = forms.TypedChoiceField(label=_("Category"), required=False, coerce=int, empty_value=None)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", "—"), *ArticleKind.choices])
    audience = forms.ChoiceField(
        label=pgettext_lazy("article", "Who reads it"), required=False, choices=[("", "—"), *Audience.choices]
    )
    waiting = forms.ChoiceField(
        label=_("Being worked on"),
        required=False,
        choices=[
            ("", "—"),
            *((each.value, each.label) for each in (ArticleState.DRAFT, ArticleState.IN_REVIEW, ArticleState.RETURNED)),
            ("due", _("To be looked at")),
        ],
    )


class ArticleFilter:
    """The bound form and the rows it leaves."""

    def __init__(self, data: QueryDict, queryset: QuerySet[Article], rows: list[ArticleCategory]) -> None:
        self.base, self.form, self.categories = queryset, ArticleFilterForm(data), {row.pk: row for row in rows}
        choices = [(row.pk, "　" * row.depth + row.shown_name) for row in rows]  # type: ignore[attr-defined]
        self.form.fields["category"].choices = [("", "—"), *choices]  # type: ignore[attr-defined]

    @cached_property
    def qs(self) -> QuerySet[Article]:
        if not self.form.is_valid():
            return self.base
        asked, rows = self.form.cleaned_data, self.base
        for name in ("kind", "audience"):
            if asked[name]:
                rows = rows.filter(**{name: asked[name]})
        if asked["category"] in self.categories:
            rows = rows.filter(category__path__startswith=self.categories[asked["category"]].path)
        if asked["q"]:
            rows = rows.filter(Q(article_no__istartswith=asked["q"].strip()))
        return rows


class ArticleTable(Table):
    """知识条目."""

    name = "service.articles"
    caption = _("Articles")
    default_sort = "-created"
    empty_title = _("No articles")
    empty_text = _("Frequent questions, procedures, cases and phrases stand here once they are written and reviewed.")
    empty_icon = "book-2"
    columns = (
        Column("title", pgettext_lazy("text", "Title"), value=lambda row: _title(row), phone="title", always=True),
        Column("category", _("Category"), value="category.shown_name", phone="sub"),
        Column("kind", _("Kind"), value="get_kind_display"),
        Column("audience", pgettext_lazy("article", "Who reads it"), value="get_audience_display"),
        Column("used", _("In use"), value=lambda row: _used(row)),
        Column("open", _("Being worked on"), value=lambda row: _open(row)),
        Column("review", _("To be looked at by"), value=lambda row: day(row.review_on) if row.review_on else ""),
        Column("article_no", _("Article number"), value="article_no", hidden=True),
        Column(
            "created", _("created at"), value=lambda row: day(row.created_at), sort=("created_at", "pk"),
            first="desc", hidden=True,
        ),
    )  # fmt: skip

    def row_url(self, row: Article) -> str:
        return reverse("knowledge:article", args=[row.pk])


def _title(row: Any) -> str:
    return str((row.title_en or row.title) if spoken() == "en" else (row.title or row.title_en))


def _used(row: Any) -> SafeString:
    given = [label for code, label in ArticleLanguage.choices if getattr(row, f"given_{code}")]
    if not given:
        return format_html('<span class="chip">{}</span>', _("nothing in use"))
    return format_html('<span class="chip good">{}</span>', " · ".join(str(each) for each in given))


def _open(row: Any) -> str:
    if not row.open_state:
        return ""
    standing = Standing(row.open_state)
    return format_html('<span class="chip {}">{}</span>', LEVELS[standing], standing.label)


@require_GET
def article_list(request: HttpRequest) -> HttpResponse:
    """GET /knowledge/?find=…: what answers to a text; without one, all articles by category."""
    actor = actor_of(request)
    rows = categories(actor)
    text = request.GET.get("find", "").strip()[:200]
    context: dict[str, Any] = {
        "title": _("Knowledge"),
        "text": text,
        "categories": rows,
        "chosen": request.GET.get("category", ""),
        "may_draft": actor.may("service.draft_article"),
        "may_settle": actor.may("service.view_dead_ends"),
    }
    if text:
        return render(request, "service/article_search.html", context | _results(request, text))
    wanted = request.GET.get("waiting", "")
    found = articles(actor, waiting=wanted)
    table = ArticleTable(request, found, filters=ArticleFilter(request.GET, found, rows))
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    return render(request, "service/articles.html", context | {"table": table})


def _results(request: HttpRequest, text: str) -> dict[str, Any]:
    actor, chosen = actor_of(request), request.GET.get("category", "")
    answers = search_articles(
        actor,
        text,
        kind=request.GET.get("kind", ""),
        audience=Audience.CUSTOMER if request.GET.get("audience") == Audience.CUSTOMER else "",
        category_id=int(chosen) if chosen.isdigit() else None,
    )
    kept = note_search(actor=actor, text=text, found=len(answers.hits))
    return {
        "lines": [
            (
                version,
                marked(version.title, found.terms),
                marked(plain(version.body), found.terms, STRETCH),
                f"{reverse('knowledge:article', args=[version.article_id])}?lang={version.language}&s={kept.pk}",
            )
            for found, version in answers.hits
        ],
        "meant": sorted(set(answers.asked.meant)),
        "kinds": ArticleKind.choices,
        "kind": request.GET.get("kind", ""),
        "audience": request.GET.get("audience", ""),
    }


@require_GET
def article_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /knowledge/PK/?lang=&v=: a version (the open one, else the one in use) and everything that belongs to it."""
    actor = actor_of(request)
    file = article_file(actor, pk)
    wanted = request.GET.get("lang", "")
    language = wanted if wanted in file.languages else spoken() if spoken() in file.languages else file.languages[0]
    number = request.GET.get("v", "")
    versions = file.of(language)
    standing_one = file.used(language) or file.open(language) or versions[0]
    chosen = file.version(language, int(number)) if number.isdigit() else standing_one
    search = request.GET.get("s", "")
    if search.isdigit() and len(search) < 18:
        note_opening(int(search), actor=actor, article_id=pk)
    return render(request, "service/article.html", _context(request, file, chosen))


@require_GET
def request_articles(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /requests/PK/articles/: a card beside the request with what may help."""
    rows = suggested_articles(actor_of(request), pk)
    return render(request, "service/part_suggested.html", {"rows": rows})


def _context(request: HttpRequest, file: ArticleFileOf, chosen: ArticleVersion) -> dict[str, Any]:
    actor, language = actor_of(request), chosen.language
    versions = file.of(language)
    people = names.people(
        [name for each in versions for name in (each.drafted_by, each.reviewed_by) if name]
        + [each.added_by for each in file.files]
    )
    yes, no = file.votes.get(chosen.pk, (0, 0))
    writable = chosen.state in WRITABLE
    standing = file.standing(chosen)

    def may(act: str) -> bool:
        return actor.may(f"service.{act}")

    return {
        "title": chosen.title,
        "file": file,
        "article": file.article,
        "chosen": chosen,
        "text": as_html(chosen.body),
        "standing": standing,
        "level": LEVELS[standing],
        "languages": [(code, label, code in file.languages) for code, label in ArticleLanguage.choices],
        "lines": [
            {
                "version": each,
                "standing": file.standing(each),
                "level": LEVELS[file.standing(each)],
                "drafted": people.get(each.drafted_by, each.drafted_by),
                "reviewed": people.get(each.reviewed_by, each.reviewed_by),
                "votes": file.votes.get(each.pk),
            }
            for each in versions
        ],
        "files": [(each, people.get(each.added_by, each.added_by)) for each in file.files],
        "reviewer": people.get(chosen.reviewed_by, chosen.reviewed_by),
        "yes": yes,
        "no": no,
        "works": works_on_articles(actor),
        "may_vote": standing == Standing.IN_USE and may("vote_article"),
        "may_write": writable and may("change_article"),
        "may_submit": writable and may("submit_article"),
        "may_review": chosen.state == ArticleState.IN_REVIEW
        and may("review_article")
        and actor.user_id not in chosen.writers,
        "may_begin": may("draft_article_version") and file.open(language) is None,
        "may_translate": may("draft_article_version"),
        "may_withdraw": chosen.state == ArticleState.APPROVED and may("withdraw_article"),
        "may_confirm": standing == Standing.IN_USE and may("confirm_article"),
        "may_attach": may("attach_article_file"),
        "may_link": may("link_articles"),
        "may_place": may("place_article"),
        "may_situate": file.article.kind == ArticleKind.SCRIPT and may("set_phrase_situations"),
    }


def _back(pk: int, language: str) -> str:
    return f"{reverse('knowledge:article', args=[pk])}?lang={language}"


@require_POST
def article_submit(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: somebody else owes the review from now on."""
    actor = actor_of(request)
    row = article_version(actor, pk)
    return post_only(
        request,
        lambda: submit_article(pk, actor=actor),
        back_url=f"{_back(row.article_id, row.language)}&v={row.number}",
        done=_("Given to review; somebody else has it among their work."),
    )


@require_POST
def article_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: it is still right."""
    actor = actor_of(request)
    row = article_version(actor, pk)
    return post_only(
        request,
        lambda: confirm_article(pk, actor=actor),
        back_url=_back(row.article_id, row.language),
        done=_("Noted: it is still right."),
    )


@require_POST
def article_vote(request: HttpRequest, pk: int) -> HttpResponse:
    """POST lang, useful=1|0, note."""
    actor, said = actor_of(request), request.POST
    language = said.get("lang", "")
    return post_only(
        request,
        lambda: vote_article(
            pk, actor=actor, language=language, useful=said.get("useful") == "1", note=said.get("note", "")
        ),
        back_url=_back(pk, language),
        done=_("Thank you."),
    )


@require_POST
def article_link(request: HttpRequest, pk: int) -> HttpResponse:
    """POST other_no."""
    actor = actor_of(request)
    return post_only(
        request,
        lambda: link_articles(pk, actor=actor, other_no=request.POST.get("other_no", "")),
        back_url=reverse("knowledge:article", args=[pk]),
        done=_("Linked."),
    )


@require_POST
def article_unlink(request: HttpRequest, pk: int) -> HttpResponse:
    """POST other."""
    actor, other = actor_of(request), request.POST.get("other", "")
    if not other.isdigit():
        raise BadRequest
    return post_only(
        request,
        lambda: unlink_articles(pk, actor=actor, other_id=int(other)),
        back_url=reverse("knowledge:article", args=[pk]),
        done=_("The link is gone."),
    )


@require_GET
def article_download(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the file as a download, never shown inside the product's own pages."""
    row = article_content(actor_of(request), pk)
    return download_whole(bytes(row.content), name=row.name, media_type=row.media_type)


@require_POST
def file_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: a file is not shown any more."""
    actor = actor_of(request)
    row = article_content(actor, pk)
    return post_only(
        request,
        lambda: remove_article_file(pk, actor=actor),
        back_url=reverse("knowledge:article", args=[row.article_id]),
        done=_("The file is gone from the article."),
    )


class DeadEndTable(Table):
    """无果检索."""

    name = "service.dead_ends"
    caption = _("Searches that led nowhere")
    empty_title = _("Every search led somewhere")
    empty_text = _("What was searched without finding or opening anything stands here.")
    empty_icon = "zoom-question"

    def __init__(self, request: HttpRequest, rows: list[Any], may_draft: bool, may_settle: bool) -> None:
        super().__init__(request, rows)

        def act(row: Any) -> SafeString:
            parts: list[SafeString] = []
            if may_draft:
                page = QueryDict(mutable=True)
                page.update({"title": row.text[:120], "asked": row.text, "audience": row.side})
                address = f"{reverse('knowledge:new')}?{page.urlencode()}"
                parts.append(format_html('<a class="btn-quiet small" href="{}">{}</a>', address, _("Write an article")))
            if may_settle:
                page = QueryDict(mutable=True)
                page.update({"text": row.text, "side": row.side})
                address = f"{reverse('knowledge:settle')}?{page.urlencode()}"
                parts.append(format_html('<a class="btn-quiet small" href="{}">{}</a>', address, _("Settle")))
            return format_html_join(" ", "{}", ((part,) for part in parts))

        self.columns = (
            Column("text", _("searched for"), phone="title", always=True),
            Column("side", _("who searched"), value=lambda row: _side(row.side)),
            Column("times", _("Times"), sort_key=lambda row: row.times, align="end"),
            Column("empty", _("Without any result"), sort_key=lambda row: row.empty, align="end"),
            Column("last", _("Last"), value=lambda row: day(row.last_at), sort_key=lambda row: row.last_at),
            Column("act", "", value=act, phone="foot"),
        )


def _side(code: str) -> str:
    from kexin.service.knowledge.choices import Side

    return str(Side(code).label)


@require_GET
def dead_end_list(request: HttpRequest) -> HttpResponse:
    """GET /knowledge/dead-ends/: what people looked for in vain, the most frequent first."""
    actor = actor_of(request)
    may = (actor.may("service.draft_article"), actor.may("service.settle_dead_end"))
    table = DeadEndTable(request, dead_ends(actor), *may)
    return render(request, "core/page_list.html", {"title": _("Searches that led nowhere"), "table": table})


class SettleForm(forms.Form):
    """What was done."""

    why = forms.CharField(label=_("What was done, or why nothing is"), max_length=200)


def dead_end_settle(request: HttpRequest) -> HttpResponse:
    """GET, POST /knowledge/dead-ends/settle/?text=&side=: off the list, with what was done."""
    from kexin.core.ui.form_page import form_page, need

    actor = need(request, "service.settle_dead_end")
    text, side = request.GET.get("text", ""), request.GET.get("side", "")
    try:
        return form_page(
            request,
            SettleForm(request.POST if request.method == "POST" else None),
            lambda data: settle_dead_end(actor=actor, text=text, side=side, **data),
            title=_("Settle a search that led nowhere"),
            sub=text,
            back_url=reverse("knowledge:dead_ends"),
            done=_("Settled."),
        )
    except NotFound:
        messages.info(request, str(_("It was settled already.")))
        return redirect("knowledge:dead_ends")
