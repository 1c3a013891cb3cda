"""What a seller's file lacks against what the post asks for (J-01, J-02). Pure rules: no database, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kexin.core.errors import type_text
from kexin.core.listing import listed
from kexin.people.qualification_policies import QualificationPolicy
from kexin.people.sellers import Certificate, Seller, training_standing


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that the file lacks. ``level`` is bad (may not work so) or warn (to be put in order)."""

    code: str
    text: type_text
    level: str = "bad"


def gaps_of(
    seller: Seller,
    roles: Mapping[str, str],
    on_duty: Mapping[str, Sequence[str]],
    rules: QualificationPolicy,
    class_labels: Mapping[str, str],
    on: dt.date,
) -> list[Gap]:
    """Certificates that the roles held or an authorisation in force ask for and nobody holds; ends; short hours.

    ``roles`` names the roles held today by code, ``class_labels`` the classes of products.
    """
    found: list[Gap] = []
    running = [each for each in seller.certificates if each.runs(on)]
    held = {each.kind for each in running}
    for role, label in roles.items():
        for kind in on_duty.get(role, ()):
            if kind not in held:
                found.append(_missing(kind, label, seller.certificates, rules))
    for product_class in sorted({name for each in seller.authorisations if each.runs(on) for name in each.classes}):
        needed = rules.needed.get(product_class, ())
        if needed and not held & set(needed):
            words = _("Authorised for %(class)s without a certificate in force: %(kinds)s.") % {
                "class": class_labels.get(product_class, product_class),
                "kinds": _names(needed, rules),
            }
            found.append(Gap("authorised_uncertified", words))
    for each in running:
        found += _of_certificate(each, seller, rules, on)
    return found


def _missing(kind: str, role: str, certificates: Iterable[Certificate], rules: QualificationPolicy) -> Gap:
    values = {"role": role, "kind": rules.kind_label(kind)}
    if any(each.kind == kind for each in certificates):
        return Gap("duty_expired", _("%(role)s asks for %(kind)s, which is no longer valid.") % values)
    return Gap("duty_missing", _("%(role)s asks for %(kind)s, which is not recorded.") % values)


def _of_certificate(each: Certificate, seller: Seller, rules: QualificationPolicy, on: dt.date) -> list[Gap]:
    found = []
    longest = max(other.valid_until or dt.date.max for other in seller.certificates if other.kind == each.kind
                   and other.runs(on))  # fmt: skip
    if longest == each.valid_until and (longest - on).days <= rules.warn_days[0]:
        words = _("%(kind)s is valid until %(day)s only.")
        found.append(Gap("ends_soon", words % {"kind": rules.kind_label(each.kind), "day": longest}, "warn"))
    standing = training_standing(each, seller.trainings, rules, on)
    found += [Gap("training_short", reason.text) for reason in standing.reasons]
    found += [Gap("training_short", reason.text, "warn") for reason in standing.warnings]
    return found


def _names(kinds: Iterable[str], rules: QualificationPolicy) -> str:
    return listed(rules.kind_label(kind) for kind in kinds)
