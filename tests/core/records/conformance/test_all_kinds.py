"""A record that goes wrong in every way: all of it is listed, graded by its clause; what is broken reaches people."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest

from core.kernel.clock import SetClock
from core.kernel.database import Database
from core.kernel.graphql.ids import global_id
from core.kernel.permissions import every_permission
from core.kernel.unit import Unit
from core.records.conformance.keep import follow_records
from core.records.conformance.qualification import Performed
from core.records.execution import commands as do
from core.standards.vocabulary import ClauseLevel
from tests.core.records.conformance.test_keeping import HOUR, Watched
from tests.core.records.conftest import found_chain
from tests.core.records.execution.executing import CODE
from tests.support.api import Api, Client

PROCESS: dict[str, Any] = {
    "steps": [
        {"key": "intake", "position": 1, "repeatable": False, "role": "front_desk", "limit": {"seconds": 60}},
        {"key": "proof", "position": 2, "required": False, "evidence": [{"key": "plate", "kinds": ["photo"]}]},
        {"key": "repair", "position": 2, "when": "record.priority != 'low'"},
        {"key": "report", "position": 3},
    ]
}
LIFE: tuple[do.Command, ...] = (
    do.TellStep(key="report"),
    do.StartStep(key="intake"),
    do.CompleteStep(key="intake"),
    do.ReopenStep(key="intake", reason_code="wrong"),
    do.CompleteStep(key="intake"),
    do.TellStep(key="proof"),
    do.Resolve(),
    do.ChangePriority(priority="high"),
)
"""Reported first, taken in too slowly and twice, by somebody who may not, proven by nothing, and never repaired."""
LISTED = """query($record: ID!) { deviations(filter: { record: $record }) {
  nodes { kind step grade detail } } inbox { nodes { kind facts } } }"""


class FrontDeskIsUnqualified:
    """Nobody has the role of the front desk."""

    async def unqualified(self, unit: Unit, performed: Collection[Performed]) -> Collection[Performed]:
        del unit
        return [one for one in performed if one.role == "front_desk"]


@pytest.mark.parametrize("level", ClauseLevel)
async def test_every_kind_is_graded_by_its_clause(
    database: Database, clock: SetClock, admin: Any, level: ClauseLevel
) -> None:
    chain = await found_chain(database, clock)
    said = {"key": "process", "kind": "process", "level": level.value, "text": {"en": "x"}, "body": PROCESS}
    await chain.publish_content({"code": CODE, "number": "1.0.0", "title": {"en": CODE}, "clauses": [said]})
    scope = await chain.tenant("north")
    shop = Watched(chain, scope, admin, client=Client(Api.on(database, clock), scope))
    record = await shop.open(priority="low")
    for command in LIFE:
        clock.advance(HOUR)
        await shop.act(record, command)

    async def follow(unit: Unit) -> None:
        await follow_records(unit, [record], FrontDeskIsUnqualified())

    for _ in range(2):  # Run twice, it tells nobody twice.
        await shop.run(follow, replace(scope, permissions=every_permission()))
    found = await shop.client.data(LISTED, record=global_id("Record", record))
    listed = found["deviations"]["nodes"]
    assert sorted((one["kind"], one["step"]) for one in listed) == [
        ("EVIDENCE_MISSING", "proof"),
        ("LATE", "intake"),
        ("LATE", "intake"),
        ("MISSING", "repair"),
        ("OUT_OF_ORDER", "report"),
        ("REPEATED", "intake"),
        ("UNQUALIFIED", "intake"),
        ("UNQUALIFIED", "intake"),
    ]
    assert {one["grade"] for one in listed} == {level.name}
    told = [one["facts"]["kind"] for one in found["inbox"]["nodes"] if one["kind"] == "records.baseline_broken"]
    assert sorted(told) == (sorted(one["kind"].lower() for one in listed) if level is ClauseLevel.BASELINE else [])
