"""Front ends take a standard through its whole life, and every denied move leaves the database as it was."""

from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from core.kernel.graphql.ids import global_id
from core.kernel.scope import Scope
from tests.core.standards.builders import CODE, FACTS, SINCE, Stage
from tests.support.api import Answer, Api
from tests.support.networks import BuiltNetwork, as_person

PROBLEM = "__typename ... on Problem { code message hint }"
VERSION = "version { id number status hash revision validFrom validTo authorId approverId standard { code } }"
DRAFT = f"""
mutation Draft($input: DraftStandardInput!, $key: String!) {{
  draftStandard(input: $input, idempotencyKey: $key) {{
    {PROBLEM} ... on DraftStandardSuccess {{ {VERSION} }} ... on InvalidInput {{ field problem }}
  }}
}}
"""
SUBMIT = f"""
mutation Submit($input: SubmitVersionInput!, $key: String!) {{
  submitVersion(input: $input, idempotencyKey: $key) {{ {PROBLEM} ... on SubmitVersionSuccess {{ {VERSION} }} }}
}}
"""
APPROVE = f"""
mutation Approve($input: ApproveVersionInput!, $key: String!) {{
  approveVersion(input: $input, idempotencyKey: $key) {{ {PROBLEM} ... on ApproveVersionSuccess {{ {VERSION} }} }}
}}
"""
PUBLISH = f"""
mutation Publish($input: PublishVersionInput!, $key: String!) {{
  publishVersion(input: $input, idempotencyKey: $key) {{ {PROBLEM} ... on PublishVersionSuccess {{ {VERSION} }} }}
}}
"""
ADAPT = f"""
mutation Adapt($input: AdaptParameterInput!, $key: String!) {{
  adaptParameter(input: $input, idempotencyKey: $key) {{
    {PROBLEM}
    ... on AdaptParameterSuccess {{
      adaptation {{
        id code clauseKey parameterKey operator value reason legalBasis authorId validFrom validTo recordedTo revision
        narrowing {{ operators bounds {{ minimum maximum step choices pattern direction }} }}
      }}
    }}
    ... on BoundExceeded {{ place bound limit value setBy at }}
    ... on ClauseIsLocked {{ granted }}
  }}
}}
"""
WITHDRAW = f"""
mutation Withdraw($input: WithdrawAdaptationInput!, $key: String!) {{
  withdrawAdaptation(input: $input, idempotencyKey: $key) {{
    {PROBLEM} ... on WithdrawAdaptationSuccess {{ adaptation {{ recordedTo validTo }} }}
  }}
}}
"""
STANDARDS = """
{ standards(first: 2) { nodes { code layer title { locale text } versions(first: 2) { nodes {
  id number status clauses(first: 10) { nodes { id key kind level obligation flexibility position operators body
    text { locale text }
    parameters(first: 5) { nodes { key clauseKey type unit default operators bounds { minimum maximum direction } } }
    } }
} } } } }
"""
STANDARD = "query One($code: String!) { standard(code: $code) { code revision } }"
VERSION_BY_ID = "query One($id: ID!) { standardVersion(id: $id) { number } }"
CLAUSE = "query One($id: ID!) { clause(id: $id) { key } }"
PUBLISHED = """
query List($filter: PublishedVersionFilter) { publishedVersions(filter: $filter) { nodes {
  id code number hash document canonicalText validFrom validTo title { text } } } }
"""
PUBLISHED_BY_ID = "query One($id: ID!) { publishedVersion(id: $id) { number } }"
ADAPTATIONS = """
query List($filter: AdaptationFilter) { adaptations(filter: $filter) { totalCount nodes { id value recordedTo } } }
"""
EFFECTIVE = """
query What($code: String!, $at: DateTime, $knownAt: DateTime) {
  effectiveStandard(code: $code, at: $at, knownAt: $knownAt) {
    code version hash document canonicalText at knownAt revision
    orphans { outcome }
    values { clauseKey parameterKey type unit value publishedValue adapted operators
      limits { kind value setBy }
      why { kind owner overlayId version operator value outcome authorId approverId reason legalBasis
            validFrom validTo recordedFrom limit { kind value setBy } narrowing { operators } } }
  }
}
"""


