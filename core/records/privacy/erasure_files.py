"""The file that carries erasures over a restore: one JSON object a line, and never anything personal."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, Final, cast
from uuid import UUID

import orjson

from core.kernel.errors import DomainError, fact
from core.kernel.frozen import frozen
from core.records.privacy.erase import Why

FORMAT: Final = "touchstone.erasures/1"


@fact
class ErasuresAreUnreadable(DomainError):  # noqa: N818 - errors are facts
    """A file is none of erasures.

    Attributes:
        line: Which line cannot be read, from 1.
    """

    line: int
    code: ClassVar[str] = "privacy.erasures_unreadable"

    @property
    def message(self) -> str:
        """Say where."""
        return f"Line {self.line} is none of a file of the form {FORMAT}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Take the file as `touchstone privacy erasures` wrote it; nothing was erased."


@frozen
class Line:
    """One erasure.

    Attributes:
        tenant: Key of the tenant.
        customer_id: Who was erased.
        why: Why, and when.
    """

    tenant: str
    customer_id: UUID
    why: Why


def first_line(network: str) -> bytes:
    """Write the line that says what the file is."""
    return orjson.dumps({"format": FORMAT, "network": network}) + b"\n"


def line_of(tenant: str, row: Mapping[str, Any]) -> bytes:
    """Write the line of an erasure."""
    told = {
        "tenant": tenant,
        "customer": str(row["id"]),
        "reasonCode": row["reason_code"],
        "legalBasis": row["legal_basis"],
        "erasedAt": row["erased_at"],
    }
    return orjson.dumps(told) + b"\n"


def read_lines(lines: Iterable[bytes], network: str) -> Iterator[Line]:
    """Read a file.

    Raises:
        ErasuresAreUnreadable: It has another form, or is of another network.
    """
    begun = False
    for number, line in enumerate(lines, start=1):
        try:
            told = cast("dict[str, str]", orjson.loads(line))
            if begun:
                why = Why(told["reasonCode"], told["legalBasis"], datetime.fromisoformat(told["erasedAt"]))
                yield Line(told["tenant"], UUID(told["customer"]), why)
            elif (told["format"], told["network"]) != (FORMAT, network):
                raise ErasuresAreUnreadable(line=number)
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise ErasuresAreUnreadable(line=number) from problem
        begun = True
    if not begun:
        raise ErasuresAreUnreadable(line=1)
