"""``touchstone tenants``: found a network, add and list tenants, name an identity provider, invite people."""

import asyncio
from typing import Annotated

import typer

from core.kernel.crypto import MasterKeys
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

app = typer.Typer(help="Networks, their tenants and who may join them.", no_args_is_help=True)
Network = Annotated[str, typer.Option(help="Key of the network.")]


@app.command("create-network")
def create(
    key: Annotated[str, typer.Argument(help="Short stable name, such as demo.")],
    name: Annotated[str, typer.Option(help="Name to show.")] = "",
    locale: Annotated[str, typer.Option(help="Language of the headquarters, BCP 47.")] = "en",
    time_zone: Annotated[str, typer.Option(help="IANA time zone of the headquarters.")] = "UTC",
    currency: Annotated[str, typer.Option(help="ISO 4217 code.")] = "EUR",
) -> None:
    """Found a network with its headquarters."""
    command = CreateNetwork(key=key, name=name or key, locale=locale, time_zone=time_zone, currency=currency)
    with surroundings(queue=False) as around:
        asyncio.run(found(around.settings, command))
    OUT.print(f"The network {key} is founded. Next: touchstone tenants invite --network {key}")


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
) -> None:
    """Add a tenant to a network."""
    with surroundings(queue=False) as around:
        asyncio.run(provision(around.settings, network, parent, key, kind, name or key))
    OUT.print(f"The tenant {key} is added.")


async def provision(settings: Settings, network: str, parent: str, key: str, kind: str, name: str) -> None:
    """Add a tenant below another one, and give it its own rows."""
    async with operator(settings) as at:
        scope = await at.headquarters(network)
        above = await at.directory.tenant_by_key(scope.network_id, parent) if parent else None
        if parent and above is None:
            raise UnknownParent(key=parent, network=network)
        parent_id = above.id if above else scope.tenant_id
        async with at.database.unit(scope, clock=at.clock, directory=at.directory) as unit:
            await provision_tenant(unit, ProvisionTenant(key=key, name=name, parent_id=parent_id, kind=kind))
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
