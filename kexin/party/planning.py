"""What a transfer would do before anybody signs: who goes to whom by which rule, and who cannot go and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.choices import ApprovalStatus, Reach
from kexin.core.errors import NotFound, RuleViolation, type_text
from kexin.core.fields import decrypt_rows
from kexin.core.models import Approval, WorkItem
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.party.choices import CustomerStatus, SplitRule
from kexin.party.models import Address, Customer, Party, PortfolioProtection, TransferLine
from kexin.party.operations.portfolio import held_customers
from kexin.party.policies import PoolPolicy
from kexin.party.splitting import Member, split
from kexin.people.choices import EmployeeStatus
from kexin.people.models import Delegation, Employee, Post, PostRole
from kexin.people.queries import held_on, post_labels

PROPOSE, SIGN = "party.propose_transfer", "party.sign_transfer"
MOST = 5_000  # customers in one transfer


@dataclass(slots=True)
class Receiver:
    """A receiving post: what it leads now and what it would get. ``barred`` says why it cannot receive at all."""

    post: Post
    label: str
    held: int
    barred: type_text = ""
    count: int = 0
    assets: Decimal = Decimal(0)
    work: int = 0

    @property
    def after(self) -> int:
        """How many customers it would lead then."""
        return self.held + self.count


@dataclass(slots=True)
class Plan:
    """A transfer as it would be prepared now."""

    giver: Post
    rule: str
    receivers: list[Receiver]
    most: int  # customers of one manager, by policy
    placed: dict[int, int] = field(default_factory=dict)  # customer → receiving post
    assets: dict[int, Decimal] = field(default_factory=dict)  # of each customer that is placed
    stays: list[tuple[Customer, type_text]] = field(default_factory=list)  # who cannot go, and why
    without_room: int = 0
    other_work: int = 0  # open items of the giver that concern none of these customers

    @property
    def total(self) -> Decimal:
        return sum(self.assets.values(), Decimal(0))

    @property
    def possible(self) -> bool:
        return bool(self.placed) and not self.without_room and not any(each.barred for each in self.receivers)


def living(posts: Collection[int]) -> dict[int, Employee]:
    """Post → who holds it today and is in service, with an account that is open or none at all."""
    rows = held_on(business_date()).filter(post__in=posts, post__closed_on=None)
    rows = rows.filter(employee__status=EmployeeStatus.ACTIVE).select_related("employee__user")
    return {row.post_id: row.employee for row in rows if row.employee.user is None or row.employee.user.is_active}


def giver_in_reach(actor: Actor, post_id: int) -> Post:
    """A post whose customers the actor may hand over: one's own, or of one's units."""
    post = Post.objects.select_related("unit__parent").filter(pk=post_id).first()
    if post is None:
        raise NotFound
    for grant in actor.grants_for(PROPOSE):
        own = grant.reach == Reach.PORTFOLIO and grant.post_id == post.pk
        if own or grant.reach == Reach.ALL or post.unit_id in grant.unit_ids:
            return post
    raise NotFound


def receivers_for(giver: Post) -> list[tuple[int, str]]:
    """Held posts that can sign as receivers, in the unit above the giver's and below it, nearest unit first."""
    above = giver.unit.parent.path if giver.unit.parent is not None else giver.unit.path
    able = PostRole.objects.filter(role__grants__operation=SIGN, post__closed_on=None).values("post")
    rows = held_on(business_date()).filter(post__in=able, post__unit__path__startswith=above).exclude(post=giver)
    rows = rows.filter(employee__status=EmployeeStatus.ACTIVE).select_related("employee", "post__unit")
    ordered = sorted(rows, key=lambda row: (row.post.unit_id != giver.unit_id, row.post.unit.path, row.post_id))
    return [
        (row.post_id, f"{row.employee.shown_name} · {row.post.shown_name} · {row.post.unit.shown_name}")
        for row in ordered
    ]


@query(PROPOSE, label=_("Prepare a portfolio transfer"))
def transfer_plan(
    actor: Actor, giver_id: int, receiver_ids: Sequence[int], rule: str, customer_ids: Sequence[int] | None = None
) -> Plan:
    """The preview of a transfer: of some customers of a post, or (``None``) of all of them. Nothing is stored."""
    return plan(giver_in_reach(actor, giver_id), receiver_ids, rule, customer_ids)


