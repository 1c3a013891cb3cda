"""A table as an answer: the file in the format asked for, streamed, with a name of its own."""

from __future__ import annotations

from django.http import FileResponse, StreamingHttpResponse
from django.utils.timezone import localtime

from kexin.core.actor import Actor
from kexin.core.export import FORMATS, Leaving, csv_lines, parquet_file, xlsx_file


def sent(form: str, table: Leaving, actor: Actor) -> FileResponse | StreamingHttpResponse:
    """The table as ``csv``, ``xlsx`` or ``parquet``."""
    heads = [str(head) for head in table.heads]
    name = f"{table.name}-{localtime():%Y%m%d-%H%M}.{form}"
    if form == "csv":
        response = StreamingHttpResponse(csv_lines(heads, table.rows, actor), content_type=FORMATS["csv"])
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    if form == "xlsx":
        file = xlsx_file(heads, table.rows, actor, str(table.title))
    else:
        file = parquet_file(heads, table.kinds, table.rows, actor, table.name)
    return FileResponse(file, as_attachment=True, filename=name, content_type=FORMATS[form])
