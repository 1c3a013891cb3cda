"""The surveys a new installation starts with: stored once; what the institution made of them stays."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import yaml

from kexin.core.policy import SHIPPED
from kexin.service.models import Survey, SurveyVersion
from kexin.service.surveys.choices import SurveyState
from kexin.service.surveys.content import may_be_asked

FOLDER = Path(__file__).with_name("shipped")
BEGINNING = dt.date(1990, 1, 1)


def shipped() -> list[dict[str, Any]]:
    """The documents of the release, by name of file."""
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))]


def load_shipped() -> int:
    """Store those whose trigger nobody has yet; how many."""
    known = set(Survey.objects.values_list("trigger", flat=True))
    made = 0
    for entry in shipped():
        if entry["trigger"] in known:
            continue
        may_be_asked(entry["content"]).enforce()
        row = Survey.objects.create(
            code=entry["code"], trigger=entry["trigger"], name=entry["name"], name_en=entry["name_en"]
        )
        SurveyVersion.objects.create(
            survey=row, number=1, state=SurveyState.APPROVED, content=entry["content"], in_force_from=BEGINNING,
            drafted_by="kexin", approved_by=SHIPPED,
        )  # fmt: skip
        made += 1
    return made


def after_migrate(sender: Any, **_kwargs: Any) -> None:
    """Receiver of ``post_migrate`` of this floor."""
    load_shipped()
