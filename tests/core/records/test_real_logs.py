"""Published logs of real services come in whole; the expected figures are counted by a plain walk over the XML."""

import gzip
import statistics
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.kernel.directory import TenantFacts
from core.kernel.handlers import load_handlers
from core.kernel.idle import run_until_idle
from core.kernel.scope import Scope
from core.kernel.work import Background
from core.records.calendars.policy import Window
from core.records.calendars.set_calendar import AssignCalendar, SetCalendar, assign_calendar, set_calendar
from core.records.execution.rebuild import check_tenant
from core.records.importing.figures import Imported
from core.records.mappings.loading import shipped_mapping
from core.records.mappings.schema import TenantTemplate
from core.records.sealing.examine import examine
from core.records.sealing.policy.examining import Held
from core.standards.document import load_standard
from gateway.wiring import make_services
from tests.core.records.conftest import Chain, person
from tests.core.records.sealing.logbook import Logbook
from tests.support.api import SETTINGS

FOLDER = Path(__file__).parents[4] / "shared" / "data"
INCIDENTS = FOLDER / "bpic2013_incidents.xes.gz"
RECEIPT = FOLDER / "receipt.xes.gz"
CONTENT = Path(__file__).parents[3] / "gateway" / "demo" / "content"
TWO_DAYS = timedelta(hours=48)
FORESEEN = {"Accepted", "Queued", "Completed"}
"""The process that was written for the incidents: accepted, perhaps queued, completed."""
ALL_DAY = (Window(0, 1440),)
CHANNELS = {
    "Internet": "website",
    "Desk": "site_desk",
    "Post": "post",
    "e-mail": "email",
    "Intern": "internal",
}

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published logs are not beside this checkout")


@dataclass(slots=True)
class Walked:
    """What a plain walk over a log counts."""

    records: int = 0
    steps: int = 0
    tenants: Counter[str] = field(default_factory=Counter[str])
    resolved: list[timedelta] = field(default_factory=list[timedelta])
    closed: int = 0
    steps_by_key: Counter[str] = field(default_factory=Counter[str])
    performers: set[str] = field(default_factory=set[str])
    channels: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    due: dict[str, datetime] = field(default_factory=dict[str, datetime])
    first: list[timedelta] = field(default_factory=list[timedelta])
    deviations: Counter[str] = field(default_factory=Counter[str])


def traces(path: Path) -> Iterator[tuple[dict[str, str], list[dict[str, str]]]]:
    with gzip.open(path) as file:
        for _, element in ET.iterparse(file):  # noqa: S314 - a published file, read by the test alone
            if element.tag.endswith("}trace"):
                said = {one.get("key", ""): one.get("value", "") for one in element if not one.tag.endswith("}event")}
                events = [
                    {one.get("key", ""): one.get("value", "") for one in event}
                    for event in element
                    if event.tag.endswith("}event")
                ]
                yield said, events
                element.clear()


def walk_incidents() -> Walked:
    walked = Walked()
    for _, events in traces(INCIDENTS):
        walked.records += 1
        walked.steps += len(events)
        country = events[0]["organization country"].lower()
        walked.tenants["unknown" if country == "0" else country] += 1
        begin = datetime.fromisoformat(events[0]["time:timestamp"])
        done = [one for one in events if one["concept:name"] == "Completed"]
        if done:
            walked.resolved.append(datetime.fromisoformat(done[0]["time:timestamp"]) - begin)
            walked.closed += any(one["lifecycle:transition"] == "Closed" for one in done)
        walked.steps_by_key.update(one["concept:name"].lower() for one in events)
        walked.performers.update(one["org:resource"] for one in events)
        instants: dict[str, str] = {}
        for one in events:
            instants[one["concept:name"]] = min(one["time:timestamp"], instants.get(one["concept:name"], "9"))
        walked.deviations["unforeseen"] += sum(one["concept:name"] not in FORESEEN for one in events)
        walked.deviations["missing"] += bool(done) and "Accepted" not in instants
        walked.deviations["out_of_order"] += (
            bool(done)
            and "Accepted" in instants
            and datetime.fromisoformat(instants["Completed"]) < datetime.fromisoformat(instants["Accepted"])
        )
    return walked


