"""One line of the doctor's report."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Finding:
    """One line of the report. ``good`` is None where a thing is absent but not needed for serving."""

    about: str
    good: bool | None
    text: str
    remedy: str = ""

    def line(self) -> str:
        mark = {True: "✓", False: "✗", None: "–"}[self.good]
        return f"{mark} {self.about}: {self.text}" + (f"\n    → {self.remedy}" if self.remedy else "")

    def as_dict(self) -> dict[str, object]:
        return asdict(self)