def draft_input() -> dict[str, Any]:
    """The standard of these tests as a front end sends it."""

    def texts(given: dict[str, str]) -> list[dict[str, str]]:
        return [{"locale": locale, "text": text} for locale, text in given.items()]

    def upper(given: dict[str, Any], *names: str) -> dict[str, Any]:
        return {name: given[name].upper() for name in names if name in given}

    clauses: list[dict[str, Any]] = []
    for clause in FACTS["clauses"]:
        parameters: list[dict[str, Any]] = []
        for one in clause.get("parameters", []):
            bounds = one.get("bounds")
            shown = {"bounds": {**bounds, **upper(bounds, "direction")}} if bounds else {}
            operators = {"operators": [name.upper() for name in one.get("operators", [])]}
            parameters.append({**one, **upper(one, "type"), **operators, **shown})
        shown = upper(clause, "kind", "level", "flexibility")
        operators = [name.upper() for name in clause.get("operators", [])]
        clauses.append(
            {**clause, **shown, "text": texts(clause["text"]), "operators": operators, "parameters": parameters}
        )
    return {"code": CODE, "number": "1.0.0", "title": texts(FACTS["title"]), "clauses": clauses}


@dataclass(frozen=True, slots=True)
class Client:
    """Executes operations in a tenant."""

    stage: Stage
    scope: Scope

    async def execute(self, query: str, **variables: Any) -> Answer:
        return await Api.on(self.stage.database, self.stage.clock).execute(self.scope, query, variables)

    async def ask(self, query: str, **variables: Any) -> Any:
        """Give the one field of an operation that must succeed."""
        result = await self.execute(query, **variables)
        assert not result.codes, result.said
        assert result.data is not None
        [answer] = result.data.values()
        return answer

    async def change(self, query: str, key: Any = "1", **input: Any) -> Any:
        return await self.ask(query, input=input, key=key)

    async def refused(self, query: str, **variables: Any) -> str:
        """Give the code of the error an operation ends in."""
        result = await self.execute(query, **variables)
        assert result.codes, result.data
        return result.codes[0]


def client(stage: Stage, scope: Scope, without: str = "") -> Client:
    return Client(stage, as_person(scope, scope.permissions - {without}))


def limit_of(effective: Any) -> Any:
    return next(one for one in effective["values"] if one["parameterKey"] == "limit")


async def drafted(editor: Client) -> Any:
    return (await editor.change(DRAFT, **draft_input()))["version"]


def moving(version: Any, **more: Any) -> dict[str, Any]:
    return {"version": version["id"], "expectedRevision": version["revision"], **more}


async def published(stage: Stage) -> tuple[Client, Any]:
    """Take the standard through its life; gives the editor and the version."""
    editor, approver = (client(stage, stage.network.headquarters) for _ in range(2))
    version = await drafted(editor)
    version = (await editor.change(SUBMIT, **moving(version)))["version"]
    version = (await approver.change(APPROVE, **moving(version)))["version"]
    version = (await approver.change(PUBLISH, **moving(version, validFrom=SINCE.isoformat())))["version"]
    return editor, version


ASKED: dict[str, Any] = {
    "code": CODE,
    "clauseKey": "first_response",
    "parameterKey": "limit",
    "value": 3600,
    "reason": "Faster.",
}


async def test_the_whole_life_of_a_standard(stage: Stage) -> None:
    editor, version = await published(stage)
    assert (version["status"], version["number"], version["standard"]) == ("PUBLISHED", "1.0.0", {"code": CODE})
    assert version["authorId"] == str(editor.scope.actor.id) != version["approverId"]
    north = client(stage, stage.network.north)
    before = await north.ask(EFFECTIVE, code=CODE)
    assert limit_of(before)["value"] == 7200
    assert before["revision"] == 0
    made = await north.change(ADAPT, **ASKED, expectedRevision=0, legalBasis="Consumer law")
    assert (made["adaptation"]["value"], made["adaptation"]["recordedTo"]) == (3600, None)
    effective = await north.ask(EFFECTIVE, code=CODE)
    found = limit_of(effective)
    assert (found["value"], found["publishedValue"], found["adapted"]) == (3600, 7200, True)
    assert (found["type"], found["unit"], found["operators"]) == ("DURATION", "ELAPSED", ["ASSIGN", "NARROW"])
    hq = global_id("Tenant", stage.network.headquarters.tenant_id)
    assert {(one["kind"], one["value"], one["setBy"]) for one in found["limits"]} == {
        ("MINIMUM", 600, hq),
        ("MAXIMUM", 7200, hq),
    }
    first, second = found["why"]
    assert (first["kind"], first["version"], first["value"], first["owner"]) == ("VERSION", "1.0.0", 7200, hq)
    assert first["approverId"] == version["approverId"]
    assert (second["operator"], second["value"], second["outcome"]) == ("ASSIGN", 3600, "IN_FORCE")
    assert (second["reason"], second["legalBasis"]) == ("Faster.", "Consumer law")
    assert second["authorId"] == str(north.scope.actor.id)
    assert effective["document"]["clauses"][1]["parameters"][0]["value"] == 3600
    assert effective["hash"] != before["hash"]
    gone = await north.change(
        WITHDRAW, adaptation=made["adaptation"]["id"], reason="No more.", expectedRevision=effective["revision"]
    )
    assert gone["adaptation"]["recordedTo"] is not None
    assert (await north.ask(EFFECTIVE, code=CODE))["hash"] == before["hash"]


