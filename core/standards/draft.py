"""Draft a version of a standard: written whole, and written again as long as it is a draft."""

from asyncio import to_thread

import msgspec

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import StaleEdit
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.standards.errors import CodeIsTaken, VersionIsElsewhere, VersionIsNotNewer
from core.standards.models import Standard, StandardVersion
from core.standards.permissions import DRAFT_STANDARDS
from core.standards.policy.checks import at, checked_content, checked_note
from core.standards.policy.content import Move, StandardContent, content_hash, plain_moves, read_content
from core.standards.policy.moves import check_against
from core.standards.policy.numbers import parse_number
from core.standards.repository.drafts import insert_standard, replace_content, standard_by_code, versions_of
from core.standards.repository.published import newest_published, publisher_of
from core.standards.vocabulary import VersionStatus


@frozen(kw_only=True)
class DraftStandard:
    """Write a version of a standard.

    Attributes:
        content: The whole version.
        change_log: What changed and why, in the author's words.
        expected_revision: Revision of the draft that is written anew; empty where the version is new.
        keeps_lineage: Whether the moves that the draft remembers stay, whatever the content says of them.
    """

    content: StandardContent
    change_log: str = ""
    expected_revision: int | None = None
    keeps_lineage: bool = False


async def draft_standard(unit: Unit, command: DraftStandard) -> StandardVersion:
    """Write a new version, or replace the draft of that number.

    Raises:
        NotPermitted: The actor may not draft.
        InvalidInput: The content is not well formed; ``field`` is the place in it.
        CodeIsTaken: A unit above publishes a standard of that code.
        VersionIsNotNewer: The number does not come after the newest published one.
        VersionIsElsewhere: The version of that number is a draft no longer.
        StaleEdit: The draft is not as the caller read it, or there is one where none was expected.
    """
    unit.scope.require(DRAFT_STANDARDS)
    content = await to_thread(checked_content, command.content)  # Many guards take their time; others are served.
    await check_number(unit, content)
    standard = await kept_standard(unit, content)
    versions = await versions_of(unit, standard.id)
    version = next((one for one in versions if one.number == content.number), None)
    check_replaceable(content.code, version, command.expected_revision)
    content = await with_lineage(unit, command, content, version)
    version = rewritten(unit, standard, version, content)
    version.change_log = checked_note("changeLog", command.change_log)
    unit.session.add(version)
    await unit.session.flush()
    await replace_content(unit, version.id, content)
    facts = {"code": standard.code, "version_id": version.id, "revision": version.revision}
    await record_act(
        unit,
        action="standards.draft",
        subject_kind="standard_version",
        subject_id=version.id,
        details={**facts, "hash": version.hash},
    )
    await send(unit, "standards.drafted", facts)
    return version


async def check_number(unit: Unit, content: StandardContent) -> None:
    """Refuse a code that belongs to another tenant, and a number that is not newer than what is published."""
    publisher = await publisher_of(unit, content.code)
    if publisher not in {None, unit.tenant_id}:
        raise CodeIsTaken(standard=content.code)
    newest = await newest_published(unit, content.code)
    if newest is None or newest.number == content.number:
        return  # the published version itself is refused as no draft
    if parse_number(content.number) < parse_number(newest.number):
        raise VersionIsNotNewer(
            standard=content.code, number=content.number, newest=newest.number, newest_from=newest.valid_from
        )


async def kept_standard(unit: Unit, content: StandardContent) -> Standard:
    """Find the standard, or make it, and keep everybody else from changing it until the end."""
    now = recorded_now()
    await insert_standard(unit, content.code, content.title, content.layer, now)
    standard = await standard_by_code(unit, content.code)
    standard.title, standard.layer = content.title, content.layer.value
    standard.revision, standard.recorded_at = standard.revision + 1, now
    return standard


def check_replaceable(code: str, version: StandardVersion | None, expected: int | None) -> None:
    """Refuse to replace what the caller has not read, or what is a draft no longer."""
    if version is not None and version.status != VersionStatus.DRAFT:
        raise VersionIsElsewhere(
            standard=code, number=version.number, status=version.status, needed=VersionStatus.DRAFT.value
        )
    actual = None if version is None else version.revision
    if actual != expected:
        raise StaleEdit(kind="draft", expected=expected or 0, actual=actual or 0)


async def with_lineage(
    unit: Unit, command: DraftStandard, content: StandardContent, version: StandardVersion | None
) -> StandardContent:
    """Give the content with the moves it remembers, which must fit the version published before."""
    if command.keeps_lineage and version is not None:
        kept = msgspec.convert(version.lineage, type=tuple[Move, ...])
        content = checked_content(msgspec.structs.replace(content, lineage=kept))
    before = await predecessor(unit, content.code)
    if before is not None:
        with at("lineage"):
            check_against(before, content)
    return content


async def predecessor(unit: Unit, code: str) -> StandardContent | None:
    """Read the version that a draft of the tenant comes after."""
    newest = await newest_published(unit, code)
    return None if newest is None else read_content(newest.document)


def rewritten(
    unit: Unit, standard: Standard, version: StandardVersion | None, content: StandardContent
) -> StandardVersion:
    """Give the row of the version as it will be."""
    actor = unit.scope.actor.id
    if version is None:
        major, minor, patch = parse_number(content.number)
        version = StandardVersion(
            tenant_id=unit.tenant_id,
            network_id=unit.network_id,
            id=new_id(),
            standard_id=standard.id,
            number=content.number,
            major=major,
            minor=minor,
            patch=patch,
            title={},
            layer="",
            profile={},
            lineage=[],
            hash="",
            author_id=actor,
            editors=[],
            revision=0,
            recorded_at=recorded_now(),
        )
    version.lineage = plain_moves(content.lineage)
    version.title, version.layer, version.hash = content.title, content.layer.value, content_hash(content)
    version.profile = msgspec.to_builtins(content.profile)
    version.author_id, version.editors = actor, sorted({*version.editors, str(actor)})
    version.revision, version.recorded_at = version.revision + 1, recorded_now()
    return version
