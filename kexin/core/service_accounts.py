"""Service accounts 服务账号: other systems that act by the API.

Power is granted by two persons: one proposes an account with its operations and reach and is shown the token, once;
the token opens nothing until another person has approved. Revoking needs one person and works at once.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, Grant
from kexin.core.approval import Approvable, propose, register_approvable
from kexin.core.choices import ActorKind, Reach
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import Approval, ServiceAccount, ServiceAccountStatus
from kexin.core.operation import declare_right, doors, operation
from kexin.core.policies import ApiPolicy
from kexin.core.policy import in_force
from kexin.core.query import query

_USED_EVERY = dt.timedelta(minutes=1)  # "last used" is noted no oftener: reading must not write each time
# Powers over powers stay with people: a machine neither grants nor decides.
PEOPLE_ONLY = ("core.propose_service_account", "core.revoke_service_account", "people.propose_", "people.apply_grant")


@dataclass(slots=True)
class Staff:
    """What the people floor knows and the core asks for; it registers in ``apps.ready``."""

    units_of: Callable[[str, int], tuple[int, ...]] = lambda _reach, _unit_id: ()
    grants_of_post: Callable[[int], tuple[Grant, ...]] = lambda _post_id: ()
    check_duties: Callable[[Iterable[str]], None] = lambda _operations: None
    units: Callable[[], list[tuple[int, str]]] = list
    posts: Callable[[], list[tuple[int, str]]] = list


_staff = Staff()


def register_staff(staff: Staff) -> None:
    """The people floor tells how far a unit reaches, what a post may do and what nobody may hold together."""
    global _staff
    _staff = staff


def staff() -> Staff:
    return _staff


def grantable_operations() -> list[str]:
    """Every door a service account can be given."""
    return sorted(
        name
        for name, door in doors.items()
        if not door.open_to_all and not name.startswith(PEOPLE_ONLY) and ".approve_" not in name
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountData:
    """What is proposed. With ``post_id`` the account reaches as far as that post's roles; otherwise as said."""

    name: str
    operations: Sequence[str]
    reach: str
    unit_id: int
    expires_at: dt.datetime
    post_id: int | None = None
    addresses: Sequence[str] = ()


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _check(data: AccountData) -> list[str]:
    """The addresses, normalised. Raises RuleViolation with a sentence per field."""
    fields: dict[str, Any] = {}
    known = set(grantable_operations())
    if not data.name.strip() or len(data.name) > 80:
        fields["name"] = _("A name of at most 80 characters is needed.")
    if not data.operations or set(data.operations) - known:
        fields["operations"] = _("Choose operations that a service account may hold.")
    if (data.reach == Reach.PORTFOLIO) != (data.post_id is not None):
        fields["post_id"] = _("Choose a post, and only for the reach of a portfolio.")
    if data.unit_id not in dict(_staff.units()):
        fields["unit_id"] = _("Choose a unit.")
    if data.post_id is not None and data.post_id not in dict(_staff.posts()):
        fields["post_id"] = _("Choose a post.")
    longest = timezone.now() + dt.timedelta(days=in_force(ApiPolicy).token_days)
    if not timezone.now() < data.expires_at <= longest:
        day = timezone.localtime(longest).date().isoformat()
        fields["expires_at"] = _("Choose a day in the future, not later than %(day)s.") % {"day": day}
    addresses = []
    for text in data.addresses:
        try:
            addresses.append(str(ipaddress.ip_network(text.strip(), strict=False)))
        except ValueError:
            fields["addresses"] = _("“%(text)s” is not an address or network.") % {"text": text[:50]}
    if fields:
        raise RuleViolation(fields=fields)
    _staff.check_duties(data.operations)
    return addresses


@operation(
    "core.propose_service_account",
    label=_("Propose a service account"),
    plain=("data", "reason"),
)
def propose_service_account(*, actor: Actor, data: AccountData, reason: str) -> tuple[ServiceAccount, Approval, str]:
    """Propose an account; the third value is its token, which is never shown again and opens nothing yet."""
    addresses = _check(data)
    code = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    secret = secrets.token_urlsafe(32)
    account = ServiceAccount.objects.create(
        code=code,
        name=data.name.strip(),
        operations=sorted(set(data.operations)),
        reach=data.reach,
        unit_id=data.unit_id,
        post_id=data.post_id,
        addresses=addresses,
        secret_hash=_hash(secret),
        expires_at=data.expires_at,
        proposed_by=actor.name,
    )
    reach = Reach(data.reach).label if data.post_id is None else dict(_staff.posts())[data.post_id]
    approval = propose(
        "core.propose_service_account",
        actor=actor,
        arguments={"account": account.pk},
        summary={
            "service_account": account.name,
            "operations": account.operations,
            "reach": str(reach),
            "unit": dict(_staff.units())[data.unit_id],
            "addresses": addresses,
            "expires_at": timezone.localtime(data.expires_at).date().isoformat(),
        },
        unit_id=data.unit_id,
        reason=reason,
        subject_kind="core.ServiceAccount",
        subject_id=account.pk,
    )
    return account, approval, f"kx_{code}_{secret}"


