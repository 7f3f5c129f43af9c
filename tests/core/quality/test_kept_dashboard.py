"""A dashboard is given again while nothing it shows has changed, to nobody else, and never a moment longer."""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from core.kernel.database import Database
from core.kernel.graphql.context import RequestContext
from core.kernel.ids import new_id
from core.kernel.scope import Scope
from core.kernel.unit import Unit
from core.quality.repository import add_up_days, drop_days, keep_figures, keep_scores, lock_figures
from core.records.open_record import OpenRecord, open_record
from core.records.work_record import AddStep, ResolveRecord, add_record_step, resolve_record
from gateway.answering.answering import Answering
from gateway.execution.outcome import WrittenResult
from tenants.directory import TenantDirectory
from tenants.networks.change_settings import ChangeSettings, change_settings
from tenants.networks.suspend import suspend_tenant
from tests.core.quality.conftest import CONFORMANCE, House, served
from tests.support.api import Api, code_of, whole_schema
from tests.support.cluster import ROLE_SECRET
from tests.support.networks import BuiltNetwork, as_person

ROOT = Path(__file__).parents[3]
CODE = "incident-handling"
DAY = date(2026, 3, 2)
FIGURES = "figures { records resolved withinPublishedLimit withinEffectiveShare } medianResolutionSeconds"
DASHBOARD = f"""query Board($period: QualityPeriodInput!) {{ qualityDashboard(period: $period) {{
    whole {{ {FIGURES} scores {{ rule dimension scored mean }} }} days {{ day figures {{ records resolved }} }}
    tenants {{ tenantKey tenantName publishedLimitSeconds performance {{ {FIGURES} }} }} }} }}"""
PERIOD = {"period": {"standardCode": CODE}}
QUICK = served("north", "quick", ("Accepted", "2026-03-02T10:00:00Z"), ("Completed", "2026-03-02T11:00:00Z"))
LATE = served("north", "late", ("Accepted", "2026-03-02T12:00:00Z"), ("Completed", "2026-03-06T12:00:00Z"))


@dataclass
class Front:
    """A front end that asks, and knows whether an answer was kept."""

    api: Api
    answering: Answering
    asked: int = 0
    again: int = 0

    async def ask(
        self, scope: Scope | None, document: str = DASHBOARD, variables: Any = PERIOD, **options: Any
    ) -> dict[str, Any]:
        context = self.api.context(scope)
        done: Any = await self.answering.execute(document, variables, options.get("context", context))
        kept = isinstance(done, WrittenResult)
        self.asked, self.again = self.asked + 1, self.again + kept
        if isinstance(done, WrittenResult):
            return orjson.loads(done.body or b"")
        errors: list[Any] = done.errors or []
        codes = [code_of(error) for error in errors]
        return {"data": orjson.loads(orjson.dumps(done.data)), "codes": codes}

    async def plainly(self, scope: Scope, document: str = DASHBOARD, variables: Any = PERIOD) -> Any:
        """The answer of whoever keeps nothing."""
        done: Any = await Answering(whole_schema(), kept_bytes=0).execute(document, variables, self.api.context(scope))
        assert not isinstance(done, WrittenResult)
        assert not done.errors
        return orjson.loads(orjson.dumps(done.data))


@pytest.fixture
def front(api: Api) -> Front:
    return Front(api, Answering(whole_schema()))


def figures(seconds: int | None = 100, day: date = DAY) -> dict[str, Any]:
    limits = {"published_limit_seconds": 200, "effective_limit_seconds": 150}
    return {"id": new_id(), "standard_code": CODE, "day": day, "resolution_seconds": seconds, "step_count": 1} | limits


async def count(database: Database, scope: Scope, *rows: dict[str, Any]) -> None:
    async with database.unit(scope) as unit:
        await keep_figures(unit, rows)
        await add_up_days(unit, CODE, sorted({row["day"] for row in rows}))


