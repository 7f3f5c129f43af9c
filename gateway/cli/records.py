"""``touchstone records``: hold what is kept of a network's records against their events, and mend it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID

import typer
from rich.progress import Progress

from core.kernel.crypto import MasterKeys
from core.kernel.frozen import frozen
from core.kernel.key_ring import KeyRing
from core.kernel.scope import Scope
from core.kernel.settings import Settings
from core.kernel.unit import Unit
from core.records.conformance.checking import standings_behind, standings_differing
from core.records.conformance.keep import follow_records
from core.records.events.fold import StreamIsBroken
from core.records.execution.rebuild import Difference, check_page, first_page, rebuild_record
from core.records.terms.keep import check_page as check_terms_page
from core.records.terms.keep import index_page
from core.records.terms.repository import count_records
from gateway.cli.console import OUT, counted, progress, table
from gateway.cli.errors import RecordsDiffer
from gateway.cli.operator import Operator, operator
from gateway.cli.surroundings import surroundings
from tenants.people.qualified import QualifiedByRole

app = typer.Typer(help="Service records, held against their events.", no_args_is_help=True)
SHOWN = 100
"""Differences that are shown one by one."""


@app.callback()
def several() -> None:
    """Service records, held against their events."""


@frozen
class Found:
    """Something that differs, and in which tenant."""

    tenant: str
    difference: Difference
    mended: bool


@app.command("check")
def check(
    network: Annotated[str, typer.Option(help="Key of the network.")],
    tenant: Annotated[str, typer.Option(help="Key of one tenant; all of them by default.")] = "",
    mend: Annotated[bool, typer.Option(help="Rebuild what differs from its events.")] = False,
) -> None:
    """Fold every record's events and name what is kept otherwise; exits with 1 if anything stays so."""
    with surroundings(queue=False) as around:
        found, records = asyncio.run(look(around.settings, network, tenant, mend=mend))
    if found:
        shown = table("Kept otherwise than the events say", "Tenant", "Record", "What", "Mended")
        for one in found[:SHOWN]:
            mended = "yes" if one.mended else "no"
            shown.add_row(one.tenant, str(one.difference.record_id), one.difference.what, mended)
        OUT.print(shown)
    left = sum(not one.mended for one in found)
    if left:
        raise RecordsDiffer(differences=left, records=records)
    OUT.print(f"{counted(records, 'record is', 'records are')} kept as the events say.")


@app.command("index")
def index(
    network: Annotated[str, typer.Option(help="Key of the network.")],
    tenant: Annotated[str, typer.Option(help="Key of one tenant; all of them by default.")] = "",
) -> None:
    """Make anew what records are found by, from their events; stop it at any time and begin again."""
    with surroundings(queue=False) as around, progress() as shown:
        records, made = asyncio.run(index_records(around.settings, network, tenant, shown))
    found = counted(records, "record is", "records are")
    OUT.print(f"{found} found by what was said; {made:,} not before, or by something else.")


async def index_records(settings: Settings, network: str, tenant: str, shown: Progress) -> tuple[int, int]:
    """Index some tenants; give how many records were looked at, and how many were found otherwise before."""
    records = made = 0
    async with operator(settings) as at:
        async for name, scope in scopes(at, network, tenant):
            looked_at, differing = await index_tenant(at, scope, name, shown)
            records, made = records + looked_at, made + differing
    return records, made


async def index_tenant(at: Operator, scope: Scope, name: str, shown: Progress) -> tuple[int, int]:
    """Index one tenant, a page a transaction; see :func:`index_records`."""
    masters = MasterKeys.read(at.settings.master_key.get_secret_value())
    records = made = 0
    async with at.database.unit(scope, clock=at.clock) as unit:
        task = shown.add_task(name, total=await count_records(unit))
    after: UUID | None = first_page()
    while after is not None:
        async with at.database.unit(scope, clock=at.clock) as unit:
            page = await index_page(unit, KeyRing(unit, masters), after)
        shown.advance(task, page.records)
        records, made, after = records + page.records, made + len(page.differing), page.next
    return records, made


async def scopes(at: Operator, network: str, tenant: str) -> AsyncIterator[tuple[str, Scope]]:
    """Give the system's scope in each tenant that is looked at.

    Raises:
        UnknownTenant: The network has none of the key.
    """
    headquarters = await at.headquarters(network)
    for one in await at.directory.tenants(headquarters.network_id):
        if tenant in {"", one.key}:
            lineage = await at.directory.lineage(headquarters.network_id, one.id, at.clock.now())
            yield one.key, replace(headquarters, tenant_id=one.id, lineage=lineage)


async def mended(unit: Unit, differences: Sequence[Difference]) -> dict[UUID, bool]:
    """Rebuild records whose events are whole; tell which could be."""
    done: dict[UUID, bool] = {}
    for record_id in dict.fromkeys(one.record_id for one in differences):
        try:
            done[record_id] = await rebuild_record(unit, record_id)
        except StreamIsBroken:
            done[record_id] = False
    return done


async def followed(unit: Unit, record_ids: Sequence[UUID], *, mend: bool) -> list[Difference]:
    """Find deviations and figures that are kept otherwise than events say; mend them, and add what lacks."""
    differing = await standings_differing(unit, record_ids)
    if mend:
        again = [*differing, *await standings_behind(unit, record_ids)]
        await follow_records(unit, again, QualifiedByRole())
    return [Difference(id_, what) for id_, problems in differing.items() for what in problems]


async def terms(at: Operator, scope: Scope, masters: MasterKeys, *, mend: bool) -> AsyncIterator[Difference]:
    """Look at what every record of a tenant is found by, a page at a time."""
    after: UUID | None = first_page()
    while after is not None:
        async with at.database.unit(scope, clock=at.clock) as unit:
            page = await (index_page if mend else check_terms_page)(unit, KeyRing(unit, masters), after)
        for record_id in page.differing:
            yield Difference(record_id, "what it is found by")
        after = page.next


async def look(settings: Settings, network: str, tenant: str, *, mend: bool) -> tuple[list[Found], int]:
    """Look at every record of some tenants, a page at a time."""
    found: list[Found] = []
    records = 0
    masters = MasterKeys.read(settings.master_key.get_secret_value())
    async with operator(settings) as at:
        async for name, scope in scopes(at, network, tenant):
            after = first_page()
            while after is not None:
                async with at.database.unit(scope, clock=at.clock) as unit:
                    page = await check_page(unit, after)
                    done = await mended(unit, page.differences) if mend else {}
                    standing = await followed(unit, page.ids, mend=mend)
                found += [Found(name, one, done.get(one.record_id, False)) for one in page.differences]
                found += [Found(name, one, mend) for one in standing]
                records += page.records
                after = page.next
            found += [Found(name, one, mend) async for one in terms(at, scope, masters, mend=mend)]
    return found, records
