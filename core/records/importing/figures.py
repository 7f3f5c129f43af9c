"""How far an import is, and how it ended."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

from core.kernel.errors import DomainError
from core.kernel.frozen import frozen


@dataclass(slots=True, kw_only=True)
class Figures:
    """Counts of one attempt; ``seen`` is the sum of ``imported``, ``already_there`` and ``refused`` at the end.

    Attributes:
        bytes_total: Size of the file.
        bytes_read: How much of it has been read.
        seen: Traces read.
        imported: Records that this run brought in, in this or an earlier attempt.
        new: Those of them that this attempt brought in.
        already_there: Traces whose records were there before this run.
        refused: Traces that did not become records.
        steps: Steps of the records that this run brought in.
        new_steps: Those of them that this attempt brought in.
        chunks: Chunks that this attempt wrote.
        placeholders: Values that stand for "not known" and were replaced, by path of the rule.
        tenants: Records that this run brought in, by tenant key.
        refusals: Refused traces, by code.
    """

    bytes_total: int = 0
    bytes_read: int = 0
    seen: int = 0
    imported: int = 0
    new: int = 0
    already_there: int = 0
    refused: int = 0
    steps: int = 0
    new_steps: int = 0
    chunks: int = 0
    placeholders: dict[str, int] = field(default_factory=dict[str, int])
    tenants: dict[str, int] = field(default_factory=dict[str, int])
    refusals: dict[str, int] = field(default_factory=dict[str, int])


Progress: TypeAlias = Callable[[Figures], None]
"""Is called with the current figures after every batch and chunk; it must return at once."""

Watch: TypeAlias = Callable[[Figures], Awaitable[None]]
"""Is awaited with the current figures whenever they are written, about once a second."""


@frozen(kw_only=True)
class Imported:
    """How an import ended.

    Attributes:
        run_id: The run, whose row and error report remain.
        attempt: 1 for the first; more where the same log came again with the same mapping.
        figures: The final counts.
        created: Keys of tenants that were created on the way.
        failure: Why the log could not be read to its end; everything before that place was imported.
    """

    run_id: UUID
    attempt: int
    figures: Figures
    created: tuple[str, ...]
    failure: DomainError | None