async def test_the_answer_is_the_same_when_a_request_is_repeated(stage: Stage) -> None:
    await published(stage)
    north = client(stage, stage.network.north)
    first = await north.change(ADAPT, "once", **ASKED, expectedRevision=0)
    before = await stage.rows()
    again = await north.change(ADAPT, "once", **ASKED, expectedRevision=0)
    assert again == first
    other = await north.change(ADAPT, "once", **{**ASKED, "value": 3000}, expectedRevision=0)
    assert other["__typename"] == "IdempotencyKeyReused"
    assert await stage.rows() == before


async def test_drafts_are_read_whole_by_their_publisher_alone(stage: Stage) -> None:
    editor = client(stage, stage.network.headquarters)
    version = await drafted(editor)
    [standard] = (await editor.ask(STANDARDS))["nodes"]
    assert (standard["code"], standard["title"]) == (CODE, [{"locale": "en", "text": "Incident handling"}])
    clauses = standard["versions"]["nodes"][0]["clauses"]["nodes"]
    assert [one["key"] for one in clauses] == ["process", "first_response", "greeting", "survey"]
    assert [step["key"] for step in clauses[0]["body"]["steps"]] == ["accepted", "queued", "completed"]
    assert clauses[1]["parameters"]["nodes"] == [
        {
            "key": "limit",
            "clauseKey": "first_response",
            "type": "DURATION",
            "unit": "ELAPSED",
            "default": 7200,
            "operators": ["ASSIGN", "NARROW"],
            "bounds": {"minimum": 600, "maximum": 7200, "direction": "LOWER"},
        }
    ]
    assert (await editor.ask(STANDARD, code=CODE))["code"] == CODE
    assert await editor.ask(VERSION_BY_ID, id=version["id"]) == {"number": "1.0.0"}
    assert await editor.ask(CLAUSE, id=clauses[0]["id"]) == {"key": "process"}
    for scope in (stage.network.region, stage.network.north):
        other = client(stage, scope)
        assert await other.ask(STANDARDS) == {"nodes": []}
        assert await other.ask(STANDARD, code=CODE) is None
        assert await other.ask(VERSION_BY_ID, id=version["id"]) is None
        assert await other.ask(CLAUSE, id=clauses[0]["id"]) is None


async def test_published_versions_are_read_in_their_network_alone(stage: Stage, strangers: BuiltNetwork) -> None:
    await published(stage)
    for scope in stage.network.scopes:
        [version] = (await client(stage, scope).ask(PUBLISHED, filter={"code": CODE}))["nodes"]
        assert (version["number"], version["validTo"]) == ("1.0.0", None)
        assert version["document"]["code"] == CODE
        assert await client(stage, scope).ask(PUBLISHED_BY_ID, id=version["id"]) == {"number": "1.0.0"}
        earlier = {"validFromUntil": (SINCE - timedelta(days=1)).isoformat()}
        assert (await client(stage, scope).ask(PUBLISHED, filter=earlier))["nodes"] == []
        stranger = client(stage, strangers.headquarters)
        assert (await stranger.ask(PUBLISHED))["nodes"] == []
        assert await stranger.ask(PUBLISHED_BY_ID, id=version["id"]) is None
        assert await stranger.refused(EFFECTIVE, code=CODE) == "standards.none_in_force"


async def test_a_tenant_lists_its_own_adaptations(stage: Stage) -> None:
    await published(stage)
    north = client(stage, stage.network.north)
    for number, seconds in enumerate((3600, 3000)):
        await north.change(
            ADAPT, str(seconds), **{**ASKED, "value": seconds}, validFrom=SINCE.isoformat(), expectedRevision=number
        )
    assert (await north.ask(ADAPTATIONS))["totalCount"] == 2
    now = await north.ask(ADAPTATIONS, filter={"knownNow": True, "code": CODE, "clauseKey": "first_response"})
    assert [one["value"] for one in now["nodes"]] == [3000]
    assert (await client(stage, stage.network.south).ask(ADAPTATIONS))["nodes"] == []


