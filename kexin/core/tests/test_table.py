"""Tables: what is in the address decides what is shown; nothing a row says becomes markup."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.test import RequestFactory
from django.utils.html import format_html

from kexin.core.ui.columns import Column, Selection, View, describe
from kexin.core.ui.keyset import Count
from kexin.core.ui.list_page import LARGEST_LIST, ListPage, TooLong
from kexin.core.ui.table import BulkAction, Table


@dataclass(frozen=True)
class Person:
    pk: int
    name: str
    age: int | None
    note: str = ""


class People(Table):
    name = "core.people"
    page_size = 10
    default_sort = "name"
    search = "q"
    views = (View("all", "All"), View("old", "Oldest first", "sort=-age"))
    columns = (
        Column("name", "Name", phone="title", sort_key=lambda row: row.name, always=True),
        Column("age", "Age", sort_key=lambda row: row.age, first="desc", align="end"),
        Column("note", "Note", hidden=True),
        Column("mark", "Mark", value=lambda row: format_html("<b>{}</b>", row.name)),
    )

    def row_url(self, row: Any) -> str:
        return f"/people/{row.pk}/"


class Search(forms.Form):
    q = forms.CharField(label="Search", required=False)
    tier = forms.MultipleChoiceField(label="Tier", required=False, choices=[("g", "Gold"), ("p", "Platinum")])
    mine = forms.BooleanField(label="Only mine", required=False)


class Filters:
    def __init__(self, data: Any, rows: list[Person]) -> None:
        self.form = Search(data)
        self.form.is_valid()
        wanted = self.form.cleaned_data.get("q", "")
        self.qs: Any = [row for row in rows if wanted in row.name]


PEOPLE = [Person(n, f"p{n:03}", None if n % 7 == 0 else n * 11 % 90) for n in range(35)]


def table(address: str = "/people/", rows: list[Person] | None = None, **more: Any) -> People:
    request = RequestFactory().get(address)
    rows = PEOPLE if rows is None else rows
    return People(request, rows, filters=Filters(request.GET, rows), **more)


def test_hostile_text_stays_text() -> None:
    hostile = '<script>alert("x")</script>\'" onmouseover=1'
    html = table(rows=[Person(1, hostile, 3)]).rows_html()
    assert "<script" not in html
    assert '" onmouseover' not in html
    assert "&lt;script&gt;" in html
    assert "<b>&lt;script" in html  # what a column marks up itself stays markup, its value does not


def test_the_address_chooses_sort_and_columns_and_nonsense_is_passed_over() -> None:
    shown = table("/people/?sort=-age&cols=age,nothing,mark")
    assert [column.key for column in shown.shown_columns] == ["name", "age", "mark"]  # the name cannot be hidden
    ages = [row.age for row in shown.page]
    assert ages == sorted(ages, reverse=True)
    assert table("/people/?sort=note&size=zz&at=zz").page.rows[0].name == "p000"
    assert [column.key for column in table("/people/?cols=zz").shown_columns] == ["name"]


def test_unknown_values_stand_last_in_both_directions() -> None:
    for sort in ("age", "-age"):
        last = table(f"/people/?sort={sort}&size=200").page.rows[-5:]
        assert [row.age for row in last] == [None] * 5


def test_heads_tell_what_a_click_will_do() -> None:
    name, age, mark = table("/people/?q=p0").heads
    assert name.aria_sort == "ascending"
    assert name.sort_url == "?q=p0&sort=-name"
    assert age.aria_sort == "none"
    assert age.sort_url == "?q=p0&sort=-age"
    assert not mark.sort_url


def test_pages_count_on_and_a_filter_returns_to_the_first() -> None:
    first = table()
    assert first.count == Count(35, False)
    second = table(f"/people/{first.next_url}")
    assert (second.page.first_number, second.page.last_number) == (11, 20)
    assert second.page.rows[0].name == "p010"
    assert second.previous_url
    assert "at=" not in second.heads[1].sort_url


def test_each_filter_in_force_is_a_chip_that_takes_itself_away() -> None:
    shown = table("/people/?q=p01&tier=g&tier=p&sort=-age")
    assert [(str(c.label), str(c.value)) for c in shown.chips] == [("Search", "p01"), ("Tier", "Gold、Platinum")]
    assert shown.chips[0].remove_url == "?tier=g&tier=p&sort=-age"
    assert shown.chips[1].remove_url == "?q=p01&sort=-age"
    assert shown.clear_url == "?sort=-age"
    assert shown.differs
    assert not table("/people/?sort=-age").differs  # that is a view already
    assert [on for _view, _url, on in table("/people/?sort=-age").shown_views] == [False, True]


def test_a_list_offers_only_the_actions_the_actor_may_do() -> None:
    class Clerk:
        unit_id = 1

        def may(self, operation: str) -> bool:
            return operation == "core.assign"

    request = RequestFactory().get("/people/")
    request.actor = Clerk()  # type: ignore[attr-defined]
    actions = [BulkAction("a", "Assign", "/a/", "core.assign"), BulkAction("b", "Close", "/b/", "core.close")]
    shown = People(request, PEOPLE, actions=actions)
    assert [action.key for action in shown.actions] == ["a"]
    assert shown.rows_html().count('name="pk"') == 10
    assert 'name="pk"' not in People(RequestFactory().get("/"), PEOPLE, actions=actions).rows_html()


def test_a_selection_is_read_from_the_form() -> None:
    request = RequestFactory().post("/", {"pk": ["3", "5"], "everything": "", "query": "q=p"})
    assert Selection.of(request) == Selection(["3", "5"], False, "q=p")
    assert Selection.of(RequestFactory().post("/", {"everything": "1", "query": "q=p"})).everything


def test_an_empty_list_and_an_empty_result_say_different_things(settings: Any) -> None:
    nothing = table(rows=[])
    assert not nothing.chips
    assert not nothing.search_value
    without_match = table("/people/?q=zzz")
    assert without_match.search_value == "zzz"
    assert without_match.page.rows == []


def test_a_list_too_long_for_memory_is_refused() -> None:
    with pytest.raises(TooLong):
        ListPage(range(LARGEST_LIST + 1))


@pytest.mark.parametrize(
    ("value", "words"),
    [(slice(Decimal(1), None), "1 – "), (["g"], "Gold"), ("x", "x"), (5, "5")],
)
def test_a_filter_value_is_told_in_words(value: Any, words: str) -> None:
    assert str(describe(Search().fields["tier"], value)) == words
