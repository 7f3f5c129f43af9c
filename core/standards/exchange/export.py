"""Export a version of a standard, published or drafted, as one file."""

from uuid import UUID

from core.kernel.errors import NotFound
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.exchange.policy import StandardFile
from core.standards.exchange.repository import own_by_number, published_by_number
from core.standards.permissions import READ_STANDARDS
from core.standards.policy.content import read_content
from core.standards.repository.drafts import read_draft


@frozen(kw_only=True)
class Exported:
    """A version as it is exchanged, and beside the file the tenant whose version it is."""

    file: StandardFile
    owner_tenant_id: UUID


async def export_standard(unit: Unit, code: str, number: str) -> Exported:
    """Give a version as it is exchanged: one that holds here or was drafted here.

    Args:
        unit: The tenant.
        code: The standard.
        number: The version's number.

    Raises:
        NotPermitted: The actor may not read standards.
        NotFound: Neither the tenant nor a unit above it has such a version.
        RuntimeError: The draft's rows are not what was written; this is damage, not a refusal.
    """
    unit.scope.require(READ_STANDARDS)
    published = await published_by_number(unit, code, number)
    if published is not None:
        file = StandardFile(content=read_content(published.document), change_log=published.change_log)
        return Exported(file=file, owner_tenant_id=published.owner_tenant_id)
    version = await own_by_number(unit, code, number)
    if version is None:
        raise NotFound(kind="version", key=f"{code} {number}")
    file = StandardFile(content=await read_draft(unit, code, version), change_log=version.change_log)
    if file.hash != version.hash:
        msg = f"Version {version.id} is not what was written."
        raise RuntimeError(msg)
    return Exported(file=file, owner_tenant_id=unit.tenant_id)
