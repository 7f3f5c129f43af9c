"""``touchstone keys``: which master key wraps what, and wrapping everything by the current one."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import typer
from rich.table import Table

from core.kernel.crypto import MasterKeyIsMissing, MasterKeys
from core.kernel.rotation import HeldKeys, held_keys, rotate_keys, under_older
from core.kernel.settings import Settings
from gateway.cli.console import OUT, progress, table
from gateway.cli.errors import KeysAreLeft
from gateway.cli.operator import Operator, operator
from gateway.cli.surroundings import surroundings

app = typer.Typer(help="Keys of personal data, and the master key that wraps them.", no_args_is_help=True)

Names = dict[UUID, str]
"""Tenants as people name them: ``network/tenant``."""


@app.command("list")
def listing() -> None:
    """List the master keys by name, and how many tenants' keys each wraps."""
    with surroundings(queue=False) as around:
        masters, held = asyncio.run(looked_up(around.settings))
    names = [*masters.names, *sorted({one.master_key_id for one in held} - set(masters.names))]
    numbers = ("Keys", "Tenants")
    shown = table("Master keys", "Master key", "Is", *numbers, numbers=numbers)
    for name in names:
        under = [one for one in held if one.master_key_id == name]
        shown.add_row(name, standing(name, masters), f"{counted(under):,}", f"{len(under):,}")
    OUT.print(shown)


@app.command("rotate")
def rotate() -> None:
    """Wrap every tenant's keys by the current master key; started again it goes on. Exits with 1 if any is left.

    The current master key is the first one in TOUCHSTONE_MASTER_KEY; older ones follow it, separated by commas.
    """
    with surroundings(queue=False) as around:
        masters, left = asyncio.run(run(around.settings))
    if left:
        raise KeysAreLeft(keys=left, master_key_id=masters.current)
    OUT.print(f"All keys are wrapped by the master key {masters.current}; TOUCHSTONE_MASTER_KEY needs no other.")


async def looked_up(settings: Settings) -> tuple[MasterKeys, list[HeldKeys]]:
    """Give the configured master keys and what stands under which."""
    async with operator(settings) as at:
        return at.services.get(MasterKeys), await held_keys(at.database)


async def run(settings: Settings) -> tuple[MasterKeys, int]:
    """Rotate, tenant by tenant; show what is left, and tell how many keys that are."""
    async with operator(settings) as at:
        masters = at.services.get(MasterKeys)
        found = under_older(await held_keys(at.database), masters)
        names = await named(at, found)
        try:
            with progress() as bar:
                task = bar.add_task("Keys wrapped anew", total=counted(found))

                def tell(held: HeldKeys, done: int) -> None:
                    bar.update(task, advance=done, description=names.get(held.tenant_id, str(held.tenant_id)))

                left = await rotate_keys(at.database, masters, clock=at.clock, progress=tell)
                bar.update(task, description="Keys wrapped anew")
        except MasterKeyIsMissing:
            OUT.print(left_over(found, masters, names))
            raise
        if left:
            OUT.print(left_over(left, masters, names | await named(at, left)))
        return masters, counted(left)


async def named(at: Operator, held: Sequence[HeldKeys]) -> Names:
    """Name the tenants that hold keys."""
    names: Names = {}
    for network_id in {one.network_id for one in held}:
        network = await at.directory.network(network_id)
        mine = {one.tenant_id for one in held if one.network_id == network_id}
        for tenant in await at.directory.tenants(network_id, mine):
            names[tenant.id] = f"{network.key if network else network_id}/{tenant.key}"
    return names


def left_over(held: Sequence[HeldKeys], masters: MasterKeys, names: Names) -> Table:
    """Show whose keys stand under an older master key."""
    shown = table("Keys under older master keys", "Tenant", "Master key", "Is", "Keys", numbers=("Keys",))
    for one in held:
        whose = names.get(one.tenant_id, str(one.tenant_id))
        shown.add_row(whose, one.master_key_id, standing(one.master_key_id, masters), f"{one.keys:,}")
    return shown


def standing(name: str, masters: MasterKeys) -> str:
    """Say what a master key is to this configuration."""
    if name == masters.current:
        return "[green]current[/]"
    return "older" if name in masters.names else "[red]missing[/]"


def counted(held: Sequence[HeldKeys]) -> int:
    """Count keys."""
    return sum(one.keys for one in held)
