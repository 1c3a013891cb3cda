"""What can stand in a report: datasets with their dimensions and figures, registered by the floors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import DateField, F, Q
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import zone
from kexin.core.errors import type_text

NOT_STATED, NO_VALUE = _("Not stated"), _("without a value")
NOTHING = "none"  # how "no value" is written in addresses and stored reports
Choices = Sequence[tuple[str, type_text]]
Params = Mapping[str, str]


def _no_params(_key: Any) -> Params | None:
    return None


@dataclass(frozen=True, slots=True)
class Dimension:
    """Something by which rows are divided: a code, a unit, a month, a band; never a personal field.

    ``names`` gives the words of the keys met (the key itself where it knows none); ``nothing`` the words
    of no value. ``choices`` are the values one may filter by, within the actor's reach; ``narrow`` makes the filter of
    them. ``ordered``: keys have an order of their own (months, bands). ``listed`` are the parameters by which a list
    page shows the rows of a key; None where it cannot. ``month_of`` is the column of a month: a list shows its days
    where they are the report's period. ``right`` is asked for besides that of the dataset.
    """

    code: str
    label: type_text
    expression: Callable[[], Any]
    names: Callable[[Iterable[Any]], Mapping[Any, type_text]]
    nothing: type_text = NOT_STATED
    choices: Callable[[Actor], Choices] | None = None
    narrow: Callable[[Sequence[str]], Q] | None = None
    ordered: bool = False
    order: Callable[[Any], Any] = lambda key: key
    listed: Callable[[Any], Params | None] = _no_params
    month_of: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """Something that can be added up and averaged; ``unit`` as people read it, empty for plain numbers.

    ``expression(day)`` is taken at the reader's business day. Rows in which it is empty are left out of sum and average
    and told by their number; ``nulls`` says why it may be empty. ``right`` is asked for besides that of the dataset.
    """

    code: str
    label: type_text
    expression: Callable[[dt.date], Any]
    unit: type_text = ""
    nulls: type_text = NO_VALUE
    right: str = ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Rows that reports are made of.

    ``rows(actor, right)`` are those within reach for a right; ``right`` is the permission to see them at all.
    ``period`` is the column that a report's period narrows (a moment where ``moments``), ``usual`` the one offered
    first.
    ``snapshot`` names the dimension over which figures are not added up (the same money stands in every month): without
    it in the report the last value counts. ``list_url`` gives the address of the list that shows the rows of a cell.
    """

    code: str
    label: type_text
    counted: type_text
    right: str
    rows: Callable[[Actor, str], Any]
    dimensions: tuple[Dimension, ...]
    figures: tuple[Figure, ...] = ()
    period: str = ""
    period_label: type_text = ""
    moments: bool = False
    usual: str = "all"
    snapshot: str = ""
    list_url: Callable[[dict[str, str], dt.date | None, dt.date | None], str] | None = None

    def dimension(self, code: str) -> Dimension | None:
        return next((each for each in self.dimensions if each.code == code), None)

    def figure(self, code: str) -> Figure | None:
        return next((each for each in self.figures if each.code == code), None)


_datasets: dict[str, tuple[int, Dataset]] = {}


def register_dataset(dataset: Dataset, order: int) -> None:
    """Offer a dataset for reports, in ``apps.ready``."""
    _datasets[dataset.code] = (order, dataset)


def datasets() -> list[Dataset]:
    """All of them, in their order."""
    return [each for _order, each in sorted(_datasets.values(), key=lambda pair: pair[0])]


def dataset_of(code: str) -> Dataset | None:
    """The dataset of a code, or None."""
    found = _datasets.get(code)
    return found[1] if found else None


# -- kinds of dimensions -------------------------------------------------------------------------------------------


def by_choice(
    code: str, label: type_text, path: str, choices: Callable[[], Choices], *, param: str = "", **more: Any
) -> Dimension:
    """A column with a closed vocabulary; ``param`` is its name in the address of the list page."""

    def names(_keys: Iterable[Any]) -> Mapping[Any, type_text]:
        return dict(choices())

    def narrow(values: Sequence[str]) -> Q:
        return Q(**{f"{path}__in": ["" if each == NOTHING else each for each in values]})

    def listed(key: Any) -> Params | None:
        return {param: str(key)} if param and key and key != NOTHING else None

    def offered(_actor: Actor) -> Choices:
        return [(value or NOTHING, words) for value, words in choices() if value]

    return Dimension(code, label, lambda: F(path), names, choices=offered, narrow=narrow, listed=listed, **more)


def by_flag(code: str, label: type_text, expression: Callable[[], Any], yes: type_text, no: type_text) -> Dimension:
    """Yes or no."""

    def names(_keys: Iterable[Any]) -> Mapping[Any, type_text]:
        return {True: yes, False: no}

    return Dimension(code, label, expression, names)


def by_month(code: str, label: type_text, path: str, *, moment: bool = False, first_day: bool = False) -> Dimension:
    """The month of a day or moment, in the institution's time; ``first_day``: the column is one already."""

    def expression() -> Any:
        if first_day:
            return F(path)
        return TruncMonth(path, output_field=DateField(), **({"tzinfo": zone()} if moment else {}))

    def names(keys: Iterable[Any]) -> Mapping[Any, type_text]:
        return {key: f"{key:%Y-%m}" for key in keys if key is not None}

    return Dimension(code, label, expression, names, ordered=True, month_of=path)


def by_band(
    code: str,
    label: type_text,
    expression: Callable[[], Any],
    words: Callable[[int], type_text],
    listed: Callable[[Any], Params | None] = _no_params,
) -> Dimension:
    """Bands of a number: ``expression`` gives the whole number at which the band of a row begins."""

    def names(keys: Iterable[Any]) -> Mapping[Any, type_text]:
        return {key: words(int(key)) for key in keys if key is not None}

    return Dimension(code, label, expression, names, ordered=True, listed=listed)


def by_code(code: str, label: type_text, path: str) -> Dimension:
    """A column of short codes that speak for themselves, such as a currency."""
    return Dimension(code, label, lambda: F(path), lambda keys: {key: str(key) for key in keys if key})
