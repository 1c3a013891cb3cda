"""Finding the files of a profile and looking through each of them, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from kexin.core.imports.importable import Importable, importables
from kexin.core.imports.profile import FilePart, Profile
from kexin.core.imports.reasons import BadFile
from kexin.core.imports.sources import FileFacts, Limits, examine
from kexin.core.policies import ImportPolicy
from kexin.core.policy import in_force


@dataclass(frozen=True, slots=True)
class Source:
    """One part of the profile with the file that was found for it; ``facts`` is None for rows in the profile."""

    part: FilePart
    importable: Importable
    facts: FileFacts | None

    @property
    def label(self) -> str:
        return self.facts.path.name if self.facts else "(profile)"

    @property
    def rows(self) -> int:
        return self.facts.rows if self.facts else len(self.part.rows)


def limits_in_force() -> Limits:
    """The size limits of the policy in force."""
    policy = in_force(ImportPolicy)
    return Limits(policy.largest_upload_mb << 20, policy.largest_unpacked_mb << 20)


def find_sources(profile: Profile, location: Path, limits: Limits) -> list[Source]:
    """Find and look through every file before anything is written."""
    if not location.exists():
        raise BadFile(_("%(place)s does not exist.") % {"place": location})
    found = []
    for part in profile.files:
        importable = importables()[part.target]
        if part.rows:
            found.append(Source(part, importable, None))
            continue
        paths = _paths(part, location)
        if not paths and not part.optional:
            raise BadFile(_("%(file)s is not in %(folder)s.") % {"file": part.file, "folder": location.name})
        for path in paths:
            facts = examine(path, part.format, limits)
            missing = [
                each
                for each in dict.fromkeys(name for column in part.columns for name in column.sources)
                if each not in facts.columns
            ]
            if missing:
                raise BadFile(
                    _("%(file)s has no column “%(missing)s”; it has %(columns)s.")
                    % {"file": path.name, "missing": missing[0], "columns": ", ".join(facts.columns)[:300]}
                )
            found.append(Source(part, importable, facts))
    return found


def _paths(part: FilePart, location: Path) -> list[Path]:
    if location.is_dir():
        return sorted(path for path in location.glob(part.file) if path.is_file())
    return [location] if location.match(part.file) else []
