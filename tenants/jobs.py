"""Commands that this room carries out in the scope of the tenant they are meant for; each may run twice."""

from dataclasses import replace
from uuid import UUID

from core.kernel.handlers import handles
from core.kernel.work import Work
from tenants.networks.change_settings import show_settings
from tenants.networks.repository import read_settings
from tenants.networks.set_up import set_up_tenant
from tenants.people.invite import keep_invitation
from tenants.people.persons import remember_tenant
from tenants.people.repository import find_membership
from tenants.people.tell import news_of


@handles("tenants.set_up")
async def set_up(work: Work) -> None:
    """Give a new tenant the rows of its own."""
    async with work.unit() as unit:
        await set_up_tenant(unit)


@handles("tenants.keep_invitation")
async def keep(work: Work) -> None:
    """Keep an invitation that a tenant above has made."""
    async with work.unit() as unit:
        await keep_invitation(unit, work.payload)


@handles("tenants.membership_changed")
async def tell_person(work: Work) -> None:
    """Copy what became of a membership to the person's own rows."""
    async with work.unit(read_only=True) as unit:
        membership = await find_membership(unit.session, unit.tenant_id, UUID(work.payload["person_id"]))
        news = await news_of(unit, membership) if membership else None
    if news is not None:
        await remember_tenant(work.background.database, news)


@handles("tenants.show_settings")
async def show(work: Work) -> None:
    """Copy a tenant's settings, as they are now, to its reference row."""
    # Read in the sender's scope, one transaction before the one that writes: the wall stands in both.
    sender = work.started.tenant_id
    theirs = replace(work.scope, tenant_id=sender, lineage=(sender,))
    async with work.background.database.unit(theirs, clock=work.clock, read_only=True) as unit:
        settings = await read_settings(unit)
    if settings is not None:
        async with work.unit() as unit:
            await show_settings(unit, sender, settings)
