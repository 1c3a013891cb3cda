"""A look at the archive of a workbook before anything in it is opened: what it unpacks to, and in which portions.

Reading a sheet streams row by row, so one row is what memory must hold: a part of 35 MB can unpack to one cell of
2.5 GB, well within an honest ratio (measured: 5 GB of memory and 100 s). Every large part is therefore walked through
once by the XML parser, which keeps nothing, and must consist of rows.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from xml.parsers import expat

from django.utils.translation import gettext as _

from kexin.core.imports.reasons import BadFile
from kexin.core.imports.sources import Limits

MOST_RATIO = 200  # XML of sheets packs 10 to 30 times; beyond this only bombs do
MOST_STRINGS = 256 << 20  # openpyxl keeps the shared strings in memory …
MOST_STYLES = 32 << 20  # … and the styles as a tree
LARGEST_ROW = 4 << 20  # bytes of XML; a thousand columns of a hundred characters are a twentieth of it
_CHUNK = 1 << 18
_SHEET_DEPTH = 2  # worksheet / sheetData / row: what calls itself a row elsewhere is none


def check_archive(path: Path, limits: Limits) -> None:
    """Refuse (BadFile) what is no workbook, and archives made to burst. Reading never exceeds the sizes stated here."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_sizes(path, members, limits)
            for each in members:
                if each.file_size > LARGEST_ROW and not each.filename.endswith(("sharedStrings.xml", "styles.xml")):
                    _check_rows(path, archive, each)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise BadFile(_("%(file)s is not an XLSX workbook.") % {"file": path.name}) from error


def _check_sizes(path: Path, members: list[zipfile.ZipInfo], limits: Limits) -> None:
    if "xl/workbook.xml" not in {each.filename for each in members}:
        raise BadFile(_("%(file)s is not an XLSX workbook.") % {"file": path.name})
    packed = sum(each.compress_size for each in members)
    for size, limit in (
        (sum(each.file_size for each in members), limits.largest_unpacked),
        (sum(each.file_size for each in members if each.filename.endswith("sharedStrings.xml")), MOST_STRINGS),
        (sum(each.file_size for each in members if each.filename.endswith("styles.xml")), MOST_STYLES),
    ):
        if size > limit:
            raise BadFile(_("%(file)s unpacks to more than %(limit)s MB.") % {"file": path.name, "limit": limit >> 20})
    unpacked = sum(each.file_size for each in members)
    if unpacked > 10 << 20 and unpacked > MOST_RATIO * max(packed, 1):
        raise BadFile(
            _("%(file)s unpacks to %(ratio)s times its size: this is no honest workbook.")
            % {"file": path.name, "ratio": unpacked // max(packed, 1)}
        )


def _check_rows(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """A large part must be made of rows, none larger than LARGEST_ROW."""
    walk = _Rows()
    fed = 0
    with archive.open(member) as part:
        try:
            while chunk := part.read(_CHUNK):
                walk.parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - walk.last > LARGEST_ROW + _CHUNK:
                    raise BadFile(
                        _("%(file)s has a row of more than %(limit)s MB.")
                        % {"file": path.name, "limit": LARGEST_ROW >> 20}
                    )
            walk.parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise BadFile(_("%(file)s is not a readable XLSX workbook.") % {"file": path.name}) from error


class _Rows:
    """Remembers where the last row ended (bytes of XML)."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.last = 0
        self._depth = 0

    def _start(self, _name: str, _attributes: dict[str, str]) -> None:
        self._depth += 1

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._depth == _SHEET_DEPTH and name.rpartition(":")[2] == "row":
            self.last = self.parser.CurrentByteIndex

    def _doctype(self, *_declaration: object) -> None:
        raise expat.ExpatError("a workbook declares no entities")
