"""``touchstone tenants``: found a network, add and list tenants, name an identity provider, invite people."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from core.kernel.crypto import MasterKeys
from core.kernel.errors import InvalidInput
from core.kernel.idle import run_until_idle
from core.kernel.key_ring import KeyRing
from core.kernel.settings import Settings
from core.kernel.work import Background
from gateway.cli.console import OUT, table
from gateway.cli.errors import UnknownParent
from gateway.cli.operator import operator
from gateway.cli.surroundings import surroundings
from tenants.accounts.register_issuer import RegisterIssuer, register_issuer
from tenants.networks.create import CreateNetwork, create_network, founding_scope
from tenants.networks.provision import ProvisionTenant, provision_tenant
from tenants.people.invite import InvitePerson, invite_person
from tenants.values import check_instant, check_time_zone

app = typer.Typer(help="Networks, their tenants and who may join them.", no_args_is_help=True)
NOWHERE = UUID(int=0)
"""Stands for the tenant above until it is known."""
Network = Annotated[str, typer.Option(help="Key of the network.")]


@app.command("create-network")
def create(
    key: Annotated[str, typer.Argument(help="Short stable name, such as demo.")],
    name: Annotated[str, typer.Option(help="Name to show.")] = "",
    locale: Annotated[str, typer.Option(help="Language of the headquarters, BCP 47.")] = "en",
    time_zone: Annotated[str, typer.Option(help="IANA time zone of the headquarters.")] = "UTC",
    currency: Annotated[str, typer.Option(help="ISO 4217 code.")] = "EUR",
    founded: Annotated[
        str, typer.Option(help="Since when it is there, a day or an instant with its zone; older logs need it.")
    ] = "",
) -> None:
    """Found a network with its headquarters."""
    command = CreateNetwork(
        key=key,
        name=name or key,
        locale=locale,
        time_zone=time_zone,
        currency=currency,
        founded_at=instant(founded, time_zone, "founded"),
    )
    with surroundings(queue=False) as around:
        asyncio.run(found(around.settings, command))
    invite_next = f"touchstone tenants invite --network {key} --role headquarters_administrator"
    OUT.print(f"The network {key} is founded. Next: {invite_next}", soft_wrap=True)


async def found(settings: Settings, command: CreateNetwork) -> None:
    """Found a network."""
    async with operator(settings) as at, at.database.unit(founding_scope(command.key, at.clock.now())) as unit:
        await create_network(unit, command)


@app.command("add")
def add(
    key: Annotated[str, typer.Argument(help="Short stable name in the network.")],
    network: Network,
    parent: Annotated[str, typer.Option(help="Key of the tenant directly above; the headquarters by default.")] = "",
    kind: Annotated[str, typer.Option(help="region or franchisee.")] = "franchisee",
    name: Annotated[str, typer.Option(help="Name to show.")] = "",
    locale: Annotated[str, typer.Option(help="Language, BCP 47; that of the tenant above by default.")] = "",
    time_zone: Annotated[str, typer.Option(help="IANA time zone; that of the tenant above by default.")] = "",
    currency: Annotated[str, typer.Option(help="ISO 4217 code; that of the tenant above by default.")] = "",
    since: Annotated[
        str, typer.Option(help="From when it is in the tree, a day or an instant with its zone; now by default.")
    ] = "",
) -> None:
    """Add a tenant to a network."""
    wanted = ProvisionTenant(
        key=key,
        name=name or key,
        parent_id=NOWHERE,
        kind=kind,
        locale=locale or None,
        time_zone=time_zone or None,
        currency=currency or None,
        since=instant(since, time_zone or "UTC", "since"),
    )
    with surroundings(queue=False) as around:
        asyncio.run(provision(around.settings, network, parent, wanted))
    OUT.print(f"The tenant {key} is added.")


def instant(written: str, time_zone: str, field: str) -> datetime | None:
    """Read an instant, or a day, which begins where its time zone says; ``None`` where nothing is written.

    Raises:
        InvalidInput: It is neither.
    """
    if not written:
        return None
    zone = ZoneInfo(check_time_zone(time_zone))
    try:
        if len(written) == len("2026-01-31"):
            return datetime.combine(date.fromisoformat(written), time.min, zone)
        return check_instant(datetime.fromisoformat(written), field)
    except ValueError as error:
        problem = "a day such as 2010-01-31, or an instant with its zone such as 2010-01-31T08:00:00+01:00, is needed"
        raise InvalidInput(field=field, problem=problem) from error


async def provision(settings: Settings, network: str, parent: str, wanted: ProvisionTenant) -> None:
    """Add a tenant below another one, or the headquarters, and give it its own rows."""
    async with operator(settings) as at:
        scope = await at.headquarters(network)
        above = await at.directory.tenant_by_key(scope.network_id, parent) if parent else None
        if parent and above is None:
            raise UnknownParent(key=parent, network=network)
        parent_id = above.id if above else scope.tenant_id
        async with at.database.unit(scope, clock=at.clock, directory=at.directory) as unit:
            await provision_tenant(unit, replace(wanted, parent_id=parent_id))
        await run_until_idle(Background(database=at.database, services=at.services), network_id=scope.network_id)


@app.command("list")
def listing(network: Network) -> None:
    """List the tenants of a network."""
    with surroundings(queue=False) as around:
        asyncio.run(show(around.settings, network))


async def show(settings: Settings, network: str) -> None:
    """Show a network's tenants as a table."""
    async with operator(settings) as at:
        scope = await at.headquarters(network)
        shown = table(f"Tenants of {network}", "Key", "Name", "Kind", "Locale", "Time zone", "Id")
        for one in await at.directory.tenants(scope.network_id):
            kind = one.kind if one.active else f"{one.kind}, suspended"
            shown.add_row(one.key, one.name, kind, one.locale, one.time_zone, str(one.id))
        for column in shown.columns[2:4]:
            column.no_wrap = True
    OUT.print(shown)


@app.command("register-issuer")
def register(
    issuer: Annotated[str, typer.Argument(help="The identity provider's URL, exactly as tokens carry it in iss.")],
    audience: Annotated[str, typer.Option(help="What tokens must carry in aud.")],
    network: Network,
    name: Annotated[str, typer.Option(help="Name to show at sign-in.")] = "",
) -> None:
    """Accept an identity provider's tokens in a network."""
    command = RegisterIssuer(issuer=issuer, audience=audience, name=name or issuer)
    with surroundings(queue=False) as around:
        asyncio.run(accept(around.settings, network, command))
    OUT.print(f"Tokens of {issuer} are accepted in {network}.")


async def accept(settings: Settings, network: str, command: RegisterIssuer) -> None:
    """Accept an issuer."""
    async with operator(settings) as at, at.database.unit(await at.headquarters(network)) as unit:
        await register_issuer(unit, command)


@app.command("invite")
def invite(
    network: Network,
    role: Annotated[list[str], typer.Option(help="Role of the membership; may be repeated.")],
) -> None:
    """Invite somebody to the headquarters; prints the code once, to be used with acceptInvitation."""
    with surroundings(queue=False) as around:
        code = asyncio.run(offer(around.settings, network, tuple(role)))
    OUT.print(f"Give this code to the person; it is shown this once:\n{code}", soft_wrap=True)


async def offer(settings: Settings, network: str, roles: tuple[str, ...]) -> str:
    """Make an invitation and give its code."""
    async with operator(settings) as at, at.database.unit(await at.headquarters(network)) as unit:
        masters = at.services.get(MasterKeys)
        return (await invite_person(unit, InvitePerson(roles=roles), KeyRing(unit, masters))).code.write()
