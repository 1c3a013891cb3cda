"""Who acts: a person, a service account, a customer, or the system itself (the clock has a name).

An actor carries *grants*: a role's operations, how far they reach, and from which post. The people floor makes
actors; the core only reads them. Permission is the operation's name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kexin.core.choices import ActorKind, Reach
from kexin.core.errors import NotPermitted, SecondFactorNeeded


@dataclass(frozen=True, slots=True)
class Grant:
    """One role held through one post. ``unit_ids`` is filled for the reaches *unit* and *subtree*."""

    role: str
    operations: frozenset[str]
    reach: Reach
    post_id: int | None = None
    unit_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class StandIn:
    """For whom the actor does work for a time: the absent one's post and staff number, and what the delegation opens.

    ``kinds`` are the kinds of work it covers, none meaning all. ``opens`` are patterns of the operations by which the
    customers of that open work may be read, as the policy of delegation says; the actor's own grants must hold them.
    """

    post_id: int
    absent: str
    label: str
    kinds: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()

    def covers(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something that acts; ``name`` is a staff or account number, fit for the audit.

    ``withheld`` are operations that its posts grant and that wait for a second factor in this session.
    ``customer_id`` is set where the customer acts: whatever the grants, nothing of another customer is in reach.
    """

    kind: ActorKind
    name: str
    user_id: int | None = None
    post_id: int | None = None
    post_ids: tuple[int, ...] = ()
    unit_id: int | None = None
    label: str = ""
    grants: tuple[Grant, ...] = ()
    session: str = ""
    address: str = ""
    methods: frozenset[str] = frozenset()
    withheld: frozenset[str] = frozenset()
    stand_ins: tuple[StandIn, ...] = ()
    customer_id: int | None = None
    everything: bool = field(default=False, repr=False)

    def grants_for(self, operation: str) -> tuple[Grant, ...]:
        """The grants that cover ``operation``: only these count for its scope."""
        if self.everything:
            return (Grant("system", frozenset((operation,)), Reach.ALL),)
        return tuple(grant for grant in self.grants if operation in grant.operations)

    def may(self, operation: str) -> bool:
        """True if any grant covers ``operation``, whatever its reach."""
        return self.everything or any(operation in grant.operations for grant in self.grants)

    def refusal(self, operation: str) -> NotPermitted:
        """What to raise where :meth:`may` said no: it tells a missing second factor from a missing right."""
        return SecondFactorNeeded() if operation in self.withheld else NotPermitted()

    def stands_in_at(self, post_id: int | None, kind: str) -> StandIn | None:
        """The delegation by which the actor does work of this kind at a post of somebody else; None at one's own."""
        if post_id in self.post_ids:
            return None
        return next((each for each in self.stand_ins if each.post_id == post_id and each.covers(kind)), None)

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(grant.role for grant in self.grants))


def system(name: str) -> Actor:
    """The system acting by itself: ``name`` says which clock or job, for example ``clock.documents``."""
    return Actor(kind=ActorKind.SYSTEM, name=name, label=name, everything=True)


def customer(customer_id: int, customer_no: str, operations: Iterable[str], *, session: str, address: str) -> Actor:
    """A customer who acts: these operations and no others, on the own file and no other.

    *session* names the session for the audit (never its secret). The reach of the grant reaches no post and no unit:
    a model is seen by a customer only where its queryset says which column is the customer's.
    """
    grant = Grant("customer", frozenset(operations), Reach.PORTFOLIO)
    return Actor(
        kind=ActorKind.CUSTOMER,
        name=f"customer.{customer_no}",
        label=customer_no,
        grants=(grant,),
        session=session,
        address=address,
        customer_id=customer_id,
    )
