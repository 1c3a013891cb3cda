"""The door for reading: permission by name, and one access entry where reading is recorded.

``record`` says what the access entry is about: ``"list"`` (how many came is noted by the caller), ``"open"`` (one
customer's file) or nothing for figures and settings. Entries of reading are written outside any transaction of the
reader and do not wait for the disk: losing the last half second at a power cut is accepted (ADR 0006).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from kexin.core import audit, frame
from kexin.core.actor import Actor
from kexin.core.choices import Outcome
from kexin.core.errors import type_text
from kexin.core.operation import Door, register_door

P = ParamSpec("P")
R = TypeVar("R")


def query(
    name: str,
    *,
    label: type_text,
    record: str = "",
    plain: tuple[str, ...] = (),
    open_to_all: bool = False,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function a reading door; the actor is its first argument."""

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def door(*args: P.args, **kwargs: P.kwargs) -> R:
            actor: Any = args[0] if args else kwargs["actor"]
            assert isinstance(actor, Actor)
            outer = frame.current.get()
            if outer is not None:
                return function(*args, **kwargs)
            act = frame.Frame(operation=name, actor=actor, writes=False)
            token = frame.current.set(act)
            try:
                if not (open_to_all or actor.may(name)):
                    refusal = actor.refusal(name)
                    audit.write(act, Outcome.REFUSED, {}, reason=refusal)
                    raise refusal
                result = function(*args, **kwargs)
                if record:
                    audit.find_subject(act, [result])
                    bound = signature.bind_partial(*args, **kwargs).arguments
                    audit.write(act, Outcome.READ, {**audit.masked(bound, plain), **act.notes})
                return result
            finally:
                frame.current.reset(token)

        register_door(Door(name, label, False, function, open_to_all))
        return door

    return wrap
