"""The seed network comes to be what its data files say, once however often it is founded."""

import json
from typing import Any

import msgspec
import pytest

from core.kernel.clock import SetClock
from core.kernel.database import Database
from core.kernel.ids import new_id
from core.standards.exchange.policy import file_text, read_file
from core.standards.vocabulary import ParameterType
from gateway.cli.operator import Operator
from gateway.seed.found import Seeded, seed, seeded_before
from gateway.seed.plan import CONTENT, SeedPlan, seed_plan
from gateway.seed.show import show, value_at, written
from gateway.wiring import make_services
from tenants.networks.create import network_id_of
from tests.support.api import SETTINGS

TABLES = (
    "tenants",
    "tenant_placements",
    "standards",
    "standard_versions",
    "published_versions",
    "published_overlays",
    "adaptations",
    "standard_heads",
    "memberships",
    "audit_entries",
    "catalogue_services",
    "service_offers",
)
LANGUAGES = {"en", "zh-Hans", "de", "ja", "pt-BR"}


@pytest.fixture
def at(database: Database, clock: SetClock) -> Operator:
    return Operator(SETTINGS, database, make_services(database, SETTINGS), clock)


@pytest.fixture
def plan() -> SeedPlan:
    return seed_plan(f"seed-{new_id().hex[-12:]}")


async def rows(admin: Any, plan: SeedPlan) -> dict[str, list[str]]:
    network = network_id_of(plan.network)
    return {
        table: sorted(
            str(row["row"])
            for row in await admin.fetch(f"SELECT t::text AS row FROM {table} t WHERE network_id = $1", network)
        )
        for table in TABLES
    }


def changed(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, set[str]]:
    """The rows of each table that are there once only."""
    differing = {table: set(before[table]) ^ set(after[table]) for table in TABLES}
    return {table: found for table, found in differing.items() if found}


def values(plan: SeedPlan, seeded: Seeded) -> dict[str, list[object]]:
    """What holds, as the plan's table says it."""
    return {
        str(row.place): [value_at(seeded, tenant, row.place).value for tenant in plan.columns] for row in plan.effective
    }


async def serving(admin: Any, plan: SeedPlan) -> tuple[dict[str, int], dict[str, int]]:
    """How many services there are of each kind, and how many each tenant offers."""
    kinds = "SELECT kind AS key, count(*) FROM catalogue_services WHERE network_id = $1 GROUP BY kind"
    offers = (
        "SELECT t.key, count(*) FROM service_offers o JOIN tenants t ON t.id = o.tenant_id"
        " WHERE o.network_id = $1 AND o.status = 'offered' GROUP BY t.key"
    )
    network = network_id_of(plan.network)
    by_kind, by_tenant = [
        {row["key"]: row["count"] for row in await admin.fetch(query, network)} for query in (kinds, offers)
    ]
    return by_kind, by_tenant


def greeting(seeded: Seeded, tenant: str) -> dict[str, str]:
    """How customers are greeted in a tenant, by language."""
    standard = seeded.standing[tenant, "sales-service"].standard
    [clause] = [one for one in standard.version.content.clauses if one.key == "reception.greeting"]
    return dict(standard.text_of(clause))


async def test_it_holds_what_its_files_say_and_is_founded_once(
    at: Operator, plan: SeedPlan, admin: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    first = await seed(at, plan)
    assert values(plan, first) == {str(row.place): list(row.values) for row in plan.effective}
    served = plan.served()
    added = len(plan.tenants) + len(plan.standards) + len(plan.adaptations)
    assert first.changes == added + len(served.services) + len(served.offers)
    assert await serving(admin, plan) == (
        {"basic": 2, "additional": 3, "bespoke": 1, "bundle": 1},
        {"hamburg": 6, "osaka": 4, "recife": 3},
    )
    for wish, refusal in zip(plan.refused, first.refusals, strict=True):
        assert refusal.code == "standards.bound_exceeded"
        assert (refusal.bound, refusal.limit) == (wish.bound, wish.limit)
        assert refusal.set_by == first.tenant_ids[wish.set_by]
    assert greeting(first, "osaka")["ja"].startswith("いらっしゃいませ。本日は")
    assert greeting(first, "recife") == greeting(first, "hq")
    before = await rows(admin, plan)
    again = await seed(at, plan)
    assert (again.changes, values(plan, again)) == (0, values(plan, first))
    assert [one.document for one in again.standing.values()] == [one.document for one in first.standing.values()]
    assert changed(before, await rows(admin, plan)) == {}
    show(plan, again)
    said = capsys.readouterr().out
    assert "recife is refused: first_response.limit cannot be 3600" in said
    assert "0 changes" in said
    assert written(ParameterType.MONEY, {"amountMinor": "15000", "currency": "BRL"}) == "150.00 BRL"
    assert written(ParameterType.MONEY, {"amountMinor": "3000", "currency": "JPY"}) == "3000 JPY"


async def test_what_a_run_left_undone_is_done_by_the_next(at: Operator, plan: SeedPlan) -> None:
    begun = await seed(at, msgspec.structs.replace(plan, adaptations=(), refused=()))
    assert value_at(begun, "osaka", plan.effective[0].place).value == 8
    done = await seed(at, plan)
    assert done.changes == len(plan.adaptations)
    assert values(plan, done) == {str(row.place): list(row.values) for row in plan.effective}


@pytest.mark.parametrize("name", seed_plan().standards)
def test_its_standards_are_exchange_files_in_five_languages(name: str) -> None:
    text = (CONTENT / name).read_text(encoding="utf-8")
    file = read_file(text)
    assert json.loads(text) == json.loads(file_text(file)), "written as exported, with its hash"
    assert all(set(clause.text) == LANGUAGES for clause in file.content.clauses)


def test_it_uses_the_figures_of_the_sources() -> None:
    defaults = {
        f"{clause.key}.{parameter.key}": parameter.default
        for document in seed_plan().documents()
        for clause, parameter in read_file(document).content.parameters()
    }
    assert defaults["first_response.limit"] == 30 * 60
    assert (defaults["answer.limit"], defaults["resolution.limit"]) == (2 * 3600, 48 * 3600)
    assert (defaults["readiness.training.hours"], defaults["survey.sample"]) == (8, 100)
    assert (defaults["progress.deviation.most"], defaults["survey.target"]) == ("15", "80")


async def test_what_was_founded_before_is_read_without_a_change(at: Operator, plan: SeedPlan, admin: Any) -> None:
    assert await seeded_before(at, plan) is None
    first = await seed(at, plan)
    before = await rows(admin, plan)
    again = await seeded_before(at, plan)
    assert again is not None
    assert (values(plan, again), again.changes) == (values(plan, first), 0)
    assert [one.message for one in again.refusals] == [one.message for one in first.refusals]
    assert changed(before, await rows(admin, plan)) == {}