async def test_a_region_narrows_through_the_api(stage: Stage) -> None:
    await published(stage)
    region, south = client(stage, stage.network.region), client(stage, stage.network.south)
    asked = {key: value for key, value in ASKED.items() if key != "value"}
    narrowing = {"bounds": {"minimum": 3000}, "operators": ["ASSIGN"]}
    made = await region.change(ADAPT, **asked, operator="NARROW", narrowing=narrowing, expectedRevision=0)
    shown = made["adaptation"]["narrowing"]
    assert (shown["operators"], shown["bounds"]["minimum"]) == (["ASSIGN"], 3000)
    refused = await south.change(ADAPT, **{**ASKED, "value": 2999}, expectedRevision=0)
    assert (refused["__typename"], refused["code"]) == ("BoundExceeded", "standards.bound_exceeded")
    assert (refused["bound"], refused["limit"], refused["value"]) == ("minimum", "3000", "2999")
    assert refused["setBy"] == str(stage.network.region.tenant_id)
    assert limit_of(await south.ask(EFFECTIVE, code=CODE))["operators"] == ["ASSIGN"]


@pytest.mark.parametrize(
    ("change", "type_"),
    [
        ({"value": 9000}, "BoundExceeded"),
        ({"value": "3600"}, "WrongType"),
        ({"value": 3600.5}, "WrongType"),
        ({"value": None}, "InvalidInput"),
        ({"clauseKey": "survey", "parameterKey": "sample", "value": 50}, "ClauseIsLocked"),
        ({"parameterKey": "else"}, "UnknownParameter"),
        ({"code": "else"}, "NoStandardInForce"),
        ({"expectedRevision": 3}, "StaleEdit"),
        ({"operator": "NARROW", "value": None, "narrowing": {"bounds": {"maximum": 9000}}}, "BoundWidened"),
    ],
)
async def test_a_refused_adaptation_changes_nothing(stage: Stage, change: dict[str, Any], type_: str) -> None:
    await published(stage)
    before = await stage.rows()
    north = client(stage, stage.network.north)
    refused = await north.change(ADAPT, **{**ASKED, "expectedRevision": 0, **change})
    assert refused["__typename"] == type_
    assert refused["message"]
    assert refused["hint"]
    assert await stage.rows() == before


async def test_each_mutation_needs_its_permission_and_its_tenant(stage: Stage) -> None:
    _, version = await published(stage)
    hq, north = stage.network.headquarters, stage.network.north
    made = await client(stage, north).change(ADAPT, **ASKED, expectedRevision=0)
    draft = (await client(stage, hq).change(DRAFT, **{**draft_input(), "number": "2.0.0"}))["version"]
    ending = {"adaptation": made["adaptation"]["id"], "reason": "x", "expectedRevision": 1}
    before = await stage.rows()
    tries: list[tuple[str, Scope, str, dict[str, Any]]] = [
        ("standards.draft", hq, DRAFT, {**draft_input(), "number": "3.0.0"}),
        ("standards.draft", hq, SUBMIT, moving(draft)),
        ("standards.approve", hq, APPROVE, moving(draft)),
        ("standards.publish", hq, PUBLISH, moving(version)),
        ("standards.adapt", north, ADAPT, {**ASKED, "expectedRevision": 1}),
        ("standards.adapt", north, WITHDRAW, ending),
    ]
    for missing, scope, query, given in tries:
        refused = await client(stage, scope, missing).change(query, **given)
        assert refused["__typename"] == "NotPermitted", query
    for query, given in ((SUBMIT, moving(draft)), (APPROVE, moving(draft)), (PUBLISH, moving(draft))):
        assert (await client(stage, north).change(query, **given))["__typename"] == "NotFound"
    assert (await client(stage, stage.network.south).change(WITHDRAW, **ending))["__typename"] == "NotFound"
    assert await stage.rows() == before


