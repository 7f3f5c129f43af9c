"""What records are measured by hangs on all that their clocks know: channel, urgency, service, tier and site."""

from typing import Any
from uuid import UUID

import pytest

from core.quality import subjects
from core.records.execution.act import act
from core.records.execution.commands import AddContact, HandOver
from core.records.open_record import OpenRecord, open_record
from core.standards.document import converted
from core.standards.draft import DraftStandard
from core.standards.policy.checks import checked_content
from tenants.directory import TenantDirectory
from tenants.sites.open import OpenSite, open_site
from tests.core.quality.conftest import House
from tests.core.records.execution.executing import content, sealer

CODE = "differentiated"
FOR_ALL = 3_600
LIMITS: dict[str, tuple[dict[str, str], int]] = {
    "urgent": ({"priority": "high"}, 600),
    "gold": ({"tier": "gold"}, 1_200),
    "repair": ({"service_type": "repair"}, 1_800),
    "airport": ({"site.kind": "airport"}, 2_400),
    "gold at the airport": ({"tier": "gold", "site.kind": "airport"}, 300),
}
"""A limit for each kind of record."""


def standard(*kinds: str) -> DraftStandard:
    said: Any = content(CODE)
    variants = [{"context": LIMITS[kind][0], "default": LIMITS[kind][1]} for kind in kinds]
    said["clauses"][1]["parameters"][0]["variants"] = variants
    return DraftStandard(content=checked_content(converted(said)))


async def limits(house: House) -> dict[str, tuple[int, int]]:
    """The limit that was published, and the one in force, by record."""
    found = await house.admin.fetch(
        """SELECT r.external_id, f.published_limit_seconds, f.effective_limit_seconds
           FROM record_figures f JOIN records r ON r.tenant_id = f.tenant_id AND r.id = f.id WHERE f.tenant_id = $1""",
        house.network.north.tenant_id,
    )
    return {name: (published, effective) for name, published, effective in found}


async def serve(house: House) -> dict[str, UUID]:
    """Open a record of each kind, by its name."""
    opened: dict[str, dict[str, Any]] = {
        "any": {},
        "urgent": {"priority": "high"},
        "repair": {"service_type": "repair"},
        "gold": {},
        "airport": {"site_key": "gate"},
        "gold at the airport": {"site_key": "gate"},
    }
    directory = TenantDirectory(house.database)
    async with house.database.unit(house.network.north, clock=house.clock, directory=directory) as unit:
        await open_site(unit, OpenSite(key="gate", name="Gate", attributes={"kind": "airport"}))
        made = {
            name: await open_record(unit, OpenRecord(channel="phone", standard_code=CODE, external_id=name, **said))
            for name, said in opened.items()
        }
    for name in ("gold", "gold at the airport"):
        await do(house, made[name], 1, AddContact(channel="desk", tier="gold"))
    return made


async def do(house: House, record_id: UUID, version: int, command: Any) -> None:
    async with house.database.unit(house.network.north, clock=house.clock) as unit:
        await act(unit, record_id, version, command, sealer=sealer(unit))


async def test_each_record_is_measured_by_the_limit_of_its_own_context(house: House) -> None:
    await house.publish(standard(*LIMITS))
    made = await serve(house)
    await house.work()
    told = {name: (seconds, seconds) for name, (_, seconds) in LIMITS.items()}
    assert await limits(house) == {"any": (FOR_ALL, FOR_ALL), **told}
    site_id = (await house.record(house.network.north, "airport"))["site_id"]
    await do(house, made["airport"], 1, HandOver(role="desk", site_id=site_id))
    await do(house, made["urgent"], 1, AddContact(channel="desk", tier="gold"))
    await house.work()
    assert await limits(house) == {"any": (FOR_ALL, FOR_ALL), **told, "airport": (FOR_ALL, FOR_ALL)}


async def test_events_are_read_only_where_a_value_hangs_on_them(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> Any:
        raise AssertionError

    await house.publish(standard("urgent", "repair"))
    await serve(house)
    monkeypatch.setattr(subjects, "read_streams", refuse)
    await house.work()
    told = {name: (seconds, seconds) for name, (_, seconds) in LIMITS.items() if name in {"urgent", "repair"}}
    everywhere = dict.fromkeys(("any", "gold", "airport", "gold at the airport"), (FOR_ALL, FOR_ALL))
    assert await limits(house) == everywhere | told