def records(answer: dict[str, Any]) -> int:
    return answer["data"]["qualityDashboard"]["whole"]["figures"]["records"]


async def test_the_same_question_is_read_once_and_answered_alike(
    front: Front, database: Database, network: BuiltNetwork
) -> None:
    await count(database, network.north, figures(), figures(None), figures(190))
    first = await front.ask(network.north)
    second = await front.ask(network.north)
    assert (front.asked, front.again) == (2, 1)
    assert second["data"] == first["data"] == await front.plainly(network.north)
    assert records(second) == 3
    assert second["extensions"]["cost"]["asked"] > 50, "what is given again costs what it cost"


async def test_each_question_has_its_own_answer(front: Front, database: Database, network: BuiltNetwork) -> None:
    await count(database, network.north, figures(), figures(day=DAY + timedelta(days=1)))
    one_day: Any = {"period": {"standardCode": CODE, "lastDay": DAY.isoformat()}}
    two = """{ a: qualityDashboard(period: {standardCode: "incident-handling"}) { days { day } }
               b: qualityDashboard(period: {standardCode: "nothing"}) { days { day } } __typename }"""
    for _ in range(2):
        assert records(await front.ask(network.north)) == 2
        assert records(await front.ask(network.north, variables=one_day)) == 1
        answer = (await front.ask(network.north, two, {}))["data"]
        assert (len(answer["a"]["days"]), answer["b"]["days"], answer["__typename"]) == (2, [], "Query")
    assert front.again == 3
    included = """query($yes: Boolean!) {
        qualityDashboard(period: {standardCode: "x"}) { standardCode days @include(if: $yes) { day } } }"""
    for yes in (True, False, True, False):
        shown = (await front.ask(network.north, included, {"yes": yes}))["data"]["qualityDashboard"]
        assert ("days" in shown) is yes
    assert front.again == 5


async def test_what_is_kept_and_what_is_read_stand_in_one_answer(
    front: Front, database: Database, network: BuiltNetwork
) -> None:
    await count(database, network.north, figures())
    mixed = """{ records(first: 1) { totalCount } network: __typename
        qualityDashboard(period: {standardCode: "incident-handling"}) { whole { figures { records } } }
        networkQuality(period: {standardCode: "incident-handling"}) { whole { figures { records } } } }"""
    answers = [await front.ask(network.north, mixed, {}) for _ in range(2)]
    await count(database, network.north, figures())
    answers.append(await front.ask(network.north, mixed, {}))
    assert [list(one["data"]) for one in answers] == [
        ["records", "network", "qualityDashboard", "networkQuality"] for _ in range(3)
    ]
    seen = [(records(one), one["data"]["networkQuality"]["whole"]["figures"]["records"]) for one in answers]
    assert seen == [(1, 1), (1, 1), (2, 2)]


async def test_no_tenant_is_given_another_tenants_answer(
    front: Front, database: Database, network: BuiltNetwork, strangers: BuiltNetwork
) -> None:
    for number, scope in enumerate((network.north, network.south, strangers.north), start=1):
        await count(database, scope, *(figures() for _ in range(number)))
    for _ in range(2):
        for number, scope in enumerate((network.north, network.south, strangers.north), start=1):
            assert records(await front.ask(scope)) == number
    assert front.again == 3


async def test_who_may_not_see_it_is_not_given_what_others_may(
    front: Front, database: Database, network: BuiltNetwork
) -> None:
    await count(database, network.north, figures())
    manager = as_person(network.north, network.north.permissions)
    clerk = as_person(network.north, frozenset({"kernel.signed_in", "records.read"}))
    for _ in range(2):
        assert records(await front.ask(manager)) == 1
    refused = await front.ask(clerk)
    assert (refused["data"], refused["codes"]) == ({"qualityDashboard": None}, ["kernel.not_permitted"])
    withdrawn = replace(manager, permissions=manager.permissions - {"quality.read"})
    refused = await front.ask(withdrawn)
    assert (refused["data"], refused["codes"]) == ({"qualityDashboard": None}, ["kernel.not_permitted"])
    assert (await front.ask(None))["codes"] == ["gateway.not_signed_in"]
    fewer = replace(manager, permissions=manager.permissions - {"work.read"})
    before = front.again
    assert records(await front.ask(fewer)) == 1
    assert front.again == before, "what was made with other permissions is not given again, though it is the same"


