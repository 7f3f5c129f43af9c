"""Sites are opened, changed, closed and opened again by their own tenant alone."""

from typing import Any

import pytest

from core.kernel.errors import InvalidInput, NotFound, NotPermitted, StaleEdit
from core.kernel.ids import new_id
from tenants.errors import KeyIsTaken
from tenants.sites.address import Address
from tenants.sites.change import ChangeSite, change_site
from tenants.sites.models import Site
from tenants.sites.open import OpenSite, open_site
from tests.support.networks import BuiltNetwork
from tests.tenants.office import Office

WHERE = Address(lines=("Storgatan 1",), city="Umeå", postal_code="903 26", country="SE")


async def opened(office: Office, key: str = "main", **more: Any) -> Site:
    command = OpenSite(key=key, name=key.title(), **more)
    return await office.run(office.network.north, lambda unit: open_site(unit, command))


async def test_a_site_has_its_own_zone_or_its_tenants(office: Office) -> None:
    site = await opened(office, address=WHERE, time_zone="Europe/Stockholm")
    assert (site.time_zone, site.locale, site.currency, site.status) == ("Europe/Stockholm", "en", "EUR", "open")
    assert site.address == {"lines": ["Storgatan 1"], "city": "Umeå", "postal_code": "903 26", "country": "SE"}
    facts = await office.directory.site(office.network.id, office.network.north.tenant_id, "main")
    assert facts is not None
    assert (facts.id, facts.time_zone) == (site.id, "Europe/Stockholm")
    assert (await opened(office, "second")).time_zone == "UTC"


async def test_a_site_is_changed_closed_and_opened_again(office: Office) -> None:
    north, site = office.network.north, await opened(office)

    async def change(version: int, **values: Any) -> Site:
        command = ChangeSite(site_id=site.id, expected_version=version, **values)
        return await office.run(north, lambda unit: change_site(unit, command))

    changed = await change(1, name="Corner", locale="sv-SE", currency="SEK", address=WHERE, time_zone="Asia/Tokyo")
    more = await change(2, attributes={"kind": "kiosk", "has_lift": "no"})
    assert more.attributes == {"has_lift": "no", "kind": "kiosk"}
    changed = await change(3, attributes={"kind": "workshop"})
    assert changed.attributes == {"kind": "workshop"}
    facts = await office.directory.site(office.network.id, north.tenant_id, "main")
    assert facts is not None
    assert facts.attributes == {"country": "SE", "kind": "workshop"}
    assert (changed.name, changed.locale, changed.currency, changed.time_zone, changed.version) == (
        "Corner",
        "sv-SE",
        "SEK",
        "Asia/Tokyo",
        4,
    )
    closed = await change(4, closed=True)
    assert (closed.status, closed.closed_at) == ("closed", office.clock.now())
    assert (await change(5, name="Shut")).status == "closed"
    reopened = await change(6, closed=False)
    assert (reopened.status, reopened.closed_at) == ("open", None)
    assert (await office.acts(north.tenant_id))[0] == "tenants.open_site"


async def test_what_cannot_be_opened_or_changed(office: Office) -> None:
    north, site = office.network.north, await opened(office)
    async with office.nothing_changes():
        with pytest.raises(KeyIsTaken):
            await opened(office)
        with pytest.raises(InvalidInput):
            await opened(office, "x", address=Address(country="ZZ"))
        with pytest.raises(InvalidInput):
            await opened(office, "x", address=Address(lines=("a",) * 6))
        with pytest.raises(InvalidInput):
            await opened(office, "x", time_zone="Nowhere/At all")
        for said in ({"Kind": "x"}, {"kind": ""}, {"kind": "x" * 201}, {f"a{n}": "x" for n in range(21)}):
            with pytest.raises(InvalidInput, match="attributes"):
                await opened(office, "x", attributes=said)
        with pytest.raises(StaleEdit):
            await office.run(
                north, lambda unit: change_site(unit, ChangeSite(site_id=site.id, expected_version=7, name="x"))
            )
        with pytest.raises(NotFound):
            await office.run(north, lambda unit: change_site(unit, ChangeSite(site_id=new_id(), expected_version=1)))


async def test_other_tenants_neither_see_nor_change_a_site(office: Office, strangers: BuiltNetwork) -> None:
    site = await opened(office)
    command = ChangeSite(site_id=site.id, expected_version=1, name="Ours now")
    async with office.nothing_changes():
        for scope in (office.network.south, office.network.region, office.network.headquarters, strangers.north):
            with pytest.raises(NotFound):
                await office.run(scope, lambda unit: change_site(unit, command))
            assert await office.directory.site(scope.network_id, scope.tenant_id, "main") is None
    south = await office.run(office.network.south, lambda unit: open_site(unit, OpenSite(key="main", name="South")))
    assert south.id != site.id, "a key is unique in its tenant only"


@pytest.mark.parametrize("role", ["clerk", "auditor", "read_only_client", "partner"])
async def test_lower_roles_manage_no_sites(office: Office, role: str) -> None:
    site = await opened(office)
    scope = office.acting(office.network.north, role)
    async with office.nothing_changes():
        with pytest.raises(NotPermitted):
            await office.run(scope, lambda unit: open_site(unit, OpenSite(key="x", name="X")))
        with pytest.raises(NotPermitted):
            await office.run(scope, lambda unit: change_site(unit, ChangeSite(site_id=site.id, expected_version=1)))
