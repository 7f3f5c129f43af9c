"""Processes over GraphQL: drafted, adapted and looked at; what is refused leaves nothing behind."""

from copy import deepcopy
from typing import Any

import pytest

from tests.core.standards.builders import CODE, SINCE, Stage
from tests.core.standards.processes.mermaid_check import read_chart
from tests.core.standards.processes.processing import RECEPTION
from tests.core.standards.test_graphql import (
    ADAPT,
    APPROVE,
    DRAFT,
    PUBLISH,
    SUBMIT,
    Client,
    client,
    draft_input,
    moving,
)

VIEW = """
    clauseKey flowChart swimLanes
    steps { key title stage role required repeatable added after guard lane limit { seconds unit }
      evidence { key title kinds least most place earliestSeconds latestSeconds secondPerson } }
    readiness { key concern title required }
    blueprint { lane visible cells { step text } }
    sipoc { step title suppliers inputs outputs customers }
    touchpoints { step stage title role customer evidence guard limit { seconds unit } }
"""
HELD = (
    f"query Held($code: String!, $locale: String) {{ effectiveProcesses(code: $code, locale: $locale) {{ {VIEW} }} }}"
)
SAID = (
    f"query Said($code: String!, $of: StandardSideInput!) {{ versionProcesses(code: $code, version: $of) {{{VIEW}}} }}"
)


def rich_input(**body: Any) -> dict[str, Any]:
    """The standard of these tests with a rich process, to which levels below may add steps."""
    given = draft_input()
    process = given["clauses"][0]
    process["body"] = deepcopy(RECEPTION) | body
    process["body"]["steps"][0]["limit"] = {"parameter": "first_response.limit"}
    process["flexibility"] = "FLEXIBLE"
    process["parameters"] = [{"key": "extras", "type": "STEPS", "default": [], "operators": ["APPEND", "NARROW"]}]
    return given


async def published(stage: Stage) -> tuple[Client, Any]:
    editor, approver = (client(stage, stage.network.headquarters) for _ in range(2))
    version = (await editor.change(DRAFT, **rich_input()))["version"]
    version = (await editor.change(SUBMIT, **moving(version)))["version"]
    version = (await approver.change(APPROVE, **moving(version)))["version"]
    version = (await approver.change(PUBLISH, **moving(version, validFrom=SINCE.isoformat())))["version"]
    return editor, version


async def test_a_tenant_sees_its_own_process_in_every_view(stage: Stage) -> None:
    editor, version = await published(stage)
    north, south = client(stage, stage.network.north), client(stage, stage.network.south)
    tea = {"key": "tea", "before": ["call"], "stage": "welcome"}
    place = {"code": CODE, "clauseKey": "process", "parameterKey": "extras", "reason": "Guests expect it."}
    made = await north.change(ADAPT, **place, operator="APPEND", value=[tea], expectedRevision=0)
    assert made["__typename"] == "AdaptParameterSuccess"
    limit = {"code": CODE, "clauseKey": "first_response", "parameterKey": "limit", "reason": "Faster."}
    await north.change(ADAPT, "2", **limit, value=1200, expectedRevision=1)
    [held] = await north.ask(HELD, code=CODE, locale="de")
    steps = {one["key"]: one for one in held["steps"]}
    assert list(steps) == ["receive", "tea", "call", "visit", "order", "hand_over"]
    assert (steps["tea"]["added"], steps["tea"]["after"]) == (True, ["receive"])
    assert steps["call"]["guard"] == 'record.channel == "phone"'
    assert steps["receive"]["limit"] == {"seconds": 1200, "unit": "ELAPSED"}
    assert steps["visit"]["limit"] == {"seconds": 3600, "unit": "ELAPSED"}
    seen = {one["key"]: one for one in steps["receive"]["evidence"]}
    assert (seen["signed"]["secondPerson"], seen["signed"]["latestSeconds"]) == (True, 600)
    assert (seen["seen"]["place"], seen["seen"]["least"], seen["seen"]["most"]) == ("SITE", 2, 4)
    assert (seen["seen"]["kinds"], seen["seen"]["latestSeconds"]) == (["PHOTO", "RECORDING"], None)
    assert held["readiness"] == [
        {"key": "tools", "concern": "TOOLS_CHECKED", "title": "The till works.", "required": True}
    ]
    assert "Empfang" in read_chart(held["flowChart"]).groups
    assert "Clerk" in read_chart(held["swimLanes"]).groups
    assert [(one["lane"], one["visible"]) for one in held["blueprint"]] == [
        ("EVIDENCE", True),
        ("CUSTOMER", True),
        ("FRONTSTAGE", True),
        ("BACKSTAGE", False),
        ("SUPPORT", False),
    ]
    assert held["sipoc"][0]["outputs"] == ["A ticket"]
    assert "order" not in {one["step"] for one in held["touchpoints"]}
    assert held["touchpoints"][0]["customer"] == "Tells what is needed"
    for other in (south, editor):
        [plain] = await other.ask(HELD, code=CODE)
        assert "tea" not in {one["key"] for one in plain["steps"]}
    for side in ({"version": "1.0.0"}, {"draft": version["id"]}):
        [said] = await editor.ask(SAID, code=CODE, of=side)
        assert [one["key"] for one in said["steps"]] == ["receive", "call", "visit", "order", "hand_over"]
        assert said["steps"][0]["limit"] == {"seconds": 7200, "unit": "ELAPSED"}


