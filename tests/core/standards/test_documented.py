"""The GraphQL that the pages about standards show runs as it stands there."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from core.kernel.graphql.ids import global_id
from core.kernel.ids import new_id
from core.kernel.permissions import every_permission
from core.kernel.scope import Scope
from tests.core.standards.builders import Stage, content, wish
from tests.core.standards.consultation.consulting import drafted
from tests.core.standards.test_jobs import STRICTER, work_off
from tests.support.api import Api
from tests.support.networks import as_person

PAGES = Path(__file__).parents[3] / "docs" / "standards"
BLOCK = re.compile(r"```graphql\n(.*?)```", re.DOTALL)


def blocks(page: str) -> list[str]:
    return BLOCK.findall((PAGES / f"{page}.md").read_text(encoding="utf-8"))


async def run(stage: Stage, scope: Scope, page: str, **variables: Any) -> list[Any]:
    """Run every operation of a page in its order, and give what each answered."""
    api = Api.on(stage.database, stage.clock)
    answers: list[Any] = []
    for document in blocks(page):
        named = {name: one for name, one in variables.items() if f"${name}:" in document}
        answer = await api.execute(scope, document, {**named, **({"key": str(new_id())} if "$key" in document else {})})
        assert answer.codes == [], document
        answers.append(answer.data)
    return answers


async def test_promises(stage: Stage) -> None:
    await stage.publish()
    made, standing = await run(stage, as_person(stage.network.north, every_permission()), "promises")
    assert made["makePromise"]["promise"]["limits"] == [{"clauseKey": "first_response", "value": 7200}]
    assert standing["promise"]["kept"] is True
    assert standing["promise"]["promise"]["scope"][0]["text"] == "We answer within two hours."
    assert standing["promise"]["limits"][0]["delivered"] == [7200]


async def test_reviews_and_reading(stage: Stage) -> None:
    await stage.publish()
    chosen = "SELECT id FROM published_versions WHERE network_id = $1"
    version = global_id("PublishedVersion", await stage.admin.fetchval(chosen, stage.network.id))
    scope = as_person(stage.network.headquarters, every_permission())
    due, reading = await run(stage, scope, "reviews", version=version)
    assert [one["code"] for one in due["reviewsDue"]["nodes"]] == ["incident-handling"]
    assert (reading["networkReading"]["readers"], reading["networkReading"]["tenants"]) == (0, 4)


async def test_waivers_and_suggestions(stage: Stage) -> None:
    await stage.publish()
    until = (stage.clock.now() + timedelta(days=100)).isoformat()
    scope = as_person(stage.network.north, every_permission())
    asked, mine, rules, fitting = await run(stage, scope, "waivers", until=until)
    assert asked["askWaiver"]["waiver"]["bound"] == "operators"
    assert [one["status"] for one in mine["waivers"]["nodes"]] == ["ASKED"]
    assert rules["waiverRules"]["longestDays"] == 366
    assert fitting["fittingSuggestions"] == []


async def test_consultation(stage: Stage) -> None:
    floor = await drafted(stage)
    scope = as_person(stage.network.headquarters, every_permission())
    below = as_person(stage.network.north, every_permission())
    api = Api.on(stage.database, stage.clock)
    opening, listing, commenting, reading, answering = blocks("consultation")
    until = (stage.clock.now() + timedelta(days=10)).isoformat()

    async def ran(who: Scope, document: str, **variables: Any) -> Any:
        answer = await api.execute(who, document, variables)
        assert answer.codes == [], document
        return answer.data

    await ran(scope, opening, key=str(new_id()), version=floor.draft, until=until)
    [found] = (await ran(below, listing))["consultations"]["nodes"]
    await ran(below, commenting, key=str(new_id()), consultation=found["id"])
    await work_off(stage)
    [comment] = (await ran(scope, reading, version=floor.draft))["consultationComments"]["nodes"]
    answered = await ran(scope, answering, key=str(new_id()), comment=comment["id"])
    assert answered["answerComment"]["comment"]["status"] == "ACCEPTED"


async def test_drift(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(3600))
    report, sums = await run(stage, as_person(stage.network.headquarters, every_permission()), "drift")
    [entry] = report["driftReport"]["entries"]
    assert (entry["tenantKey"], entry["value"], entry["default"]) == ("north", 3600, 7200)
    assert sums["driftSummary"]["tenants"] == [{"tenantKey": "north", "entries": 1}]


async def test_previews(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000))
    _, version = await stage.approved(content("2.0.0", STRICTER))
    scope = as_person(stage.network.headquarters, every_permission())
    given = global_id("StandardVersion", version.id)
    await run(stage, scope, "previews", version=given)
    await work_off(stage)
    _, report, whom = await run(stage, scope, "previews", version=given)
    assert (report["preview"]["stale"], whom["previewTenants"]["nodes"]) == (False, []), "it was begun anew"
    await work_off(stage)
    api = Api.on(stage.database, stage.clock)
    answer = await api.execute(scope, blocks("previews")[2], {"version": given})
    assert answer.data is not None
    [node] = answer.data["previewTenants"]["nodes"]
    assert node["tenant"] == global_id("Tenant", stage.network.north.tenant_id)


async def test_exchange(stage: Stage) -> None:
    await stage.publish()
    scope = as_person(stage.network.headquarters, every_permission())
    document = (PAGES / "exchange.md").read_text(encoding="utf-8").split("```json\n")[1].split("```")[0]
    exported, imported = await run(stage, scope, "exchange", document=document)
    assert exported["exportStandard"]["text"].startswith('{"changeLog":')
    assert imported["importStandard"]["version"]["number"] == "1.0.0"
