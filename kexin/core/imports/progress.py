"""What the worker tells the page about a load under way, in a file beside the uploaded ones: counts, no rows.

A trial is one transaction: its marks in the database show only when it is over.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from kexin.core.imports.storage import uploads_folder
from kexin.core.models import ImportUpload

log = logging.getLogger(__name__)


def _progress_file(upload: ImportUpload) -> Path:
    return uploads_folder() / upload.folder / "progress.json"


def tell_progress(upload: ImportUpload, marks: list[dict[str, Any]]) -> None:
    """Keep how far the files are."""
    path = _progress_file(upload)
    half = path.with_suffix(".half")
    try:
        half.write_text(json.dumps([[each["file"], each["target"], each["done"], each["rows"]] for each in marks]))
        half.replace(path)
    except OSError as error:  # a full disk is no reason to stop a load: the page shows an older figure
        log.warning("progress of upload %s is not told: %s", upload.pk, error.strerror)


def forget_progress(upload: ImportUpload) -> None:
    """Nothing was read yet."""
    _progress_file(upload).unlink(missing_ok=True)


def progress_of(upload: ImportUpload) -> list[tuple[str, str, int, int]]:
    """Per file: name, target, rows done, rows in all."""
    try:
        return [tuple(each) for each in json.loads(_progress_file(upload).read_text())]
    except (OSError, ValueError):
        return []
