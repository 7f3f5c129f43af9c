"""A look into one's own log before anything is founded for it."""

from itertools import islice
from pathlib import Path
from typing import ClassVar

from core.kernel.errors import DomainError, fact
from core.records.importing.import_log import read_drafts
from core.records.logs.sources import open_log
from core.records.mappings.drafting import RecordDraft
from core.records.mappings.schema import LogMapping

LOOKED_AT = 500
"""Traces that are looked at: enough to know whether a mapping is for a log, and read in no time."""


@fact
class MappingDoesNotFit(DomainError):  # noqa: N818 - errors are facts
    """No trace of the log's beginning becomes a record by the mapping.

    Attributes:
        file: Name of the log.
        looked_at: How many traces were looked at.
        problem: Why the first of them does not.
    """

    file: str
    looked_at: int
    problem: str
    code: ClassVar[str] = "demo.mapping_does_not_fit"

    @property
    def message(self) -> str:
        """Say what was tried."""
        if not self.looked_at:
            return f"{self.file} holds no trace."
        return f"None of the first {self.looked_at} traces of {self.file} becomes a record: {self.problem}"

    @property
    def hint(self) -> str:
        """Say where to read on."""
        return "Compare the log with the mapping file; docs/importing.md describes both."


def standard_in(log: Path, mapping: LogMapping) -> str:
    """Give the code of the standard that a log's first record is judged by.

    Raises:
        LogUnreadable: There is no such file, or it cannot be read.
        LogUnsafe: It holds what no log needs.
        ColumnsMissing: It is a table that lacks a column of the mapping.
        MappingDoesNotFit: None of its first traces becomes a record.
    """
    problem, looked_at = "", 0
    with open_log(log) as stream:
        for one in islice(read_drafts(stream, mapping), LOOKED_AT):
            if isinstance(one, RecordDraft):
                return one.standard_code
            problem, looked_at = problem or one.flaw.message, looked_at + 1
    raise MappingDoesNotFit(file=log.name, looked_at=looked_at, problem=problem)
