"""What a table is declared with: columns, bulk actions, views, and the small values its template reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from kexin.core.listing import listed
from kexin.core.ui.keyset import Direction

Text = str | Promise


@dataclass(frozen=True)
class Column:
    """One column.

    `value` is an attribute path ("unit.name"), or a function of the row giving text, a number or safe HTML; by
    default the attribute named `key`. `sort` names the field(s) to sort by, first one first; `sort_key` sorts
    a list that is in memory (see list_page). `phone` says what the cell becomes on a narrow screen: the card's
    title, its second line, a labelled fact, what can be done at its foot, or nothing.
    """

    key: str
    label: Text
    value: Callable[[Any], object] | str = ""
    sort: str | tuple[str, ...] = ""
    sort_key: Callable[[Any], Any] | None = None
    first: Direction = "asc"  # the direction of the first click on the head
    align: Literal["start", "end", "center"] = "start"
    width: Literal["", "narrow", "medium", "wide"] = ""
    hidden: bool = False
    always: bool = False
    phone: Literal["title", "sub", "meta", "foot", "hide"] = "meta"
    help: Text = ""

    @cached_property
    def read(self) -> Callable[[Any], object]:
        if callable(self.value):
            return self.value
        path = (self.value or self.key).split(".")
        name = path[0]
        if len(path) == 1 and not name.startswith("get_"):
            return lambda row: getattr(row, name)

        def follow(row: Any) -> object:
            for part in path:
                row = getattr(row, part, None)
            return row() if callable(row) else row  # Django's get_…_display

        return follow

    @property
    def sortable(self) -> bool:
        return bool(self.sort or self.sort_key)

    @property
    def sort_fields(self) -> tuple[str, ...]:
        return (self.sort,) if isinstance(self.sort, str) and self.sort else tuple(self.sort)


@dataclass(frozen=True)
class BulkAction:
    """What can be done to the chosen rows: a POST of the selection to `url`. `danger` shows in red."""

    key: str
    label: Text
    url: str
    operation: str = ""
    icon: str = ""
    danger: bool = False
    confirm: Text = ""


@dataclass(frozen=True)
class View:
    """A saved view, shown as a tab: a name and its query. Built in ones have no `delete_url`."""

    key: str
    label: Text
    query: str = ""
    shared: bool = False
    delete_url: str = ""


@dataclass(frozen=True)
class Head:
    """A column head as the template needs it."""

    column: Column
    css: str
    sort_url: str = ""
    aria_sort: str = ""


@dataclass(frozen=True)
class FilterChip:
    label: Text
    value: Text
    remove_url: str


class FilterForm(Protocol):
    """What a table needs of a filter set (django-filter's FilterSet fits)."""

    @property
    def form(self) -> Any: ...

    @property
    def qs(self) -> QuerySet[Any]: ...


@dataclass(frozen=True)
class Choice:
    """One line of the column chooser."""

    key: str
    label: Text
    shown: bool
    always: bool


@dataclass
class Selection:
    """The rows a bulk action was asked for: ticked ones, or all that match the list's filters."""

    keys: list[str] = field(default_factory=list)
    everything: bool = False
    query: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Selection:
        data = request.POST
        return cls(data.getlist("pk"), data.get("everything") == "1", data.get("query", ""))

    def rows(
        self, queryset: QuerySet[Any], filter_class: Any = None, request: HttpRequest | None = None
    ) -> QuerySet[Any]:
        """The chosen rows of `queryset`, which must already be limited to what the actor may see."""
        if not self.everything:
            return queryset.filter(pk__in=[key for key in self.keys if key.isdigit()])
        if filter_class is None:
            return queryset
        found: QuerySet[Any] = filter_class(QueryDict(self.query), queryset=queryset, request=request).qs
        return found


def cell_class(column: Column) -> str:
    parts = [f"p-{column.phone}"]
    if column.align != "start":
        parts.append("r" if column.align == "end" else "c")
    if column.width:
        parts.append(f"w-{column.width}")
    return " ".join(parts)


def describe(bound: Any, value: Any) -> Text:
    """A filter's value in words: labels of choices rather than their codes."""
    if isinstance(value, slice):
        return f"{value.start or ''} – {value.stop or ''}"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    choices = getattr(bound, "choices", None)
    if choices is not None and not hasattr(value, "pk"):
        labels = {str(code): label for code, label in _flat(choices)}
        many = value if isinstance(value, (list, tuple, set)) else [value]
        return listed(labels.get(str(getattr(one, "pk", one)), one) for one in many)
    return str(value)


def _flat(choices: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    for code, label in choices:
        if isinstance(label, (list, tuple)):
            yield from label
        else:
            yield code, label