async def test_a_suspended_tenant_is_asked_anew(front: Front, database: Database, network: BuiltNetwork) -> None:
    await count(database, network.north, figures())
    for _ in range(2):
        await front.ask(network.north)
    async with database.unit(network.headquarters) as unit:
        await suspend_tenant(unit, network.north.tenant_id)
    await front.ask(network.north)
    assert (front.asked, front.again) == (3, 1)
    nowhere: RequestContext = replace(front.api.context(network.north), scope=None)
    assert (await front.ask(None, context=nowhere))["codes"] == ["gateway.no_tenant"]


async def test_errors_are_not_kept(front: Front, network: BuiltNetwork) -> None:
    wrong: Any = {"period": {"standardCode": CODE, "firstDay": "2026-13-45"}}
    for _ in range(2):
        assert (await front.ask(network.north, variables=wrong))["codes"] == ["gateway.bad_variables"]
    assert front.again == 0


async def opened(house: House) -> None:
    async with house.database.unit(
        house.network.north, clock=house.clock, directory=TenantDirectory(house.database)
    ) as unit:
        await open_record(unit, OpenRecord(channel="phone", standard_code=CODE, external_id="walk-in"))
    await house.work()


async def resolved(house: House) -> None:
    record = await house.record(house.network.north, "walk-in")
    house.clock.advance(timedelta(minutes=5))
    async with house.database.unit(house.network.north, clock=house.clock) as unit:
        for version, key in enumerate(("accepted", "completed"), start=record["version"]):
            await add_record_step(unit, AddStep(record_id=record["id"], expected_version=version, key=key))
        await resolve_record(unit, ResolveRecord(record_id=record["id"], expected_version=record["version"] + 2))
    await house.work()


async def imported(house: House) -> None:
    await house.bring(QUICK, LATE)
    await house.work()


async def scored(house: House) -> None:
    """The rule is enabled, and what is there is scored by it."""
    north = house.network.north
    await house.allow(CONFORMANCE, north)
    for name in ("quick", "late"):
        await house.order(north, "quality.score_record", record_id=(await house.record(north, name))["id"])
    await house.work()


async def rebuilt(house: House) -> None:
    """Sums that were wrong are made again from the records."""
    await house.admin.execute(
        "UPDATE record_figures SET step_count = 77 WHERE tenant_id = $1", house.network.north.tenant_id
    )
    async with house.database.unit(house.network.north, clock=house.clock) as unit:
        await drop_days(unit, CODE, [DAY])


async def renamed(house: House) -> None:
    async with house.database.unit(house.network.north, clock=house.clock) as unit:
        await change_settings(unit, ChangeSettings(expected_version=1, name="North Star"))
    await house.work()


async def test_whatever_it_shows_is_seen_as_soon_as_it_changes(house: House, front: Front) -> None:
    north = house.network.north
    changes: list[Callable[[House], Awaitable[None]]] = [opened, resolved, imported, scored, rebuilt, renamed]
    seen = [await front.ask(north)]
    for number, change in enumerate(changes, start=1):
        await change(house)
        seen.append(await front.ask(north))
        assert seen[-1]["data"] == await front.plainly(north), change.__name__
        assert seen[-1]["data"] != seen[-2]["data"], f"{change.__name__} changes nothing that is shown"
        assert (await front.ask(north))["data"] == seen[-1]["data"]
        assert front.again == number
    assert "North Star" in str(seen[-1])


