"""Units from a file: head office, branches and sub-branches, parents before children."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.imports.importable import Batch, Field, Importable, Outcome, register
from kexin.core.imports.runs import set_head_office
from kexin.core.imports.sources import LINE
from kexin.people.choices import UnitKind
from kexin.people.models import OrgUnit

CHANGEABLE = ("name", "name_en", "kind", "opened_on")


def load_units(batch: Batch) -> Outcome:
    """Insert or change units one by one (there are hundreds): a unit's path needs its parent's."""
    outcome = Outcome()
    known = {unit.code: unit for unit in OrgUnit.objects.select_for_update().all()}
    seen: dict[str, dict[str, object]] = {}
    for row in batch.table.to_pylist():
        line = row.pop(LINE)
        code, parent_code = row["code"], row.get("parent")
        if code in seen:
            if seen[code] == row:
                outcome.unchanged += 1
            else:
                outcome.refuse(line, "code", code, "repeated")
            continue
        seen[code] = row
        parent = known.get(parent_code) if parent_code else None
        if parent_code and (parent is None or parent_code == code):
            outcome.refuse(line, "parent", str(parent_code)[:80], "reference")
            continue
        values = {
            name: row[name] if row[name] is not None or name == "opened_on" else ""
            for name in CHANGEABLE
            if name in row
        }
        unit = known.get(code)
        if unit is None:
            unit = OrgUnit(code=code, parent=parent, path=f"new/{code}/", **values)
            unit.save(force_insert=True)
            unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
            unit.save(update_fields=["path"])
            known[code] = unit
            outcome.created += 1
        elif changed := [name for name, value in values.items() if getattr(unit, name) != value]:
            for name in changed:
                setattr(unit, name, values[name])
            unit.version += 1
            unit.save(update_fields=[*changed, "version"])
            outcome.updated += 1
        else:
            outcome.unchanged += 1
    return outcome


def head_office() -> int | None:
    """The unit at the top of the tree."""
    return OrgUnit.objects.filter(parent=None, closed_on=None).order_by("pk").values_list("pk", flat=True).first()


register(
    Importable(
        code="people.unit",
        label=_("Units"),
        key=("code",),
        load=load_units,
        fields=(
            Field(
                name="code", label=_("code"), required=True, max_length=20, aliases=("unit_id", "机构号", "机构代码")
            ),
            Field(name="name", label=_("name"), required=True, max_length=80, aliases=("机构名称", "名称")),
            Field(name="name_en", label=_("English name"), max_length=80),
            Field(
                name="kind",
                label=_("kind"),
                kind="choice",
                required=True,
                choices=tuple(UnitKind.values),
                aliases=("机构类型",),
            ),
            Field(
                name="parent",
                label=_("superior unit"),
                kind="reference",
                max_length=20,
                refers_to="people.unit",
                aliases=("上级机构",),
            ),
            Field(name="opened_on", label=_("opened on"), kind="date"),
        ),
    )
)
set_head_office(head_office)
