"""Compare versions and drafts of a standard with one another, and what holds in a tenant with what is published."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from core.kernel.errors import InvalidInput, NotFound
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.diffs.policy import StandardDiff, ValueDiff, standard_diff, tenant_diff
from core.standards.diffs.repository import numbers_published, published_numbered, standard_coded
from core.standards.permissions import READ_STANDARDS
from core.standards.policy.content import StandardContent, read_content
from core.standards.policy.lineage import Lineage, compose, lineage_between, lineage_over, origins
from core.standards.policy.numbers import parse_number
from core.standards.repository.drafts import read_draft, version_by_id
from core.standards.resolve import Resolution, effective_standard


@frozen(kw_only=True)
class Side:
    """One side of a comparison: a published version by its number, or a version of the tenant's own by its id."""

    number: str | None = None
    version_id: UUID | None = None


@frozen(kw_only=True)
class Compared:
    """Two versions and what differs.

    Attributes:
        code: The standard.
        before: Number of the one.
        after: Number of the other.
        diff: What differs.
    """

    code: str
    before: str
    after: str
    diff: StandardDiff


@frozen
class Placed:
    """A version and the published one it comes after, or is.

    Attributes:
        content: What it says.
        trunk: Number of the published version; empty for the draft of a first version.
    """

    content: StandardContent
    trunk: str | None


async def compare(unit: Unit, code: str, before: Side, after: Side) -> Compared:
    """Compare two versions of a standard, published or drafted.

    Raises:
        NotPermitted: The actor may not read standards.
        NotFound: There is no such version that the tenant may read.
        InvalidInput: A side names no version, or two.
    """
    unit.scope.require(READ_STANDARDS)
    numbers = await numbers_published(unit, code)
    old = await placed(unit, code, before, numbers, "from")
    new = await placed(unit, code, after, numbers, "to")
    lineage = await lineage_from(unit, code, old, new, numbers)
    return Compared(
        code=code,
        before=old.content.number,
        after=new.content.number,
        diff=standard_diff(old.content, new.content, lineage),
    )


async def compare_tenant(unit: Unit, code: str, at: datetime | None = None) -> tuple[Resolution, tuple[ValueDiff, ...]]:
    """Compare what holds in the tenant with what is published.

    Raises:
        NotPermitted: The actor may not read standards.
        NoStandardInForce: No version holds at that instant.
        InvalidInput: The instant has no zone.
    """
    found = await effective_standard(unit, code, at)
    return found, tenant_diff(found.standard)


async def placed(unit: Unit, code: str, side: Side, numbers: Sequence[str], field: str) -> Placed:
    """Read one side."""
    if (side.number is None) is (side.version_id is None):
        raise InvalidInput(field=field, problem="a published version or a draft is named, and not both")
    if side.number is not None:
        if side.number not in numbers:
            raise NotFound(kind="published version", key=f"{code} {side.number}")
        return Placed((await contents(unit, code, [side.number]))[0], side.number)
    version = await version_by_id(unit, side.version_id) if side.version_id else None
    standard = None if version is None else await standard_coded(unit, code)
    if version is None or standard is None or version.standard_id != standard.id:
        raise NotFound(kind="version", key=str(side.version_id))
    older = [one for one in numbers if parse_number(one) < parse_number(version.number)]
    trunk = version.number if version.number in numbers else (older[-1] if older else None)
    return Placed(await read_draft(unit, code, version), trunk)


async def lineage_from(unit: Unit, code: str, old: Placed, new: Placed, numbers: Sequence[str]) -> Lineage:
    """Tell where every place of one side stands in the other: back to what is published, along it, and out again."""
    if old.trunk is None or new.trunk is None:
        return lineage_over([old.content, new.content])
    first, last = sorted((numbers.index(old.trunk), numbers.index(new.trunk)))
    chain = await contents(unit, code, numbers[first : last + 1])
    along = lineage_over(chain)
    if numbers.index(old.trunk) > numbers.index(new.trunk):
        along, chain = origins(along), chain[::-1]
    if old.content.number != old.trunk:
        along = compose(origins(lineage_between(chain[0], old.content)), along)
    if new.content.number != new.trunk:
        along = compose(along, lineage_between(chain[-1], new.content))
    return along


async def contents(unit: Unit, code: str, numbers: Sequence[str]) -> list[StandardContent]:
    """Read published versions by their numbers, in that order."""
    found = {row.number: row for row in await published_numbered(unit, code, numbers)}
    return [read_content(found[number].document) for number in numbers]
