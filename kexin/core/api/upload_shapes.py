"""What is said and shown while an import is prepared: offers, files, mappings, progress."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from kexin.core.api.shapes import Id, Moment, Page, Shown, Taken

Short = Annotated[str, Field(max_length=200)]


class FieldShown(Shown):
    """A field that a column can feed."""

    name: str = Field(examples=["name"])
    label: str = Field(examples=["Name"])
    kind: str = Field(examples=["text"])
    required: bool
    choices: list[str] = Field(examples=[[]])


class TargetShown(Shown):
    """A kind of record that a file can feed."""

    code: str = Field(examples=["party.customer"])
    label: str = Field(examples=["Customers"])
    fields: list[FieldShown]


class Offers(Shown):
    """Profiles by name, and kinds of record for a mapping of your own."""

    profiles: list[str] = Field(examples=[["berka"]])
    targets: list[TargetShown]


class FileShown(Shown):
    """A file that was brought."""

    name: str = Field(examples=["client.csv"])
    size: int = Field(description="Bytes", examples=[182044])


class FileProgress(Shown):
    """How far a file is, in rows."""

    file: str = Field(examples=["client.csv"])
    target: str = Field(examples=["party.customer"])
    done: int = Field(examples=[5000])
    rows: int = Field(examples=[5369])


class ImportUploadShown(Shown):
    """Files of one import that wait, are being loaded, or were loaded."""

    id: Id
    profile: str = Field(description="Empty: the mapping is your own", examples=[""])
    target: str = Field(examples=["party.customer"])
    files: list[FileShown]
    present: bool = Field(description="The files have not been deleted", examples=[True])
    columns: list[str] = Field(description="Columns found, for a mapping of your own", examples=[["no", "name"]])
    rows: int | None = Field(examples=[5369])
    mapping: dict[str, Any] = Field(examples=[{"source": "core", "columns": {"name": {"from": "name"}}}])
    job: str = Field(description="none, waiting, running or ended", examples=["ended"])
    trial: bool = Field(description="The job asked for last is or was a trial")
    error: str = Field(description="Why the last job stopped", examples=[""])
    progress: list[FileProgress]
    trial_run_id: Id | None = Field(description="The load that the trial was", examples=[7])
    run_id: Id | None = Field(description="The load itself", examples=[8])
    uploaded_by: str = Field(examples=["1006"])
    uploaded_at: Moment


class ImportUploadPage(Page[ImportUploadShown]):
    """Files whose import was not carried out yet, newest first, part of a list."""


class FirstRowsShown(Shown):
    """The first rows of a file; personal values and columns mapped to nothing are masked."""

    columns: list[str] = Field(examples=[["no", "name"]])
    rows: list[list[str]] = Field(examples=[[["1042", "陈**"]]])


class ColumnTaken(Taken):
    """How one field is made: of a column, or one value for all rows; how its codes, dates and amounts read."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    source: Short | None = Field(default=None, alias="from", description="The column", examples=["name"])
    constant: Short | None = Field(default=None, description="One value for all rows", examples=[None])
    translate: dict[Short, Short] = Field(
        default={}, max_length=500, description="Code of the file to code of the field", examples=[{}]
    )
    otherwise: Short | None = Field(default=None, description="For every other code", examples=[None])
    date: Short | None = Field(default=None, description="Form of dates, as in strftime", examples=["%Y-%m-%d"])
    decimal: str | None = Field(default=None, pattern="^[.,]$", description="Decimal sign", examples=["."])

    def spec(self) -> dict[str, Any]:
        """As a profile writes it."""
        return self.model_dump(by_alias=True, exclude_defaults=True)


class MappingTaken(Taken):
    """The source system, and how each field is made."""

    source: str = Field(
        pattern="^[a-z0-9][a-z0-9_-]{0,19}$",
        description="Small letters, digits, hyphens; the same word again finds the same rows again",
        examples=["core"],
    )
    columns: dict[Annotated[str, Field(max_length=60)], ColumnTaken] = Field(
        max_length=200, examples=[{"name": {"from": "name"}}]
    )


class LoadTaken(Taken):
    """A trial writes nothing and reports what would happen."""

    trial: bool = Field(examples=[True])


class ProfileTaken(Taken):
    """The name under which the mapping is kept."""

    name: str = Field(pattern="^[a-z0-9][a-z0-9_-]{0,19}$", examples=["core-customers"])


class ProfileSaved(Shown):
    """The name under which the mapping is kept."""

    name: str = Field(examples=["core-customers"])
