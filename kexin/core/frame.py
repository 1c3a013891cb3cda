"""What one act carries while it runs: whose it is, what it consulted, what it told. One per outermost door."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kexin.core.actor import Actor


@dataclass(slots=True)
class Frame:
    """The running act. ``policies`` maps a policy code to the version consulted; ``events`` are the facts told."""

    operation: str
    actor: Actor
    writes: bool = True
    subject: tuple[str, int] | None = None
    customer_id: int | None = None
    policies: dict[str, int] = field(default_factory=dict)
    events: list[Any] = field(default_factory=list)
    inner: list[str] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)


current: ContextVar[Frame | None] = ContextVar("kexin_frame", default=None)
