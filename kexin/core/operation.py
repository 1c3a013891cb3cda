"""The door for writing.

The decorator does what people forget: a durable transaction at the outermost door, the permission (its name), the
actor's name for the history triggers, one audit entry with masked arguments, the policy versions consulted and the
events told; refusals are written too, after the rollback. A door opened inside another door joins it: same
transaction, same authority, noted in the outer entry.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from django.db import connection, transaction

from kexin.core import audit, frame
from kexin.core.actor import Actor
from kexin.core.choices import Outcome
from kexin.core.errors import KexinError, type_text

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Door:
    """What is known of a door: its permanent name, words for people, whether it writes, and the function."""

    name: str
    label: type_text
    writes: bool
    function: Callable[..., Any]
    open_to_all: bool = False

    @property
    def floor(self) -> str:
        return self.name.split(".", 1)[0]


doors: dict[str, Door] = {}


def register_door(door: Door) -> None:
    """Enter a door in the house's list. Readings may share a permission; a writing door's name is its own."""
    known = doors.get(door.name)
    if known is not None and known.writes and door.writes:
        if known.function.__qualname__ != door.function.__qualname__:
            raise RuntimeError(f"two doors are named {door.name}")
    elif known is None or door.writes:
        doors[door.name] = door


def _no_function(*_args: Any, **_kwargs: Any) -> None:
    raise RuntimeError("a right is not a function")


def declare_right(name: str, label: type_text) -> None:
    """A permission without a door of its own, such as the right to approve what another proposes."""
    register_door(Door(name, label, True, _no_function))


def operation(
    name: str, *, label: type_text, plain: tuple[str, ...] = (), open_to_all: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function a writing door.

    ``plain`` names text arguments that hold no personal data and are audited as they are; all other texts are
    audited by their length only. ``open_to_all`` is for what everybody may do with their own things.
    """

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        if signature.parameters.get("actor", None) is None:
            raise TypeError(f"{name}: an operation takes the keyword argument actor")

        @functools.wraps(function)
        def door(*args: P.args, **kwargs: P.kwargs) -> R:
            actor = kwargs["actor"]
            assert isinstance(actor, Actor)
            outer = frame.current.get()
            if outer is not None and outer.writes:
                outer.inner.append(name)
                return function(*args, **kwargs)
            act = frame.Frame(operation=name, actor=actor)
            token = frame.current.set(act)
            arguments = audit.masked(signature.bind_partial(*args, **kwargs).arguments, plain)
            audit.find_subject(act, [*args, *kwargs.values()])
            try:
                with transaction.atomic(durable=True):
                    if not (open_to_all or actor.may(name)):
                        raise actor.refusal(name)
                    _tell_database(act)
                    result = function(*args, **kwargs)
                    audit.find_subject(act, [result])
                    events.flush(act)
                    audit.write(act, Outcome.DONE, {**arguments, **act.notes})
                return result
            except KexinError as refusal:
                audit.write(act, Outcome.REFUSED, arguments, reason=refusal)
                raise
            finally:
                frame.current.reset(token)

        register_door(Door(name, label, True, function, open_to_all))
        return door

    return wrap


def _tell_database(act: frame.Frame) -> None:
    """Name actor and operation to the history triggers, for this transaction only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('kexin.actor', %s, true), set_config('kexin.operation', %s, true)",
            [act.actor.name, act.operation],
        )


from kexin.core import events  # noqa: E402  events emit inside a frame; the two know each other