def _apply(actor: Actor, arguments: dict[str, Any]) -> ServiceAccount:
    account = ServiceAccount.objects.select_for_update().get(pk=arguments["account"])
    _staff.check_duties(account.operations)
    account.status, account.approved_by = ServiceAccountStatus.ACTIVE, actor.name
    account.save(update_fields=["status", "approved_by"])
    return account


def _drop(actor: Actor, arguments: dict[str, Any]) -> None:
    ServiceAccount.objects.filter(pk=arguments["account"]).update(status=ServiceAccountStatus.REJECTED)


def _url(approval: Approval) -> str:
    return reverse("core:service_account", args=[approval.subject_id])


declare_right("core.approve_service_account", _("Approve a service account"))
register_approvable(
    Approvable(
        "core.propose_service_account",
        "core.approve_service_account",
        _("A service account"),
        _apply,
        _drop,
        _url,
    )
)


@operation("core.revoke_service_account", label=_("Revoke a service account"), plain=("reason",))
def revoke_service_account(account_id: int, *, actor: Actor, reason: str) -> ServiceAccount:
    """Shut an account at once: its next request is refused."""
    account = ServiceAccount.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise NotFound
    if not reason.strip():
        raise RuleViolation(fields={"reason": _("Say why.")})
    if account.status != ServiceAccountStatus.ACTIVE:
        raise RuleViolation(_("Only an active account can be revoked."))
    account.status = ServiceAccountStatus.REVOKED
    account.revoked_by, account.revoked_at = actor.name, timezone.now()
    account.save(update_fields=["status", "revoked_by", "revoked_at"])
    return account


@query("core.view_service_accounts", label=_("See service accounts"))
def service_accounts(actor: Actor) -> QuerySet[ServiceAccount]:
    """All service accounts."""
    return ServiceAccount.objects.all()


@query("core.view_service_accounts", label=_("See service accounts"))
def service_account(actor: Actor, pk: int) -> ServiceAccount:
    """One service account."""
    found = ServiceAccount.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def actor_of_token(token: str, address: str) -> Actor | None:
    """Who sends ``token`` from ``address``; None if it is unknown, not approved, expired, revoked or elsewhere."""
    prefix, _mark, rest = token.partition("_")
    code, _mark, secret = rest.partition("_")
    if prefix != "kx" or not code.isascii() or not code.isalnum() or not secret or len(token) > 200:
        return None
    now = timezone.now()
    account = ServiceAccount.objects.filter(code=code, status=ServiceAccountStatus.ACTIVE, expires_at__gt=now).first()
    if account is None or not hmac.compare_digest(bytes(account.secret_hash), _hash(secret)):
        return None
    if account.addresses and not _within(address, account.addresses):
        return None
    if account.last_used_at is None or now - account.last_used_at > _USED_EVERY:
        ServiceAccount.objects.filter(pk=account.pk).update(last_used_at=now)
    return actor_of(account, address)


def actor_of(account: ServiceAccount, address: str = "") -> Actor:
    """The account as an actor, with the powers it has today."""
    return Actor(
        kind=ActorKind.SERVICE,
        name=account.actor_name,
        label=account.name,
        post_id=account.post_id,
        post_ids=(account.post_id,) if account.post_id else (),
        unit_id=account.unit_id,
        grants=_grants(account),
        session=f"token:{account.code}",
        address=address,
    )


def _grants(account: ServiceAccount) -> tuple[Grant, ...]:
    wanted = frozenset(account.operations)
    if account.post_id is None:
        units = _staff.units_of(account.reach, account.unit_id)
        return (Grant("service", wanted, Reach(account.reach), None, units),)
    return tuple(
        Grant(each.role, each.operations & wanted, each.reach, each.post_id, each.unit_ids)
        for each in _staff.grants_of_post(account.post_id)
    )


def _within(address: str, networks: Sequence[str]) -> bool:
    try:
        given = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(given in ipaddress.ip_network(each) for each in networks)