def walk_receipt() -> Walked:
    walked = Walked()
    for said, events in traces(RECEIPT):
        walked.records += 1
        walked.steps += len(events)
        tenant = said["department"].lower().replace(" ", "-")
        walked.tenants[tenant] += 1
        walked.channels[tenant, CHANNELS[said["channel"]]] += 1
        walked.due[said["concept:name"]] = datetime.fromisoformat(said["deadline"])
        happened = sorted((datetime.fromisoformat(one["time:timestamp"]), one["concept:name"]) for one in events)
        begin = happened[0][0]
        answered = [at - begin for at, name in happened if name.startswith("T05 ")]
        done = [at - begin for at, name in happened if name.startswith("T10 ")]
        walked.first += sorted(answered[:1] + done[:1])[:1]
        walked.resolved += done[:1]
        walked.steps_by_key.update(snake(one["concept:name"]) for one in events)
        walked.performers.update(one["org:resource"] for one in events)
    return walked


def snake(name: str) -> str:
    return name.lower().replace(" ", "_").replace("-", "_")


@dataclass(slots=True)
class Brought:
    """A log that was imported, and what became of it.

    Attributes:
        chain: The network it came into.
        admin: A superuser's connection.
        opened: The tenants that the log named, by key; each goes by a calendar that never closes.
    """

    chain: Chain
    admin: Any
    opened: dict[str, Scope] = field(default_factory=dict[str, Scope])

    async def open_tenant(self, scope: Scope, key: str, template: TenantTemplate) -> TenantFacts:
        """Bring a tenant into being that the log names, open day and night, where clocks are changed in summer."""
        chain = self.chain
        facts = await chain.open_tenant(scope, key, template)
        own = replace(scope, tenant_id=facts.id, lineage=(*scope.lineage, facts.id), actor=person())
        calendar = SetCalendar(key="always", name="Always", week=[ALL_DAY] * 7, time_zone="Europe/Stockholm")
        async with chain.database.unit(own, clock=chain.clock, directory=chain.directory) as unit:
            await set_calendar(unit, calendar)
            await assign_calendar(unit, AssignCalendar(calendar_key="always"))
        self.opened[key] = own
        return facts

    async def bring(self, path: Path, mapping: str, unit: str = "elapsed") -> Imported:
        """Publish the standard that was written for the log, with limits that count so, and import the log."""
        said = shipped_mapping(mapping)
        content = load_standard(CONTENT / f"{said.record.standard.fixed}.yaml").content
        text = msgspec.json.encode(content).replace(b'"unit":"elapsed"', b'"unit":"%s"' % unit.encode())
        await self.chain.publish_standard(msgspec.json.decode(text, type=type(content)))
        done = await self.chain.bring(path, said, opener=self)
        assert (done.failure, done.figures.refused) == (None, 0)
        return done

    async def time(self) -> None:
        """Have the worker work out the clocks of all chunks."""
        network = self.chain.scope.network_id
        await self.admin.execute(
            "UPDATE outbox SET status = 'done', finished_at = now()"
            " WHERE network_id = $1 AND topic <> 'records.time_chunk'",
            network,
        )
        load_handlers()
        services = make_services(self.chain.database, SETTINGS)
        background = Background(database=self.chain.database, services=services, clock=self.chain.clock)
        ran = await run_until_idle(background, network_id=network)
        assert (ran.failed, ran.dead) == (0, 0)

    async def clocks(self, kind: str) -> Counter[str]:
        """Count the clocks of a kind by where they stand."""
        rows = await self.admin.fetch(
            "SELECT status, count(*) FROM record_clocks WHERE network_id = $1 AND kind = $2 GROUP BY 1",
            self.chain.scope.network_id,
            kind,
        )
        return Counter({row[0]: row[1] for row in rows})

    async def deviations(self, without: str) -> Counter[str]:
        """Count deviations by kind, but for what is late of one clock."""
        rows = await self.admin.fetch(
            "SELECT kind, count(*) FROM record_deviations WHERE network_id = $1 AND detail <> $2 GROUP BY 1",
            self.chain.scope.network_id,
            without,
        )
        return Counter({row[0]: row[1] for row in rows})

    async def seal(self, walked: Walked) -> None:
        """Seal every tenant's log; it holds what it should, and nothing is found in it."""
        services = make_services(self.chain.database, SETTINGS)
        for key, scope in self.opened.items():
            book = Logbook(self.chain.database, services, self.chain.clock, scope, self.admin)
            await book.seal()
            kinds = Counter(one["kind"] for one in await book.leaves())
            assert kinds["event"] == walked.tenants[key]
            assert (await book.head_rows())[-1]["size"] == kinds.total()
            assert await book.unsealed() == 0
            assert (await examine(self.admin.fetch, book.log, Held())).findings == []

    async def assert_rows_follow_from_events(self) -> None:
        """What is kept of every record is what its events say, as `touchstone records check` looks at it."""
        for scope in self.opened.values():
            async with self.chain.database.unit(scope, read_only=True) as unit:
                assert [one async for one in check_tenant(unit)] == []


