"""Sales of the past on their way into the database: opinions, sales, gates, signatures, orders, facts of the timeline.

A sale comes in open and is brought to where it stands after its gates: the triggers of the sales floor look at every
row. Signatures are certified for the moment they were made at; their time stamps tell the truth, the time of loading.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any, Final

from kexin.core.imports.staging import copy_text, line, server
from kexin.core.policy import in_force
from kexin.products.models import TextVersion
from kexin.project.demo.past_rows import Facts, json_text, reserve
from kexin.project.demo.recorded import bring_recordings
from kexin.project.demo.sale_calls import bring_return_calls, follow_sales
from kexin.project.demo.sale_story import SaleStory, drawn_name
from kexin.sales.adapters.authority.local import establish
from kexin.sales.choices import Gate, Party
from kexin.sales.material import questions_for, texts_for
from kexin.sales.models import ReturnCall, Sale, Signature, SignatureDrawing
from kexin.sales.operations.confirming import statements
from kexin.sales.operations.signing import documents_of
from kexin.sales.rules import BY_CUSTOMER
from kexin.sales.sale_policies import SalePolicy
from kexin.sales.signatures.choices import ProofMethod
from kexin.sales.signatures.drawing import read_drawing
from kexin.sales.signatures.signing import Proof, signature_of, stamp
from kexin.suitability.matching.facts import MatchFacts, as_json
from kexin.suitability.matching.operations import stored
from kexin.suitability.matching.policies import MatchingPolicy
from kexin.suitability.matching.rules import Verdict

CORE: Final = "demonstration"
SYSTEM: Final = "clock.orders"
DECISION = (
    "id", "customer_id", "product_id", "purpose", "channel", "amount", "outcome", "refusals", "conditions", "checks",
    "facts", "policy_id", "seller_id", "decided_on", "decided_at", "decided_by",
)  # fmt: skip
SALE = (
    "id", "sale_no", "customer_id", "product_id", "unit_id", "seller_post_id", "seller_id", "amount", "currency",
    "channel", "staff_took_part", "state", "round", "needed", "decision_no", "policies", "reason", "opened_at",
    "opened_on", "lapses_on", "closed_at", "version",
)  # fmt: skip
GATE = ("sale_id", "round", "gate", "at", "by", "party", "evidence")
ORDER = (
    "id", "sale_id", "customer_id", "round", "side", "order_no", "amount", "currency", "state", "core", "core_no",
    "attempts", "next_at", "problem", "made_at", "made_by", "made_on", "expected_on", "taken_at", "ended_at",
    "confirmed_amount", "confirmed_units", "confirmed_price", "value_on",
)  # fmt: skip
ANSWER = ("order_id", "order_no", "kind", "effect", "content", "source", "at")
_STAND = (
    "UPDATE sales_sale s SET state = v.state, reason = v.reason, closed_at = v.closed_at, version = s.version + v.gates"
    " FROM jsonb_to_recordset(%s::jsonb) AS v(id bigint, state text, reason text, closed_at timestamptz, gates int)"
    " WHERE s.id = v.id"
)


class Opinions:
    """Matching opinions, numbered and written in the order of time."""

    def __init__(self, facts: Facts, rules: MatchingPolicy) -> None:
        self._facts, self._rules = facts, rules
        self._rows: list[bytes] = []

    def give(self, asked: MatchFacts, verdict: Verdict, product: str, at: dt.datetime, by: str) -> int:
        """Keep an opinion; its number."""
        number = reserve("suitability_suitabilitydecision", 1)
        kept = stored(verdict, self._rules)
        ask = asked.ask
        self._rows.append(
            line(
                (
                    number, asked.customer.customer_id, asked.product.product_id, ask.purpose.value,
                    ask.channel.value, ask.amount, kept["outcome"].value, json_text(kept["refusals"]),
                    json_text(kept["conditions"]), json_text(kept["checks"]), json_text(as_json(asked)),
                    self._rules.policy_version, asked.seller.employee_id, ask.on, at, by,
                )
            )
        )  # fmt: skip
        told = {"product": product, "purpose": ask.purpose.value, "outcome": kept["outcome"].value}
        self._facts.tell(at, "suitability.SuitabilityDecided", asked.customer.customer_id, str(number), told, by)
        return number

    def write(self) -> int:
        """Bring them in; how many."""
        copy_text("suitability_suitabilitydecision", DECISION, [b"".join(self._rows)])
        return len(self._rows)


def bring_sales(stories: Sequence[SaleStory], facts: Facts, opinions: Opinions) -> dict[str, int]:
    """Write the sales in the order in which they began; how many rows of what. Inside the operation that loads."""
    stories = sorted(stories, key=lambda each: each.began)
    if not stories:
        return {}
    first = reserve("sales_sale", len(stories))
    rules = in_force(SalePolicy)
    numbered = {first + place: story for place, story in enumerate(stories)}
    sales, early, decided = [], [], {}
    for pk, story in numbered.items():
        by = story.selling.employee.staff_no
        before = story.began - dt.timedelta(minutes=2)
        decided[pk] = opinions.give(story.facts, story.verdict, story.product.name, before, by)
        sales.append(_sale(pk, story, decided[pk], rules))
        opened = {"sale_id": pk, "product": story.product.name, "amount": str(story.amount)}
        facts.tell(story.began, "sales.SaleOpened", story.customer.pk, sale_no(pk, story), opened, by)
        early += [
            _gate(pk, story, gate, _early_evidence(story, gate, decided[pk]), facts)
            for gate in story.passed()
            if gate < Gate.SIGNED
        ]
    opinions_written = opinions.write()
    copy_text("sales_sale", SALE, [b"".join(sales)])
    copy_text("sales_salegate", GATE, [b"".join(early)])
    signatures, calls, recorded = _sign(numbered), bring_return_calls(numbered), bring_recordings(numbered, facts)
    late, orders, answers = [], [], []
    again = Opinions(facts, in_force(MatchingPolicy))
    order = reserve("sales_order", len(stories))
    for place, (pk, story) in enumerate(numbered.items()):
        by = story.selling.employee.staff_no
        second = 0
        if story.last >= Gate.SENT or story.second is not None:
            asked, verdict = story.second or (story.facts, story.verdict)
            moment = story.at(Gate.SENT)
            second = again.give(asked, verdict, story.product.name, moment, by)
        for gate in story.passed():
            if gate >= Gate.SIGNED:
                evidence = (
                    recorded[pk].evidence
                    if gate == Gate.RECORDED
                    else _late_evidence(pk, story, gate, signatures.get(pk), calls.get(pk), second)
                )
                late.append(_gate(pk, story, gate, evidence, facts))
        if story.last >= Gate.SENT:
            orders.append(_order(order + place, pk, story))
            answers.append(_answer(order + place, pk, story))
            _tell_order(order + place, pk, story, facts)
        if story.closed is not None:
            ended = {"sale_id": pk, "state": story.state, "reason": story.reason}
            facts.tell(story.closed, "sales.SaleClosed", story.customer.pk, sale_no(pk, story), ended, by)
    opinions_written += again.write()
    copy_text("sales_salegate", GATE, [b"".join(late)])
    copy_text("sales_order", ORDER, [b"".join(orders)])
    copy_text("sales_orderanswer", ANSWER, [b"".join(answers)])
    server().execute(_STAND, [json.dumps([_stands(pk, story) for pk, story in numbered.items()])])
    follow_sales(numbered, calls, rules)
    told = {"sales": len(stories), "orders": len(orders), "opinions": opinions_written}
    return told | {"recordings": len(recorded)}


def sale_no(pk: int, story: SaleStory) -> str:
    """As the opening of a sale numbers it."""
    return f"S{story.day.year}{pk:08d}"


def _sale(pk: int, story: SaleStory, decision: int, rules: SalePolicy) -> bytes:
    return line(
        (
            pk, sale_no(pk, story), story.customer.pk, story.product.pk, story.selling.unit, story.selling.post,
            story.selling.employee.pk, story.amount, story.product.currency, story.channel.value, story.staff,
            "open", 1,
            "{" + ",".join(str(each) for each in sorted(story.needed)) + "}", decision,
            json_text({"sales.sale": rules.policy_version}), "", story.began, story.day,
            story.day + dt.timedelta(days=rules.sale_days), None, 1,
        )
    )  # fmt: skip


def _stands(pk: int, story: SaleStory) -> dict[str, Any]:
    closed = story.closed.isoformat() if story.closed else None
    return {"id": pk, "state": story.state, "reason": story.reason, "closed_at": closed, "gates": len(story.passed())}


def _gate(pk: int, story: SaleStory, gate: Gate, evidence: dict[str, Any], facts: Facts) -> bytes:
    at, by, party = story.at(gate), _by(story, gate), _party(gate)
    told = {"sale_id": pk, "gate": int(gate), "party": party.value}
    facts.tell(at, "sales.GatePassed", story.customer.pk, sale_no(pk, story), told, by)
    return line((pk, 1, int(gate), at, by, party.value, json_text(evidence)))


def _party(gate: Gate) -> Party:
    if gate in BY_CUSTOMER:
        return Party.CUSTOMER
    return Party.SYSTEM if gate == Gate.EXECUTED else Party.STAFF


def _by(story: SaleStory, gate: Gate) -> str:
    if gate in BY_CUSTOMER:
        return f"customer.{story.customer.customer_no}"
    if gate in (Gate.APPROVED, Gate.FOLLOWED_UP):
        return story.selling.head
    return SYSTEM if gate == Gate.EXECUTED else story.selling.employee.staff_no


def _early_evidence(story: SaleStory, gate: Gate, decision: int) -> dict[str, Any]:
    person, session = story.facts.customer, story.herself().session[:12]
    if gate == Gate.ASSESSED:
        until = person.valid_until.isoformat() if person.valid_until else None
        return {"decision": decision, "grade": person.tolerance, "assessed_until": until}
    if gate == Gate.TOLD:
        return {"decision": decision, "mode": "spoken" if story.staff else "screen"}
    device = " ".join(story.device[name] for name in ("platform", "browser"))
    if gate == Gate.DISCLOSED:
        return {
            "texts": [{"id": each.pk, "version": each.number, "sha256": each.sha256} for each in _texts(story)],
            "language": "zh",
            "seconds": story.seconds,
            "answers": {each.code: each.right for each in questions_for(story.product)},
            "device": device,
            "session": session,
        }
    return {
        "confirmed": list(statements([each.code for each in story.verdict.conditions])),
        "amount": str(story.amount),
        "currency": story.product.currency,
        "device": device,
        "session": session,
        "at": story.at(gate).isoformat(timespec="seconds"),
    }


def _texts(story: SaleStory) -> list[TextVersion]:
    return texts_for(story.product, "zh")


def _late_evidence(
    pk: int, story: SaleStory, gate: Gate, signature: Signature | None, call: ReturnCall | None, second: int
) -> dict[str, Any]:
    if gate == Gate.SIGNED and signature is not None:
        return {"signature": signature.pk, "kind": signature.kind, "drawing": signature.drawing_digest}
    if gate == Gate.APPROVED:
        return {"note": "已致电客户核实，同意。"}
    if gate == Gate.SENT:
        return {"decision": second}
    if gate == Gate.EXECUTED:
        number = f"{sale_no(pk, story)}-1"
        return {"order": number, "core": f"D{number}", "amount": str(story.amount)}
    assert call is not None
    return {"call": call.pk, "result": call.outcome, "contradicted": call.contradicted, "by": call.finished_by}


def _sign(numbered: dict[int, SaleStory]) -> dict[int, Signature]:
    """The customers' signatures under what they confirmed, and their drawings under the customers' keys."""
    signed = {pk: story for pk, story in numbered.items() if story.last >= Gate.SIGNED}
    if not signed:
        return {}
    establish(min(story.began for story in signed.values()) - dt.timedelta(days=30))
    rows = Sale.objects.select_related("customer__party", "product").in_bulk(list(signed))
    made, drawings = {}, []
    for pk, story in signed.items():
        drawn = read_drawing(json.dumps(drawn_name(story.customer.pk)))
        proof = Proof(ProofMethod.APP, f"app-{pk:08d}", session=story.herself().session, device=story.device)
        made[pk] = signature_of(
            rows[pk], actor=story.herself(), drawn=drawn, documents=documents_of(rows[pk]), proof=proof,
            at=story.at(Gate.SIGNED),
        )  # fmt: skip
        drawings.append((pk, drawn.text))
    Signature.objects.bulk_create(made.values())
    SignatureDrawing.objects.bulk_create(
        SignatureDrawing(signature=made[pk], key_id=rows[pk].customer.party.key_id, strokes=text)
        for pk, text in drawings
    )
    for signature in made.values():
        stamp(signature)
    return made


def _order(number: int, pk: int, story: SaleStory) -> bytes:
    order_no, sent, done = f"{sale_no(pk, story)}-1", story.at(Gate.SENT), story.at(Gate.EXECUTED)
    units = story.units if story.units is not None else story.amount
    return line(
        (
            number, pk, story.customer.pk, 1, "buy", order_no, story.amount, story.product.currency, "confirmed", CORE,
            f"D{order_no}", 1, sent, "", sent, story.selling.employee.staff_no, story.day,
            story.day + dt.timedelta(days=1), sent, done, story.amount, units, round(story.amount / units, 6),
            story.day,
        )
    )  # fmt: skip


def _answer(number: int, pk: int, story: SaleStory) -> bytes:
    order_no = f"{sale_no(pk, story)}-1"
    content = {
        "order_no": order_no,
        "kind": "confirmed",
        "core_no": f"D{order_no}",
        "amount": str(story.amount),
        "units": str(story.units if story.units is not None else story.amount),
        "value_on": story.day.isoformat(),
    }
    return line((number, order_no, "confirmed", "confirm", json_text(content), CORE, story.at(Gate.EXECUTED)))


def _tell_order(number: int, pk: int, story: SaleStory, facts: Facts) -> None:
    about, order_no = {"order_id": number, "sale_no": sale_no(pk, story)}, f"{sale_no(pk, story)}-1"
    by = story.selling.employee.staff_no
    facts.tell(story.at(Gate.SENT), "sales.OrderSent", story.customer.pk, order_no, about, by)
    done = {**about, "amount": str(story.amount), "currency": story.product.currency}
    facts.tell(story.at(Gate.EXECUTED), "sales.OrderConfirmed", story.customer.pk, order_no, done, SYSTEM)