def plan(giver: Post, receiver_ids: Sequence[int], rule: str, customer_ids: Sequence[int] | None) -> Plan:
    """Work a transfer out. Raises RuleViolation for receivers or a rule that do not exist."""
    if rule not in SplitRule.values:
        raise RuleViolation(fields={"rule": _("Choose a rule of division.")})
    wanted = list(dict.fromkeys(receiver_ids))
    posts = {post.pk: post for post in Post.objects.filter(pk__in=wanted).select_related("unit")}
    if not wanted or len(posts) != len(wanted):
        raise RuleViolation(fields={"receivers": _("Choose who receives the customers.")})
    rows = Customer.objects.exclude(status__in=(CustomerStatus.CLOSED, CustomerStatus.MERGED))
    rows = rows.filter(lead_post=giver) if customer_ids is None else rows.filter(pk__in=customer_ids)
    customers = list(rows.order_by("pk")[: MOST + 1])
    if len(customers) > MOST:
        raise RuleViolation(_("At most %(count)s customers go in one transfer.") % {"count": MOST})
    most = in_force(PoolPolicy).most_customers
    made = Plan(giver, rule, _receivers(giver, [posts[pk] for pk in wanted]), most)
    reasons = _reasons(giver, customers)
    made.stays = [(each, reasons[each.pk]) for each in customers if each.pk in reasons]
    going = [each for each in customers if each.pk not in reasons]
    rooms = {each.post.pk: 0 if each.barred else most - each.held for each in made.receivers}
    made.placed = split(rule, _members(rule, going), rooms)
    made.without_room = len(going) - len(made.placed)
    made.assets = {each.pk: each.assets for each in going if each.pk in made.placed}
    _count(made)
    return made


def _receivers(giver: Post, posts: Sequence[Post]) -> list[Receiver]:
    ids = [post.pk for post in posts]
    labels, held, alive = post_labels(ids), held_customers(ids), living([*ids, giver.pk])
    able = set(PostRole.objects.filter(role__grants__operation=SIGN, post__in=ids).values_list("post_id", flat=True))
    away = set(Delegation.objects.running(business_date()).filter(post__in=ids).values_list("post_id", flat=True))
    found, persons = [], {alive[giver.pk].pk} if giver.pk in alive else set()
    for post in posts:
        barred: type_text = ""
        if post.pk == giver.pk or (post.pk in alive and alive[post.pk].pk in persons):
            barred = _("Giver and receivers are different persons.")
        elif post.pk not in alive:
            barred = _("Nobody holds this post.")
        elif post.pk in away:
            barred = _("On leave: somebody stands in at this post.")
        elif post.pk not in able:
            barred = _("This post leads no customers.")
        if post.pk in alive:
            persons.add(alive[post.pk].pk)
        found.append(Receiver(post, labels.get(post.pk, post.shown_name), held.get(post.pk, 0), barred))
    return found


def _reasons(giver: Post, customers: Sequence[Customer]) -> dict[int, type_text]:
    """Why a customer cannot go, for those who cannot."""
    ids = [each.pk for each in customers]
    found: dict[int, type_text] = {
        each.pk: _("Another post leads this customer.") for each in customers if each.lead_post_id != giver.pk
    }
    found |= dict.fromkeys(
        TransferLine.objects.filter(customer__in=ids, open=True).values_list("customer_id", flat=True),
        _("Part of another transfer that is being signed."),
    )
    found |= dict.fromkeys(in_approval(ids), _("A proposal about this customer awaits its decision."))
    for row in PortfolioProtection.objects.filter(customer__in=ids):
        found[row.customer_id] = _("Protected: %(reason)s") % {"reason": row.reason}
    return found


def in_approval(customer_ids: Sequence[int]) -> set[int]:
    """Those among them about whom a proposal is open."""
    rows = Approval.objects.filter(customer_id__in=customer_ids, status=ApprovalStatus.OPEN)
    return {pk for pk in rows.values_list("customer_id", flat=True) if pk is not None}


def _members(rule: str, customers: Sequence[Customer]) -> list[Member]:
    ids = [each.pk for each in customers]
    areas: dict[int, str] = {}
    languages: dict[int, str] = {}
    if rule == SplitRule.AREA:
        rows = list(Address.objects.filter(party__in=ids).order_by("-pk"))
        decrypt_rows(Address, rows, ("area",))
        areas = {row.party_id: str(row.area or "") for row in rows}
    if rule == SplitRule.LANGUAGE:
        languages = dict(Party.objects.filter(pk__in=ids).values_list("pk", "language"))
    return [
        Member(each.pk, each.assets, each.tier, areas.get(each.pk, ""), languages.get(each.pk, ""))
        for each in customers
    ]


def _count(made: Plan) -> None:
    """What each receiver gets: customers, assets, open work items that travel along."""
    work: dict[int, int] = defaultdict(int)
    other = 0
    for customer_id in (
        WorkItem.objects.open().filter(owner_post_id=made.giver.pk).values_list("customer_id", flat=True)
    ):
        if customer_id in made.placed:
            work[made.placed[customer_id]] += 1
        else:
            other += 1
    made.other_work = other
    by_post = {each.post.pk: each for each in made.receivers}
    for customer_id, post_id in made.placed.items():
        by_post[post_id].count += 1
        by_post[post_id].assets += made.assets[customer_id]
    for each in made.receivers:
        each.work = work[each.post.pk]
