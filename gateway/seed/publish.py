"""Headquarters takes its standards in from their files: an editor writes, an administrator approves."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from core.kernel.scope import Scope
from core.kernel.unit import Unit
from core.standards.approve import ApproveVersion, SubmitVersion, approve_version, submit_version
from core.standards.exchange.policy import read_file
from core.standards.exchange.repository import own_by_number
from core.standards.exchange.take_in import ImportStandard, import_standard
from core.standards.models import StandardVersion
from core.standards.policy.content import StandardContent
from core.standards.publish import PublishVersion, publish_version
from core.standards.vocabulary import VersionStatus
from gateway.cli.operator import Operator

Command = TypeVar("Command")
Result = TypeVar("Result")


async def act(
    at: Operator, scope: Scope, use_case: Callable[[Unit, Command], Awaitable[Result]], command: Command
) -> Result:
    """Carry out one use case in a transaction of its own."""
    async with at.database.unit(scope, clock=at.clock, directory=at.directory) as unit:
        return await use_case(unit, command)


async def publish_document(at: Operator, editor: Scope, administrator: Scope, document: str, since: datetime) -> bool:
    """Bring a standard from its file to its publication, from wherever an earlier run left it.

    Args:
        at: What to work with.
        editor: Writes and publishes.
        administrator: Approves.
        document: The file's text.
        since: Since when it holds.

    Returns:
        Whether anything was left to do.
    """
    content = read_file(document).content
    version = await act(at, editor, stored, content)
    if version is None:
        version = await act(at, editor, import_standard, ImportStandard(document=document))
    elif version.status not in {VersionStatus.DRAFT, VersionStatus.IN_REVIEW, VersionStatus.APPROVED}:
        return False
    if version.status == VersionStatus.DRAFT:
        submit = SubmitVersion(version_id=version.id, expected_revision=version.revision)
        version = await act(at, editor, submit_version, submit)
    if version.status == VersionStatus.IN_REVIEW:
        approve = ApproveVersion(version_id=version.id, expected_revision=version.revision)
        version = await act(at, administrator, approve_version, approve)
    publish = PublishVersion(version_id=version.id, expected_revision=version.revision, valid_from=since)
    await act(at, editor, publish_version, publish)
    return True


async def stored(unit: Unit, content: StandardContent) -> StandardVersion | None:
    """Find a version where an earlier run left it."""
    return await own_by_number(unit, content.code, content.number)
