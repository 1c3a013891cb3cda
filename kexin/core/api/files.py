"""Tables that leave as files: the formats, and how an endpoint says so."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from kexin.core.export import FORMATS

Format = Annotated[
    Literal["csv", "xlsx", "parquet"],
    Field(description="CSV in UTF-8, an Excel workbook, or Parquet with typed columns", examples=["csv"]),
]
TABLE: dict[str, Any] = {media: {"schema": {"type": "string", "format": "binary"}} for media in FORMATS.values()}
