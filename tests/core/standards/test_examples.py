"""Every GraphQL example of every page about standards is an operation of the schema; many are run here and beside."""

import re
from pathlib import Path
from typing import Any

import pytest
from graphql import parse, validate

from core.kernel.permissions import every_permission
from core.standards.policy.content import Bounds, Narrowing
from core.standards.vocabulary import Operator
from tests.core.standards.builders import SINCE, Stage, wish
from tests.core.standards.merging.test_carrying import TIGHT
from tests.core.standards.merging.working import upgrade, version
from tests.support.api import Api, whole_schema
from tests.support.networks import as_person

PAGES = sorted((Path(__file__).parents[3] / "docs" / "standards").glob("*.md"))
BLOCK = re.compile(r"```graphql\n(.*?)```", re.DOTALL)
EXAMPLES = [
    (page.stem, number, block)
    for page in PAGES
    for number, block in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")), start=1)
]


def blocks(page: str) -> list[str]:
    return BLOCK.findall(next(one for one in PAGES if one.stem == page).read_text(encoding="utf-8"))


@pytest.mark.parametrize("example", [pytest.param(block, id=f"{page}-{n}") for page, n, block in EXAMPLES])
def test_an_example_is_an_operation_of_the_schema(example: str) -> None:
    assert validate(whole_schema().graphql, parse(example)) == []


def test_every_page_is_looked_at() -> None:
    silent = {page.stem for page in PAGES} - {page for page, _, _ in EXAMPLES}
    assert silent <= {"resolution"}, "a page without an example"


async def test_variants(stage: Stage) -> None:
    scope = as_person(stage.network.headquarters, every_permission())
    api = Api.on(stage.database, stage.clock)
    drafting, _ = blocks("variants")
    answer = await api.execute(scope, drafting)
    assert answer.codes == []
    assert answer.data == {"draftStandard": {"__typename": "DraftStandardSuccess"}}


async def test_upgrades(stage: Stage) -> None:
    await stage.publish()
    narrowing = Narrowing(bounds=Bounds(minimum=700))
    await stage.adapt(stage.network.region, wish(None, operator=Operator.NARROW, narrowing=narrowing, valid_from=SINCE))
    await stage.adapt(stage.network.north, wish(5000))
    await upgrade(stage, version("2.0.0", limit=TIGHT))
    north = as_person(stage.network.north, every_permission())
    api = Api.on(stage.database, stage.clock)
    listing, asking, comparing = blocks("upgrades")

    async def ran(document: str, **variables: Any) -> Any:
        answer = await api.execute(north, document, variables)
        assert answer.codes == [], answer.said
        return answer.data

    [waits] = (await ran(listing))["mergeOutcomes"]["nodes"]
    assert (waits["outcome"], waits["proposedValue"]) == ("OUT_OF_BOUNDS", 3600)
    asked = await ran(asking, outcome=waits["id"], until="2027-01-01T00:00:00Z", key="1")
    assert asked["resolveMerge"]["outcome"]["waiver"]["status"] == "ASKED"
    compared = await ran(comparing)
    assert [one["change"] for one in compared["standardDiff"]["clauses"]] != []
    assert compared["tenantDiff"]["version"] == "2.0.0"