async def test_neither_strangers_nor_those_without_leave_see_a_process(stage: Stage, strangers: Any) -> None:
    _, version = await published(stage)
    stranger = client(stage, strangers.north)
    assert await stranger.refused(HELD, code=CODE) == "standards.none_in_force"
    assert await stranger.refused(SAID, code=CODE, of={"version": "1.0.0"}) == "kernel.not_found"
    north = client(stage, stage.network.north)
    assert await north.refused(SAID, code=CODE, of={"draft": version["id"]}) == "kernel.not_found"
    lower = client(stage, stage.network.north, without="standards.read")
    assert await lower.refused(HELD, code=CODE) == "kernel.not_permitted"
    assert await lower.refused(SAID, code=CODE, of={"version": "1.0.0"}) == "kernel.not_permitted"


A: dict[str, Any] = {"key": "a", "position": 1}
NUMBERS = ",".join("1" * 150)
DEAR = f"[{NUMBERS}].all(a, [{NUMBERS}].all(b, [{NUMBERS}].all(c, a + b + c > 0)))"
COSTS = "... on GuardsCostTooMuch { step cost most } ... on InvalidInput"
ENDLESS = "".join(f"steps.done.exists({name}, " for name in "abcdefghijklmnopqrst") + "true" + ")" * 20


UNFIT: list[tuple[list[dict[str, Any]], str]] = [
    ([A | {"after": ["a"]}], "standards.process_is_cyclic"),
    ([A | {"after": ["b"]}], "standards.unknown_predecessor"),
    ([A | {"when": "record.colour"}], "standards.guard_does_not_compile"),
    (
        [A | {"when": ENDLESS}, *({"key": f"b{at}", "position": 2} for at in range(99))],
        "standards.guards_cost_too_much",
    ),
    ([A | {"when": DEAR}, {"key": "b", "position": 2}], "standards.guards_cost_too_much"),
    ([A | {"when": "'receive' in steps.done"}], "standards.guard_names_unknown_step"),
    ([A | {"evidence": [{"key": "e", "kinds": ["log"], "place": "site"}]}], "standards.evidence_makes_no_sense"),
    ([A | {"evidence": [{"key": "e", "kinds": []}]}], "kernel.invalid_input"),
]


@pytest.mark.parametrize(("steps", "code"), UNFIT)
async def test_a_draft_that_nobody_could_follow_is_refused_and_leaves_nothing(
    stage: Stage, steps: list[dict[str, Any]], code: str
) -> None:
    editor = client(stage, stage.network.headquarters)
    before = await stage.rows()
    given = draft_input()
    given["clauses"][0]["body"] = {"steps": steps}
    refused = await editor.change(DRAFT.replace("... on InvalidInput", COSTS), **given)
    assert refused["code"] == code
    assert refused["hint"]
    assert refused.get("cost", 1_000_001) > refused.get("most", 1_000_000)
    assert await stage.rows() == before
