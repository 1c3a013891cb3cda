"""How a case is shown: chips, step bar, both rulers, who has a part in it, what stands in the way of the next step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t

from kexin.core.actor import Actor
from kexin.core.fields import Forgotten
from kexin.core.masking import mask_contact, mask_name
from kexin.core.policy import in_force
from kexin.core.ui.numbers import exact
from kexin.party.models import Customer
from kexin.party.naming import shown_name
from kexin.people.queries import names_of, post_labels
from kexin.sales.models import Sale, SalesRecording
from kexin.sales.recordings.choices import RecordingState
from kexin.service.choices import Channel, ClockState, Reaction
from kexin.service.complaints.choices import FORWARDED, STEPS, ComplaintEntryKind, ComplaintState, Grade, SubjectKind
from kexin.service.complaints.policies import ComplaintPolicy, parse_grading
from kexin.service.complaints.queries import VIEW, ComplaintFile
from kexin.service.complaints.receiving import SPOKEN
from kexin.service.complaints.record import rules_of
from kexin.service.models import Complaint, ComplaintGroup, Settlement
from kexin.service.queries import ClockShown
from kexin.service.ui.complaint_acts import Around, possible
from kexin.service.ui.complaint_next import blockers, letter_facts, letter_needs, opened_letter
from kexin.service.ui.complaint_words import step_label
from kexin.service.ui.countdown import countdown

LEVEL = {
    ComplaintState.ACCEPTED: "warn",
    ComplaintState.CONFIRMING: "good",
    ComplaintState.CLOSED: "good",
    ComplaintState.ARCHIVED: "quiet",
    ComplaintState.WITHDRAWN: "quiet",
    ComplaintState.MERGED: "quiet",
}
GRADES = {Grade.MAJOR.value: "bad", Grade.URGENT.value: "warn"}
DOT = {
    ComplaintEntryKind.ASKED.value: "calm",
    ComplaintEntryKind.TOLD.value: "good",
    ComplaintEntryKind.NOTE.value: "warn",
}


def state_chip(row: Complaint) -> SafeString:
    level = LEVEL.get(ComplaintState(row.state), "calm")
    return format_html('<span class="chip {}">{}</span>', level, row.get_state_display())


def grade_chip(row: Complaint) -> SafeString:
    return format_html('<span class="chip {}">{}</span>', GRADES.get(row.grade, "quiet"), row.get_grade_display())


def ruler(ticking: bool, due: dt.datetime, now: dt.datetime) -> SafeString | str:
    """The time left on a ruler; a dash where none runs."""
    return countdown(due, now) if ticking else "–"


def takes_part(actor: Actor, row: Complaint) -> bool:
    """Contact, officer and investigator read names and telephones whole."""
    return bool({row.contact_post_id, row.officer_post_id, row.investigator_post_id} & set(actor.post_ids))


def whose(actor: Actor, row: Complaint) -> str:
    """Who complains, as this reader may read it."""
    if row.customer is not None:
        return shown_name(actor, row.customer)
    name = row.complainant_name
    if isinstance(name, Forgotten) or not name:
        return str(name or "")
    return str(name) if takes_part(actor, row) else mask_name(name)


def _reached(actor: Actor, row: Complaint, value: str | None) -> str:
    if not value or isinstance(value, Forgotten):
        return str(value or "")
    return str(value) if takes_part(actor, row) else mask_contact(value)


def _steps(row: Complaint) -> list[tuple[str, str]]:
    """Steps with their state on the bar: done, on, or still to come."""
    here = STEPS.index(row.state) if row.state in STEPS else len(STEPS)
    last = row.state == ComplaintState.ARCHIVED
    return [
        (str(ComplaintState(code).label), "done" if place < here or last else "on" if place == here else "")
        for place, code in enumerate(STEPS)
    ]


def _clocks(clocks: list[ClockShown], now: dt.datetime) -> list[tuple[ClockShown, Any]]:
    return [
        (each, countdown(each.clock.due_at, now) if each.clock.state == ClockState.RUNNING else "") for each in clocks
    ]


def case_context(actor: Actor, file: ComplaintFile) -> dict[str, Any]:
    """All that the page of a case draws."""
    row, now = file.row, timezone.now()
    rules, own = in_force(ComplaintPolicy), rules_of(row)
    labels = post_labels({row.contact_post_id, row.officer_post_id, row.investigator_post_id or 0})
    who = names_of(
        {each.by for each in file.entries} | set(row.accused) | {row.graded_by, row.found_by, row.mandate_by}
    )
    around = Around.of(row)
    acts = possible(row, actor, around)
    facets = {name: rules.facet(name) for name in ("places", "businesses", "causes")}
    reachable = row.customer_id is not None and (
        Customer.objects.visible_to(actor, "party.view_customer").filter(pk=row.customer_id).exists()
    )

    def facet(name: str, code: str) -> str:
        return facets[name][code].label if code in facets[name] else code

    return {
        "title": row.complaint_no,
        "row": row,
        "state": state_chip(row),
        "grade": grade_chip(row),
        "steps": _steps(row),
        "ours": _clocks(file.clocks, now),
        "legal": _clocks(file.legal, now),
        "entries": [
            (
                each,
                DOT.get(each.kind, ""),
                step_label(each.step) if each.step else each.kind_label,
                str(Channel(each.channel).label) if each.channel else "",
                str(Reaction(each.reaction).label) if each.reaction else "",
                "" if each.by.startswith("customer.") else who.get(each.by, each.by),
                each.complaint_id != row.pk,
            )
            for each in file.entries
        ],
        "our_heading": _t("Our limits"),
        "legal_heading": _t("Limits set by law"),
        "links": _beside(file),
        "joined": file.joined,
        "group": _group(actor, row),
        "blockers": blockers(row, around),
        "letter": opened_letter(around),
        "letter_facts": letter_facts(around),
        "missing": letter_needs(around) if row.state == ComplaintState.HANDLING else [],
        "extensions": list(row.extensions.order_by("pk")),
        "review": around.review,
        "settlement": around.settlement,
        "paper": _paper(around.settlement, who),
        "settlement_amount": exact(around.settlement.amount) if around.settlement else "",
        "remedies": list(row.remediations.select_related("owner_unit").order_by("pk")),
        "main_acts": [each for each in acts if each.main],
        "other_acts": [each for each in acts if not each.main],
        "whose": whose(actor, row),
        "phone": _reached(actor, row, row.complainant_phone),
        "email": _reached(actor, row, row.complainant_email),
        "agent": whose_agent(actor, row),
        "agent_phone": _reached(actor, row, row.representative_phone),
        "customer_url": reverse("party:customer", args=[row.customer_id]) if reachable else "",
        "contact": labels.get(row.contact_post_id, ""),
        "officer": labels.get(row.officer_post_id, ""),
        "investigator": labels.get(row.investigator_post_id or 0, ""),
        "accused": [who.get(each, each) for each in row.accused],
        "graded_by": who.get(row.graded_by, row.graded_by),
        "found_by": who.get(row.found_by, row.found_by),
        "signs": [each.label for each in parse_grading(own.grading) if each.code in row.grade_reasons],
        "place": facet("places", row.place),
        "business": facet("businesses", row.business),
        "causes": [facet("causes", code) for code in row.causes],
        "sale": _sale(actor, row),
        "amount": exact(row.amount) if row.amount is not None else "",
        "forwarded": row.source in FORWARDED,
        "channels": SPOKEN,
        "reactions": Reaction.choices,
        "may_contact": row.is_open and actor.may("service.record_complaint_contact"),
        "may_note": actor.may("service.note_complaint"),
        "may_phrases": row.is_open and actor.may("service.view_articles"),
    }


def _paper(settled: Settlement | None, who: Mapping[str, str]) -> str:
    """Who recorded a copy signed on paper, and who confirmed it."""
    if settled is None or not settled.paper_by:
        return ""
    recorded = _t("copy recorded by %(name)s") % {"name": who.get(settled.paper_by, settled.paper_by)}
    if not settled.paper_confirmed_by:
        return recorded
    other = who.get(settled.paper_confirmed_by, settled.paper_confirmed_by)
    return recorded + " · " + _t("confirmed by %(name)s") % {"name": other}


def _beside(file: ComplaintFile) -> list[tuple[str, Complaint]]:
    """Every other case once, with all that it has in common with this one; what was joined with it stands elsewhere."""
    found: dict[int, tuple[list[str], Complaint]] = {}
    joined = {each.pk for each in file.joined} | {file.row.joined_into_id}
    for each in file.links:
        other = each.earlier if each.complaint_id == file.row.pk else each.complaint
        if other.pk not in joined:
            found.setdefault(other.pk, ([], other))[0].append(str(each.get_kind_display()))
    return [(" · ".join(kinds), other) for kinds, other in found.values()]


def _group(actor: Actor, row: Complaint) -> ComplaintGroup | None:
    """The group complaint in which the case stands, for a reader who may open it."""
    seen = ComplaintGroup.objects.visible_to(actor, VIEW)
    return seen.filter(members__complaint=row, members__left_at=None).first()


def _sale(actor: Actor, row: Complaint) -> tuple[str, list[str]] | None:
    """Addresses of the sale complained about and of its recordings, for a reader who may open them."""
    if row.subject_kind != SubjectKind.SALE:
        return None
    sale = Sale.objects.visible_to(actor, "sales.view_sales").filter(sale_no=row.subject_no).first()
    if sale is None:
        return None
    seen = SalesRecording.objects.visible_to(actor, "sales.view_recordings")
    done = seen.filter(sale=sale, state=RecordingState.DONE).order_by("pk").values_list("pk", flat=True)
    return reverse("sales:sale", args=[sale.pk]), [reverse("recordings:one", args=[pk]) for pk in done]


def whose_agent(actor: Actor, row: Complaint) -> str:
    """Who speaks for the complainant, as this reader may read it."""
    name = row.representative_name
    if not name or isinstance(name, Forgotten):
        return str(name or "")
    return str(name) if takes_part(actor, row) else mask_name(name)