async def test_the_incidents_are_imported_whole_timed_and_sealed(bare: Chain, admin: Any) -> None:
    walked = walk_incidents()
    assert (walked.records, walked.steps, len(walked.tenants)) == (7_554, 65_533, 22)
    assert (len(walked.resolved), within(walked.resolved, TWO_DAYS)) == (7_546, 4_682)
    assert round(statistics.median(one / timedelta(hours=1) for one in walked.resolved), 2) == 6.03

    brought = Brought(bare, admin)
    done = await brought.bring(INCIDENTS, "bpic2013_incidents", unit="business")
    assert (done.figures.imported, done.figures.steps) == (walked.records, walked.steps)
    assert done.figures.tenants == walked.tenants
    assert done.figures.placeholders == {"tenant": walked.tenants["unknown"]}
    assert await figures_of(admin, bare) == {
        "records": walked.records,
        "steps": walked.steps,
        "tenants": 22,
        "resolved": len(walked.resolved),
        "closed": walked.closed,
        "in_time": 4_682,
        "median_hours": 6.03,
        "counted": walked.steps,
    }
    await assert_steps(admin, bare, walked)

    await brought.time()
    assert await brought.clocks("resolution") == {"met": 4_682, "missed": 7_546 - 4_682, "breached": 7_554 - 7_546}
    late = {"late": 7_554 - 4_682}
    assert await brought.deviations("first_response") == Counter({**walked.deviations, **late})
    figures = await admin.fetchrow(FIGURES, bare.scope.network_id)
    assert figures["records"] == walked.records
    assert figures["told"] == figures["deviations"]
    assert figures["whole"] == figures["fitting"] > 0
    assert not await admin.fetch(
        "SELECT 1 FROM work_items WHERE network_id = $1 AND kind = 'records.baseline_broken' AND facts LIKE '%late%'"
        " GROUP BY subject_id HAVING count(*) > 1",
        bare.scope.network_id,
    )
    calendars = "SELECT count(*) FROM record_clocks WHERE network_id = $1 AND calendar_revision_id IS NOT NULL"
    assert await admin.fetchval(calendars, bare.scope.network_id) == 2 * walked.records
    await brought.seal(walked)


async def test_the_receipt_phase_is_imported_whole_timed_and_sealed(bare: Chain, admin: Any) -> None:
    walked = walk_receipt()
    assert (walked.records, walked.steps, len({channel for _, channel in walked.channels})) == (1_434, 8_577, 5)

    brought = Brought(bare, admin)
    done = await brought.bring(RECEIPT, "receipt")
    assert (done.figures.imported, done.figures.steps) == (walked.records, walked.steps)
    assert done.figures.tenants == walked.tenants
    network = bare.scope.network_id
    rows = await admin.fetch(
        "SELECT tenant_id, channel, count(*) FROM records WHERE network_id = $1 GROUP BY 1, 2", network
    )
    names = {scope.tenant_id: key for key, scope in brought.opened.items()}
    assert {(names[row[0]], row[1]): row[2] for row in rows} == walked.channels
    found = await figures_of(admin, bare)
    assert (found["records"], found["steps"], found["counted"]) == (walked.records, walked.steps, walked.steps)
    assert (found["resolved"], found["closed"]) == (len(walked.resolved), 0)
    await assert_steps(admin, bare, walked)
    due = await admin.fetch("SELECT external_id, told_due_at FROM records WHERE network_id = $1", network)
    assert {row[0]: row[1] for row in due} == walked.due

    await brought.time()
    assert await brought.clocks("resolution") == expected(walked, walked.resolved, timedelta(days=56))
    assert await brought.clocks("first_response") == expected(walked, walked.first, timedelta(days=7))
    found = await brought.deviations("first_response")
    assert {kind: found[kind] for kind in ("missing", "unforeseen", "repeated")} == absent_and_strange()
    told = "SELECT count(*) FROM record_clocks c JOIN records r ON r.id = c.record_id AND r.tenant_id = c.tenant_id"
    same = await admin.fetchval(
        f"{told} WHERE c.network_id = $1 AND c.kind = 'resolution' AND c.due_at = r.told_due_at", network
    )
    assert same == 0  # The log counts from an instant before the first step: its date and the clock's are two things.
    await brought.seal(walked)
    await brought.assert_rows_follow_from_events()

    again = await bare.bring(RECEIPT, shipped_mapping("receipt"), opener=brought)
    assert (again.figures.new, again.figures.imported, again.created) == (0, walked.records, ())