async def test_each_query_needs_leave_to_read(stage: Stage) -> None:
    _, version = await published(stage)
    blind = client(stage, stage.network.headquarters, "standards.read")
    tries: list[tuple[str, dict[str, Any]]] = [
        (STANDARDS, {}),
        (STANDARD, {"code": CODE}),
        (VERSION_BY_ID, {"id": version["id"]}),
        (CLAUSE, {"id": global_id("Clause", stage.network.id)}),
        (PUBLISHED, {}),
        (PUBLISHED_BY_ID, {"id": global_id("PublishedVersion", stage.network.id)}),
        (ADAPTATIONS, {}),
        (EFFECTIVE, {"code": CODE}),
    ]
    for query, variables in tries:
        assert await blind.refused(query, **variables) == "kernel.not_permitted"


async def test_a_draft_names_the_place_of_what_is_wrong(stage: Stage) -> None:
    editor = client(stage, stage.network.headquarters)
    before = await stage.rows()
    given = draft_input()
    given["clauses"][1]["parameters"][0]["default"] = 9000
    refused = await editor.change(DRAFT, **given)
    assert (refused["__typename"], refused["field"]) == ("InvalidInput", "clauses[1].parameters[0].default")
    given = draft_input()
    given["clauses"][2]["text"] *= 2
    assert (await editor.change(DRAFT, **given))["field"] == "clauses[2].text"
    assert await stage.rows() == before


async def test_denied_moves_of_a_version_change_nothing(stage: Stage) -> None:
    editor = client(stage, stage.network.headquarters)
    version = await drafted(editor)
    before = await stage.rows()
    for query in (APPROVE, PUBLISH):
        assert (await editor.change(query, **moving(version)))["__typename"] == "VersionIsElsewhere"
    stale = replace(editor, scope=editor.scope)
    assert (await stale.change(SUBMIT, **{**moving(version), "expectedRevision": 9}))["__typename"] == "StaleEdit"
    assert await stage.rows() == before
    submitted = (await editor.change(SUBMIT, **moving(version)))["version"]
    before = await stage.rows()
    assert (await editor.change(APPROVE, **moving(submitted)))["__typename"] == "AuthorMayNotApprove"
    assert await stage.rows() == before


VARIED = """
query What($code: String!, $context: ContextInput) {
  effectiveStandard(code: $code, context: $context) {
    values { parameterKey variant value context { channel tier site { name value } } }
    variants { variant value why { kind variant } }
  }
}
"""
VARIANTS_DRAFTED = """
query One($id: ID!) { clause(id: $id) { parameters(first: 1) { nodes {
  variants { default bounds { maximum } context { priority tier serviceType channel site { name value } } } } } } }
"""


async def test_context_chooses_through_the_api(stage: Stage) -> None:
    editor, approver = (client(stage, stage.network.headquarters) for _ in range(2))
    draft = draft_input()
    draft["clauses"][1]["parameters"][0] |= {
        "operators": ["ASSIGN", "APPEND"],
        "variants": [{"context": {"channel": "phone"}, "default": 1800, "bounds": {"maximum": 1800}}],
    }
    twice = {"name": "country", "value": "PL"}
    clashing = deepcopy(draft)
    clashing["clauses"][1]["parameters"][0]["variants"][0]["context"] = {"site": [twice, twice]}
    refused = await editor.ask(DRAFT, input=clashing, key="refused")
    assert refused["field"] == "clauses[1].parameters[0].variants[0].context.site"
    version = (await editor.change(DRAFT, **draft))["version"]
    version = (await editor.change(SUBMIT, **moving(version)))["version"]
    version = (await approver.change(APPROVE, **moving(version)))["version"]
    await approver.change(PUBLISH, **moving(version, validFrom=SINCE.isoformat()))
    [standard] = (await editor.ask(STANDARDS))["nodes"]
    clause = standard["versions"]["nodes"][0]["clauses"]["nodes"][1]
    [parameter] = (await editor.ask(VARIANTS_DRAFTED, id=clause["id"]))["parameters"]["nodes"]
    nothing: dict[str, Any] = {"priority": None, "tier": None, "serviceType": None, "site": []}
    assert parameter["variants"] == [
        {"default": 1800, "bounds": {"maximum": 1800}, "context": {**nothing, "channel": "phone"}}
    ]
    north = client(stage, stage.network.north)
    made = await north.change(
        ADAPT, **ASKED, expectedRevision=0, context={"tier": "gold", "site": [{"name": "country", "value": "PL"}]}
    )
    assert made["code"] == "standards.bound_exceeded"  # it would apply to calls, too
    mine = {**ASKED, "value": 1500, "context": {"tier": "gold", "site": [{"name": "country", "value": "PL"}]}}
    await north.change(ADAPT, "2", **mine, expectedRevision=0)
    found = await north.ask(VARIED, code=CODE, context={"tier": "gold", "site": [{"name": "country", "value": "PL"}]})
    [limit] = [one for one in found["values"] if one["parameterKey"] == "limit"]
    assert (limit["variant"], limit["value"]) == ("tier=gold&site.country=PL", 1500)
    assert limit["context"] == {"channel": None, "tier": "gold", "site": [{"name": "country", "value": "PL"}]}
    assert [(one["variant"], one["value"]) for one in found["variants"]] == [
        ("tier=gold&site.country=PL", 1500),
        ("channel=phone", 1800),
    ]
    assert [one["variant"] for one in found["variants"][0]["why"]] == [None, "tier=gold&site.country=PL"]
    assert limit_of(await north.ask(VARIED, code=CODE))["value"] == 7200
    unknown = {"code": CODE, "context": {"site": [{"name": "Not One", "value": "x"}]}}
    assert await north.refused(VARIED, **unknown) == "kernel.invalid_input"


