"""A tenant whose customers look at their records by links, and a server that shows what they open."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2

from core.kernel.clock import SetClock
from core.kernel.directory import Directory
from tenants.sites.address import Address
from tenants.sites.open import OpenSite, open_site
from tests.core.records.customers.serving import Counter, counter_of
from tests.core.records.execution.executing import content
from tests.gateway.http.edge import Edge, edge_of
from tests.support.api import SETTINGS

CODE = "repair-service"
STAFF_WORDS = ("Zinnober", "Quarzuhr", "Malachit")
"""Words that staff write, and no customer may see."""
REASON = "The <b>spare part</b> comes from Kyōto & takes its time."
ALTERNATIVE = "We lend you another one\nuntil then."
PROCESS: dict[str, Any] = {
    "steps": [
        {"key": "intake", "position": 1, "title": {"en": "Taken in", "zh": "接待"}},
        {"key": "diagnose", "position": 2, "title": {"en": "Malachit test"}, "lane": "backstage"},
        {
            "key": "repair",
            "position": 3,
            "title": {"en": "Malachit bench"},
            "lane": "backstage",
            "lanes": {"customer": {"en": "Repaired in our workshop", "zh": "维修车间处理", "de": "In der Werkstatt"}},
        },
        {"key": "handover", "position": 4, "title": {"en": "Handed over", "zh": "交付"}},
        {"key": "survey", "position": 5, "required": False, "title": {"en": "Survey"}},
    ]
}
"""What is done out of sight is shown as what the customer sees meanwhile, or not at all."""

SHARED = "link { id expiresAt opens } url"
VIEW = """service state openedAt resolvedAt promisedAt
  currentSteps { title at } nextStep { title at } doneSteps { title at }
  delays { announcedAt until reasonCode reason alternative step }
  site { organisation name address timeZone }"""


@dataclass
class Window:
    """A tenant whose customers look.

    Attributes:
        counter: The tenant, and a front end of its staff.
        edge: What customers ask.
        clock: The instant everything works at.
    """

    counter: Counter
    edge: Edge
    clock: SetClock

    async def opened(self, **said: Any) -> Any:
        given = {"standardCode": CODE, "siteKey": "harbour", "serviceType": "express_repair", **said}
        return await self.counter.opened(f"Quarzuhr {uuid4().hex[:6]}", **given)

    async def shared(self, record: Any, **said: Any) -> Any:
        """Share a record; the link, with its address and the path of that."""
        done = await self.counter.client.change("shareRecord", SHARED, record=record["id"], **said)
        assert done["__typename"] == "ShareRecordSuccess", done
        return {**done["link"], "url": done["url"], "path": path_of(done["url"])}

    async def delayed(self, record: Any, until: str, **said: Any) -> Any:
        told = {"until": until, "reasonCode": "part_missing", "reason": REASON, "alternative": ALTERNATIVE, **said}
        return await self.counter.does("announceDelay", record, **told)

    async def viewed(self, record: Any) -> Any:
        """What staff are shown of what the customer sees."""
        query = f"query One($id: ID!) {{ record(id: $id) {{ customerView {{ {VIEW} }} }} }}"
        return (await self.counter.client.data(query, id=record["id"]))["record"]["customerView"]

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        async with self.edge.client() as client:
            return await client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    async def read(self, path: str) -> Mapping[str, Any]:
        """What a link opens, as JSON."""
        answer = await self.get(path, accept="application/json")
        assert answer.status_code == 200, answer.text
        return answer.json()


async def window_of(database: Any, clock: SetClock, admin: Any) -> Window:
    """Open a window."""
    counter = await counter_of(database, clock, admin)
    await counter.shop.chain.publish_content(content(CODE, process=PROCESS))
    address = Address(lines=("Pier 7",), city="Shanghai", postal_code="200080", country="CN")
    site = OpenSite(key="harbour", name="Harbour workshop", time_zone="Asia/Shanghai", address=address)
    await counter.shop.run(lambda unit: open_site(unit, site))
    return Window(counter, edge_on(counter, database, clock), clock)


def edge_on(counter: Counter, database: Any, clock: SetClock) -> Edge:
    """The edge with what it takes to open links."""
    services = counter.api.services
    return edge_of(database, services=services, directory=services.get(Directory), clock=clock)


def path_of(url: str) -> str:
    assert url.startswith(f"{SETTINGS.public_url}/look/")
    return url.removeprefix(SETTINGS.public_url)


@asynccontextmanager
async def nothing_written(window: Window) -> AsyncGenerator[None, None]:
    """Hold that nothing is written meanwhile."""
    before = await window.counter.shop.digest()
    yield
    assert await window.counter.shop.digest() == before