FIGURES = """
    SELECT count(*) AS records, sum(f.deviations)::bigint AS told,
      (SELECT count(*) FROM record_deviations WHERE network_id = $1) AS deviations,
      count(*) FILTER (WHERE f.fitness = 10000) AS fitting,
      count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM record_deviations d WHERE d.tenant_id = f.tenant_id
        AND d.record_id = f.record_id AND d.kind <> 'late')) AS whole
    FROM record_conformance f WHERE f.network_id = $1"""


def within(times: list[timedelta], limit: timedelta) -> int:
    return sum(one <= limit for one in times)


def absent_and_strange() -> dict[str, int]:
    """Count steps that finished cases lack, and those that the process does not have; all of it may be repeated."""
    content = load_standard(CONTENT / "permit-receipt.yaml").content
    body: Any = next(one.body for one in content.clauses if one.body is not None and "steps" in one.body)
    foreseen = {one["key"]: one.get("required", True) for one in body["steps"]}
    counts = {"missing": 0, "unforeseen": 0, "repeated": 0}
    for _, events in traces(RECEIPT):
        keys = [snake(one["concept:name"]) for one in events]
        counts["unforeseen"] += sum(key not in foreseen for key in keys)
        if any(key.startswith("t10_") for key in keys):
            counts["missing"] += sum(required and key not in keys for key, required in foreseen.items())
    return counts


def expected(walked: Walked, stopped: list[timedelta], limit: timedelta) -> dict[str, int]:
    """Where clocks must stand long after the log ended: in time, late, or late and still waited for."""
    met = within(stopped, limit)
    counts = {"met": met, "missed": len(stopped) - met, "breached": walked.records - len(stopped)}
    return {status: count for status, count in counts.items() if count}


async def assert_steps(admin: Any, chain: Chain, walked: Walked) -> None:
    """Every step has the name the log gives it, and no performer has one."""
    network = chain.scope.network_id
    keys = await admin.fetch("SELECT key, count(*) FROM record_steps WHERE network_id = $1 GROUP BY 1", network)
    assert {row[0]: row[1] for row in keys} == walked.steps_by_key
    pseudonyms = await admin.fetch(
        "SELECT DISTINCT performer_pseudonym FROM record_steps WHERE network_id = $1", network
    )
    assert len(pseudonyms) > 10
    assert not {row[0] for row in pseudonyms} & walked.performers


async def figures_of(admin: Any, chain: Chain) -> dict[str, Any]:
    row = await admin.fetchrow(
        """
        SELECT count(*) AS records, count(DISTINCT tenant_id) AS tenants, count(resolved_at) AS resolved,
          count(closed_at) AS closed, count(*) FILTER (WHERE resolution_seconds <= 172800) AS in_time,
          round((percentile_cont(0.5) WITHIN GROUP (ORDER BY resolution_seconds) / 3600)::numeric, 2)::float
            AS median_hours,
          sum(step_count)::bigint AS counted,
          (SELECT count(*) FROM record_steps WHERE network_id = $1) AS steps
        FROM records WHERE network_id = $1
        """,
        chain.scope.network_id,
    )
    return dict(row)
