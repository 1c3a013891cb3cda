"""Tables: a floor declares columns, filters and bulk actions once; list pages and phone cards follow from it.

A subclass of `Table` is the declaration, an instance is one list on one request. Everything that changes what is
seen (filters, sort, columns, place) is in the address: a list can be bookmarked, saved as a view and shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.ui.columns import (
    BulkAction,
    Choice,
    Column,
    FilterChip,
    FilterForm,
    Head,
    Selection,
    Text,
    View,
    cell_class,
    describe,
)
from kexin.core.ui.keyset import DEFAULT_SIZE, Count, Direction, KeysetPage, count_capped
from kexin.core.ui.list_page import ListPage

__all__ = ["BulkAction", "Column", "Selection", "Table", "View"]

CURSOR, SORT, COLUMNS, SIZE, PANEL = "at", "sort", "cols", "size", "panel"
PASSING = (CURSOR, PANEL)  # parameters that say nothing of what is listed


class Table:
    """The declaration and, with a request and a queryset, one rendered list."""

    name: ClassVar[str] = ""
    columns: Sequence[Column] = ()
    default_sort: ClassVar[str] = ""
    page_size: ClassVar[int] = DEFAULT_SIZE
    caption: ClassVar[Text] = ""
    empty_title: ClassVar[Text] = _("Nothing here yet")
    empty_text: ClassVar[Text] = ""
    empty_icon: ClassVar[str] = "mood-empty"
    views: ClassVar[Sequence[View]] = ()
    fetch: QuerySet[Any] | None = None  # see KeysetPage
    search: ClassVar[str] = ""  # name of the filter that is the quick search box
    search_hint: ClassVar[Text] = _("Search this list")
    template: ClassVar[str] = "core/parts/table.html"

    def __init__(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any] | Sequence[Any],
        *,
        filters: FilterForm | None = None,
        actions: Iterable[BulkAction] = (),
        views: Iterable[View] = (),
        save_view_url: str = "",
        counted: bool = True,
        tools: SafeString | str = "",
        empty_action: SafeString | str = "",
    ) -> None:
        self.request = request
        self.filters = filters
        self.queryset: QuerySet[Any] | Sequence[Any] = filters.qs if filters is not None else queryset
        actor = getattr(request, "actor", None)
        self.actions = [a for a in actions if not a.operation or (actor and actor.may(a.operation))]
        self.all_views = [*self.views, *views]
        self.save_view_url = save_view_url
        self.may_share = bool(getattr(actor, "unit_id", None))
        self.counted = counted
        self.tools = tools  # safe HTML beside the column chooser, for example an export button
        self.empty_action = empty_action  # safe HTML under the empty state, for example "new customer"

    # ---- for a floor to override -------------------------------------------------------------------------

    def row_url(self, row: Any) -> str:
        """Where a row leads; "" when it leads nowhere."""
        getter = getattr(row, "get_absolute_url", None)
        return str(getter()) if getter else ""

    def peek_url(self, row: Any) -> str:
        """An address whose answer fits the side panel ("peek"); "" for none."""
        return ""

    def row_class(self, row: Any) -> str:
        """Extra CSS class of a row, for example "quiet" for a closed one."""
        return ""

    # ---- what is shown ----------------------------------------------------------------------------------

    @cached_property
    def shown_columns(self) -> list[Column]:
        wanted = self._param(COLUMNS)
        if wanted:
            keys = wanted.split(",")
            by_key = {column.key: column for column in self.columns}
            chosen = [by_key[key] for key in keys if key in by_key]
            chosen = [c for c in self.columns if c.always and c not in chosen] + chosen
            if chosen:
                return chosen
        return [column for column in self.columns if not column.hidden or column.always]

    @cached_property
    def sort(self) -> tuple[Column | None, Direction]:
        for text in (self._param(SORT), self.default_sort):
            key, way = text.lstrip("-"), "desc" if text.startswith("-") else "asc"
            for column in self.columns:
                if key and column.key == key and column.sortable:
                    return column, way  # type: ignore[return-value]
        return None, "asc"

    @cached_property
    def order(self) -> list[tuple[str, Direction]]:
        column, way = self.sort
        if column is not None:
            return [(name, way) for name in column.sort_fields]
        return []

    @cached_property
    def page(self) -> KeysetPage[Any] | ListPage[Any]:
        text, cursor = self._param(SIZE), self._param(CURSOR)
        size = int(text) if text.isdigit() else self.page_size
        if isinstance(self.queryset, QuerySet):
            return KeysetPage(self.queryset, self.order, cursor, size, self.fetch)
        column, way = self.sort
        return ListPage(self.queryset, column.sort_key if column else None, way == "desc", cursor, size)

    @cached_property
    def count(self) -> Count | None:
        """How many match, up to the limit; taken from the page itself where that already tells."""
        if not self.counted:
            return None
        if not self.page.has_next:
            return Count(self.page.last_number, False)
        if not isinstance(self.queryset, QuerySet):
            return Count(len(self.queryset), False)
        return count_capped(self.queryset)

    @cached_property
    def heads(self) -> list[Head]:
        sorted_by, way = self.sort
        heads = []
        for column in self.shown_columns:
            css = cell_class(column)
            if not column.sortable:
                heads.append(Head(column, css))
                continue
            on = column is sorted_by
            turned = ("asc" if way == "desc" else "desc") if on else column.first
            value = ("-" if turned == "desc" else "") + column.key
            aria = ("descending" if way == "desc" else "ascending") if on else "none"
            heads.append(Head(column, css, self.address({SORT: value, CURSOR: None}), aria))
        return heads

    def rows_html(self) -> SafeString:
        """All rows as HTML. Written in Python because a template costs about ten times as much per cell."""
        columns = [
            (
                c.read,
                f'<td role="cell" class="{cell_class(c)}" data-label="{escape(str(c.label))}">',
                f'<td role="cell" class="{cell_class(c)} none">–</td>',
                c.phone == "title",
            )
            for c in self.shown_columns
        ]
        if columns and not any(column[3] for column in columns):
            columns[0] = (*columns[0][:3], True)
        choose = _t("Select this row")
        out: list[str] = []
        for row in self.page.rows:
            url, peek, extra = self.row_url(row), self.peek_url(row), self.row_class(row)
            out.append(f'<tr role="row" class="{extra}"')
            if url:
                out.append(f' data-href="{escape(url)}"')
            if peek:
                out.append(f' data-peek="{escape(peek)}"')
            out.append(">")
            if self.actions:
                out.append(
                    f'<td role="cell" class="tick"><input type="checkbox" class="form-check-input" name="pk"'
                    f' value="{row.pk}" aria-label="{choose}"></td>'
                )
            for read, opening, nothing, title in columns:
                value = read(row)
                if (value is None or value == "") and not title:
                    out.append(nothing)
                    continue
                text = "–" if value is None or value == "" else conditional_escape(value)  # type: ignore[arg-type]
                if title and url:
                    text = f'<a href="{escape(url)}">{text}</a>'
                out.append(f"{opening}{text}</td>")
            out.append("</tr>")
        return mark_safe("".join(out))  # noqa: S308  every value above is escaped

    @cached_property
    def choices(self) -> list[Choice]:
        shown = {column.key for column in self.shown_columns}
        return [Choice(c.key, c.label, c.key in shown, c.always) for c in self.columns]

    # ---- filters and views ------------------------------------------------------------------------------

    @cached_property
    def filter_names(self) -> list[str]:
        return list(self.filters.form.fields) if self.filters is not None else []

    @cached_property
    def has_panel(self) -> bool:
        return any(name != self.search for name in self.filter_names)

    @cached_property
    def panel_fields(self) -> list[Any]:
        """The bound fields of the filter panel (all but the quick search), once somebody opens it: drawing them
        takes longer than drawing the list."""
        if self.filters is None or PANEL not in self.request.GET:
            return []
        return [bound for bound in self.filters.form if bound.name != self.search]

    @cached_property
    def panel_url(self) -> str:
        """This list with its filter panel drawn."""
        return self.address({PANEL: "1"})

    @cached_property
    def chips(self) -> list[FilterChip]:
        """One chip per filter in force, each with the address without it."""
        if self.filters is None:
            return []
        form = self.filters.form
        if not any(key.startswith(tuple(form.fields)) for key in self.request.GET):
            return []
        form.is_valid()
        chips = []
        for name, bound in form.fields.items():
            value = form.cleaned_data.get(name)
            if value is False and name not in self.request.GET:  # an unticked box is no filter
                continue
            if value in (None, "", [], ()) or (hasattr(value, "exists") and not value):
                continue
            names = {key for key in self.request.GET if key == name or key.startswith(f"{name}_")}
            without = self.address(dict.fromkeys(names, None))
            chips.append(FilterChip(bound.label or name, describe(bound, value), without))
        return chips

    @cached_property
    def shown_views(self) -> list[tuple[View, str, bool]]:
        """View, address, and whether it is the one being looked at."""
        now = self._essence(self.request.GET)
        shown = []
        for view in self.all_views:
            query = QueryDict(view.query)
            address = "?" + view.query if view.query else self.request.path
            shown.append((view, address, self._essence(query) == now))
        return shown

    @cached_property
    def differs(self) -> bool:
        """True when what is shown is none of the views: then "save as new view" is offered."""
        return bool(self.query) and not any(on for _view, _url, on in self.shown_views)

    @cached_property
    def query(self) -> str:
        """What a view saved now would keep: the address without the place in the list."""
        data = self.request.GET.copy()
        for name in PASSING:
            data.pop(name, None)
        return data.urlencode()

    @property
    def search_value(self) -> str:
        return self._param(self.search) if self.search else ""

    @cached_property
    def kept_for_search(self) -> list[tuple[str, str]]:
        """What the search box carries along: everything but itself and the place."""
        return [(k, v) for k, vs in self.request.GET.lists() if k not in {self.search, *PASSING} for v in vs]

    @cached_property
    def kept_for_panel(self) -> list[tuple[str, str]]:
        """What the filter panel carries along: the search, sort, columns and size."""
        keys = {SORT, COLUMNS, SIZE, self.search}
        return [(k, v) for k, vs in self.request.GET.lists() if k in keys for v in vs]

    @cached_property
    def kept(self) -> list[tuple[str, str]]:
        """Parameters a filter form must carry along: sort, columns, size."""
        return [(k, self.request.GET[k]) for k in (SORT, COLUMNS, SIZE) if k in self.request.GET]

    @cached_property
    def kept_filters(self) -> list[tuple[str, str]]:
        """Parameters the column chooser must carry along: everything but columns and place."""
        return [(k, v) for k, vs in self.request.GET.lists() if k not in {COLUMNS, *PASSING} for v in vs]

    def address(self, changes: Mapping[str, str | None]) -> str:
        """This list's address with some parameters changed; all but a cursor return to page one."""
        data = self.request.GET.copy()
        for name in PASSING:
            data.pop(name, None)
        for key, value in changes.items():
            data.pop(key, None)
            if value is not None:
                data[key] = value
        text = data.urlencode()
        return f"?{text}" if text else self.request.path

    @cached_property
    def next_url(self) -> str:
        return self.address({CURSOR: self.page.next_cursor}) if self.page.next_cursor else ""

    @cached_property
    def previous_url(self) -> str:
        return self.address({CURSOR: self.page.previous_cursor}) if self.page.previous_cursor else ""

    @cached_property
    def first_url(self) -> str:
        return self.address({}) if self.page.has_previous else ""

    @cached_property
    def clear_url(self) -> str:
        """The address without any filter; sort and columns stay."""
        data = QueryDict(mutable=True)
        for key, value in self.kept:
            data[key] = value
        return f"?{data.urlencode()}" if data else self.request.path

    def render(self) -> SafeString:
        return render_to_string(self.template, {"table": self}, request=self.request)

    __html__ = render

    def _param(self, key: str) -> str:
        return str(self.request.GET.get(key, ""))

    @staticmethod
    def _essence(data: QueryDict) -> list[tuple[str, list[str]]]:
        return sorted((k, [v for v in vs if v]) for k, vs in data.lists() if k not in PASSING and any(vs))
