"""Names the core shows but does not know: people, posts and customers live on upper floors, which register here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor


def _no_names(_keys: Iterable[object]) -> dict[object, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Delegate:
    """Who does the work of a post at present in place of its holder; ``kinds`` of work, none meaning all."""

    name: str
    kinds: tuple[str, ...] = ()


@dataclass(slots=True)
class _Sources:
    people: Callable[[Iterable[str]], Mapping[str, str]] = _no_names  # type: ignore[assignment]
    posts: Callable[[Iterable[int]], Mapping[int, str]] = _no_names  # type: ignore[assignment]
    delegates: Callable[[Iterable[int]], Mapping[int, list[Delegate]]] = _no_names  # type: ignore[assignment]
    takers: Callable[[Actor, str], list[tuple[int, str]]] = lambda _actor, _operation: []
    posts_of_units: Callable[[Iterable[int]], list[int]] = lambda _units: []
    units: Callable[[], list[tuple[int, str]]] = list
    units_below: Callable[[int], list[int]] = lambda _pk: []
    customers: Callable[[Iterable[int]], Mapping[int, str]] = _no_names  # type: ignore[assignment]
    called: Callable[[Actor, Iterable[int]], Mapping[int, str]] = lambda _actor, _ids: {}
    customer_id: Callable[[str], int | None] = lambda _number: None
    customer_url: Callable[[int], str] = lambda _pk: ""


_sources = _Sources()


def register_names(**sources: Callable[..., object]) -> None:
    """A floor gives what it knows, in ``apps.ready``: see the fields of ``_Sources``."""
    for name, source in sources.items():
        if name not in _Sources.__dataclass_fields__:
            raise ValueError(f"no names called {name}")
        setattr(_sources, name, source)


SYSTEMS: Mapping[str, Promise] = {
    "clock.appointments": _("System: appointments"),
    "clock.calendar": _("System: calendar"),
    "clock.documents": _("System: validity check"),
    "clock.files": _("System: upkeep of files"),
    "clock.messages": _("System: messages"),
    "clock.ownership": _("System: customers without a manager"),
    "clock.rerating": _("System: holders after a re-rating"),
    "clock.review": _("System: review of data"),
    "clock.work": _("System: time limits"),
    "demo.load": _("System: demo data"),
    "import.command": _("Command line"),
    "job.examine_audit": _("System: check of the seal"),
    "kexin": _("Shipped with Kexin"),
    "kexin.defaults": _("Shipped with Kexin"),
    "portal.entrance": _("Entrance of the portal"),
}
CUSTOMERS = "customer."  # a customer who acted, by the customer number


def people(staff_numbers: Iterable[str]) -> Mapping[str, str]:
    """Staff number → name; systems go by what they do; customers say so; service accounts stay without a name."""
    wanted = {each for each in staff_numbers if each}
    customers = {each for each in wanted if each.startswith(CUSTOMERS)}
    known = dict(_sources.people(wanted - SYSTEMS.keys() - customers))
    known |= {each: str(_("The customer in person")) for each in customers}
    return known | {each: str(SYSTEMS[each]) for each in wanted & SYSTEMS.keys()}


def posts(ids: Iterable[int]) -> Mapping[int, str]:
    """Post → who holds it today and its title; posts that are closed or do not exist are missing."""
    return _sources.posts({each for each in ids if each})


def delegates(post_ids: Iterable[int]) -> Mapping[int, list[Delegate]]:
    """Post → who stands in for its holder today; posts whose holder is there are missing."""
    return _sources.delegates({each for each in post_ids if each})


def takers(actor: Actor, operation: str) -> list[tuple[int, str]]:
    """Held posts within the actor's reach for ``operation``, to hand work to."""
    return _sources.takers(actor, operation)


def posts_of_units(unit_ids: Iterable[int]) -> list[int]:
    """All posts of these units."""
    return _sources.posts_of_units(unit_ids)


def units() -> list[tuple[int, str]]:
    """Open units with their names, in the order of the tree."""
    return _sources.units()


def units_below(pk: int) -> list[int]:
    """A unit and all below it, with what was merged into them."""
    return _sources.units_below(pk)


def customers(ids: Iterable[int]) -> Mapping[int, str]:
    """Customer → customer number."""
    return _sources.customers({each for each in ids if each})


def called(actor: Actor, ids: Iterable[int]) -> Mapping[int, str]:
    """Customer → name as this actor may read it; customers out of reach are missing."""
    wanted = {each for each in ids if each}
    return _sources.called(actor, wanted) if wanted else {}


def customer_id(number: str) -> int | None:
    """The customer of a number, whoever asks: for the audit, which is about acts and not about the person."""
    return _sources.customer_id(number)


def customer_url(pk: int) -> str:
    """The customer's page."""
    return _sources.customer_url(pk)
