"""The truth of a loaded bank as a file beside it: what was planted, under the numbers the database knows."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as parquet

from kexin.project.demo.truth import TRUTH_SCHEMA


def write_truth(simulated: pa.Table, told: list[dict[str, object]], path: Path) -> None:
    """Simulated facts and those that the demo day added; CSV if the name says so, else Parquet."""
    rows = pa.concat_tables([simulated.select(TRUTH_SCHEMA.names), pa.Table.from_pylist(told, schema=TRUTH_SCHEMA)])
    _write(rows, path)


def add_truth(told: list[dict[str, object]], path: Path) -> None:
    """Facts that the demo day added, below those that are in the file."""
    if told:
        before = arrow_csv.read_csv(path) if path.suffix == ".csv" else parquet.read_table(path)
        write_truth(before.cast(TRUTH_SCHEMA), told, path)


def _write(rows: pa.Table, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        arrow_csv.write_csv(rows, path)
    else:
        parquet.write_table(rows, path, compression="zstd")
