"""Rename, split and merge the clauses of a draft."""

from asyncio import to_thread
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import TypeAlias
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.frozen import frozen
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.standards.approve import version_in
from core.standards.draft import predecessor, rewritten
from core.standards.merging.moving import ClausePart, joined, renamed, split
from core.standards.models import StandardVersion
from core.standards.permissions import DRAFT_STANDARDS
from core.standards.policy.content import StandardContent
from core.standards.repository.drafts import read_draft, replace_content
from core.standards.vocabulary import VersionStatus

Edit: TypeAlias = Callable[[StandardContent | None, StandardContent], StandardContent]
"""Makes another draft of one, given the version published before."""


@frozen(kw_only=True)
class RenameClause:
    """Give a clause of a draft another key; ``parameters`` are keys of parameters and what they are from now on."""

    version_id: UUID
    expected_revision: int
    key: str
    new_key: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])


@frozen(kw_only=True)
class SplitClause:
    """Make several clauses of one."""

    version_id: UUID
    expected_revision: int
    key: str
    into: Sequence[ClausePart]


@frozen(kw_only=True)
class MergeClauses:
    """Make one clause of several; ``parameters`` are addresses of parameters and their keys from now on."""

    version_id: UUID
    expected_revision: int
    keys: Sequence[str]
    new_key: str
    text: Mapping[str, str] = field(default_factory=dict[str, str])
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])


async def rename_clause(unit: Unit, command: RenameClause) -> StandardVersion:
    """Rename a clause of a draft; adaptations of it follow once the version is published.

    Raises:
        NotPermitted: The actor may not draft.
        NotFound: There is no such version in this tenant.
        VersionIsElsewhere: It is no draft.
        StaleEdit: It was changed since it was read.
        InvalidInput: The draft would not be well formed, or its moves would contradict each other.
    """
    return await edited(
        unit,
        command.version_id,
        command.expected_revision,
        lambda before, draft: renamed(before, draft, command.key, command.new_key, command.parameters),
    )


async def split_clause(unit: Unit, command: SplitClause) -> StandardVersion:
    """Split a clause of a draft; adaptations of its parameters follow. Raises as ``rename_clause``."""
    return await edited(
        unit,
        command.version_id,
        command.expected_revision,
        lambda before, draft: split(before, draft, command.key, command.into),
    )


async def merge_clauses(unit: Unit, command: MergeClauses) -> StandardVersion:
    """Merge clauses of a draft; adaptations of their parameters follow. Raises as ``rename_clause``."""
    return await edited(
        unit,
        command.version_id,
        command.expected_revision,
        lambda before, draft: joined(before, draft, command.keys, command.new_key, command.text, command.parameters),
    )


async def edited(unit: Unit, version_id: UUID, expected_revision: int, edit: Edit) -> StandardVersion:
    """Write a draft anew as an edit makes it."""
    unit.scope.require(DRAFT_STANDARDS)
    standard, version = await version_in(unit, version_id, VersionStatus.DRAFT, expected_revision)
    before = await predecessor(unit, standard.code)
    content = await to_thread(edit, before, await read_draft(unit, standard.code, version))
    rewritten(unit, standard, version, content)
    standard.revision, standard.recorded_at = standard.revision + 1, version.recorded_at
    await unit.session.flush()
    await replace_content(unit, version.id, content)
    facts = {"code": standard.code, "version_id": version.id, "revision": version.revision}
    await record_act(
        unit,
        action="standards.move_clauses",
        subject_kind="standard_version",
        subject_id=version.id,
        details={**facts, "hash": version.hash},
    )
    await send(unit, "standards.drafted", facts)
    return version