SHOWN = """
query What($code: String!, $locale: String!) {
  effectiveStandard(code: $code, locale: $locale) {
    title { locale text } clauses { key kind level obligation flexibility body text { locale text } }
  }
}
"""
PROFILED = """
query One($id: ID!) { standardVersion(id: $id) { profile {
  goal { locale text } audience { text } faces serviceTypes owner reviewMonths needs
  outsideStandards { code clause verified } } withdrawnAt withdrawnBecause standard { reviewMonths } } }
"""
WITHDRAW_VERSION = f"""
mutation Withdraw($input: WithdrawVersionInput!, $key: String!) {{
  withdrawVersion(input: $input, idempotencyKey: $key) {{ {PROBLEM} ... on WithdrawVersionSuccess {{ {VERSION} }} }}
}}
"""


async def test_a_profile_languages_and_a_withdrawal_through_the_api(stage: Stage) -> None:
    editor, approver = (client(stage, stage.network.headquarters) for _ in range(2))
    draft = draft_input()
    draft["clauses"][2]["text"].append({"locale": "zh-Hans", "text": "Huanying"})
    profile = {
        "goal": [{"locale": "en", "text": "In time."}],
        "faces": ["RESULT"],
        "serviceTypes": ["repair"],
        "owner": "Head of service",
        "needs": ["n-7"],
        "outsideStandards": [{"code": "ISO 9001:2015", "clause": "8.2.1"}],
    }
    version = (await editor.change(DRAFT, **draft, profile=profile))["version"]
    shown = await editor.ask(PROFILED, id=version["id"])
    assert shown["profile"] == {
        **profile,
        "audience": [],
        "reviewMonths": 6,
        "outsideStandards": [{"code": "ISO 9001:2015", "clause": "8.2.1", "verified": False}],
    }
    version = (await editor.change(SUBMIT, **moving(version)))["version"]
    version = (await approver.change(APPROVE, **moving(version)))["version"]
    version = (await approver.change(PUBLISH, **moving(version, validFrom=SINCE.isoformat())))["version"]
    north = client(stage, stage.network.north)
    for asked, locale in (("zh-Hans-CN", "zh-Hans"), ("zh", "zh-Hans"), ("sv", "en"), ("", "en")):
        found = await north.ask(SHOWN, code=CODE, locale=asked)
        greeting = next(one for one in found["clauses"] if one["key"] == "greeting")
        assert (greeting["text"]["locale"], found["title"]["locale"]) == (locale, "en")
    assert await north.refused(SHOWN, code=CODE, locale="Not One") == "kernel.invalid_input"
    assert (await north.execute(EFFECTIVE, code=CODE, at="9999-12-31T23:59:59.999998Z")).codes == []
    assert await north.refused(EFFECTIVE, code=CODE, at="9999-12-31T23:59:59.999999Z") == "kernel.invalid_input"
    assert await north.refused(EFFECTIVE, code=CODE, at="0001-01-01T00:00:00Z") == "standards.none_in_force"
    gone = await approver.change(WITHDRAW_VERSION, **moving(version, reason="A mistake."))
    assert gone["version"]["status"] == "WITHDRAWN"
    shown = await editor.ask(PROFILED, id=version["id"])
    assert (shown["withdrawnBecause"], shown["standard"]) == ("A mistake.", {"reviewMonths": 6})
    assert await north.refused(EFFECTIVE, code=CODE) == "standards.none_in_force"