WRITERS: dict[str, Callable[[Unit], Awaitable[None]]] = {
    "keep_figures": lambda unit: keep_figures(unit, [figures()]),
    "keep_scores": lambda unit: keep_scores(unit, []),
    "add_up_days": lambda unit: add_up_days(unit, CODE, [DAY]),
    "drop_days": lambda unit: drop_days(unit, CODE, [DAY]),
    "lock_figures": lock_figures,
}


@pytest.mark.parametrize("writer", WRITERS)
async def test_every_writer_makes_the_revision_go_up_in_its_own_transaction(
    writer: str, database: Database, network: BuiltNetwork, admin: Any
) -> None:
    write = WRITERS[writer]

    async def revision() -> int | None:
        return await admin.fetchval("SELECT revision FROM quality_heads WHERE tenant_id = $1", network.north.tenant_id)

    for expected in (1, 2):
        async with database.unit(network.north) as unit:
            await write(unit)
            await write(unit)
            assert await revision() != expected, "seen before the commit"
        assert await revision() == expected
    with suppress(ZeroDivisionError):
        async with database.unit(network.north) as unit:
            await write(unit)
            raise ZeroDivisionError
    assert await revision() == 2


def test_nobody_else_writes_what_the_dashboard_shows() -> None:
    ours = ROOT / "core" / "quality" / "repository.py"
    writes = re.compile(
        r"(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE)\s+"
        r"(?:record_scores|record_figures|quality_days|score_days|quality_heads)\b|"
        r"(?:UPDATE|DELETE\s+FROM|TRUNCATE)\s+tenants\b|"
        r"(?:insert|update|delete|upsert)\((?:RecordScore|RecordFigures|QualityDay|ScoreDay|QualityHead)\b",
    )
    found = {
        path.relative_to(ROOT).as_posix()
        for room in ("core", "tenants", "gateway")
        for path in (ROOT / room).rglob("*.py")
        if writes.search(path.read_text())
    }
    assert found == {ours.relative_to(ROOT).as_posix()}


def test_whoever_changes_a_tenants_row_counts_its_version_up() -> None:
    changes = [
        one
        for path in (ROOT / "tenants").rglob("*.py")
        for one in re.findall(r"update\(Tenant\)(.*?)\n    \)\n", path.read_text(), re.DOTALL)
    ]
    assert len(changes) == 2
    assert all("version=col(Tenant.version) + 1" in one for one in changes)


class Held(Database):
    """A database whose units wait for somebody before they begin, once."""

    def __init__(self, url: str, secret: str) -> None:
        super().__init__(url, secret)
        self.reached, self.released = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def unit(self, scope: Scope, **more: Any) -> AsyncGenerator[Unit, None]:
        self.reached.set()
        await self.released.wait()
        async with super().unit(scope, **more) as unit:
            yield unit


async def test_a_change_between_the_revision_and_the_answer_is_shown_under_the_older_revision(
    front: Front, database: Database, network: BuiltNetwork
) -> None:
    """Two connections: the answer is newer than its label, and the next request makes its own."""
    await count(database, network.north, figures())
    held = Held(database.url, ROLE_SECRET)
    try:
        context = replace(front.api.context(network.north), database=held)
        asking = asyncio.create_task(front.ask(network.north, context=context))
        await held.reached.wait()
        await count(database, network.north, figures())
        held.released.set()
        assert records(await asking) == 2
    finally:
        await held.close()
    assert records(await front.ask(network.north)) == 2
    assert front.again == 0, "the answer stands under a revision that is over"
    assert records(await front.ask(network.north)) == 2
    assert front.again == 1


async def test_what_is_not_committed_is_neither_shown_nor_kept(
    front: Front, database: Database, network: BuiltNetwork
) -> None:
    await count(database, network.north, figures())
    async with database.unit(network.north) as unit:
        await keep_figures(unit, [figures()])
        await add_up_days(unit, CODE, [DAY])
        for _ in range(2):
            assert records(await front.ask(network.north)) == 1
    assert front.again == 1
    assert records(await front.ask(network.north)) == 2
    assert front.again == 1
