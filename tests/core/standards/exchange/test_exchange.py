"""Standards travel as files through GraphQL: between networks, byte by byte the same, and never a wrong one."""

import json
from typing import Any

import msgspec
import pytest

from core.kernel.ids import new_id
from core.kernel.permissions import every_permission
from core.kernel.scope import Scope
from core.standards.document import converted
from core.standards.draft import DraftStandard, draft_standard
from core.standards.exchange.export import export_standard
from core.standards.exchange.policy import file_text, read_file
from core.standards.policy.checks import checked_content
from core.standards.policy.content import content_hash, content_text
from tests.core.standards.builders import CODE, FACTS, Stage, content
from tests.support.api import Answer, Api
from tests.support.networks import BuiltNetwork, as_person

EXPORT = """
query Export($code: String!, $version: String!) {
  exportStandard(code: $code, version: $version) { code version hash text }
}
"""
IMPORT = """
mutation Import($input: ImportStandardInput!, $key: String!) {
  importStandard(input: $input, idempotencyKey: $key) {
    __typename ... on Problem { code message hint }
    ... on InvalidInput { field }
    ... on HashDiffers { said actual }
    ... on FormatUnknown { format understood }
    ... on DocumentMalformed { problem }
    ... on ImportStandardSuccess { version { number status hash changeLog revision } }
  }
}
"""


def person(scope: Scope) -> Scope:
    return as_person(scope, every_permission())


async def exported(stage: Stage, scope: Scope, version: str = "1.0.0", code: str = CODE) -> Answer:
    return await Api.on(stage.database, stage.clock).execute(person(scope), EXPORT, {"code": code, "version": version})


async def told(stage: Stage, scope: Scope) -> dict[str, Any]:
    """What the export of the first version says."""
    data: Any = (await exported(stage, scope)).data
    return data["exportStandard"]


async def imported(stage: Stage, scope: Scope, document: str, revision: int | None = None) -> dict[str, Any]:
    return await taken_in(stage, person(scope), document, revision)


async def taken_in(stage: Stage, scope: Scope, document: str, revision: int | None = None) -> dict[str, Any]:
    given = {"input": {"document": document, "expectedRevision": revision}, "key": str(new_id())}
    answer = await Api.on(stage.database, stage.clock).execute(scope, IMPORT, given)
    assert answer.codes == []
    data: Any = answer.data
    return data["importStandard"]


async def test_a_published_version_travels_to_another_network(stage: Stage, strangers: BuiltNetwork) -> None:
    published = await stage.publish()
    for reader in (stage.network.headquarters, stage.network.north):
        assert await told(stage, reader) | {"text": ""} == {
            "code": CODE,
            "version": "1.0.0",
            "hash": published.hash,
            "text": "",
        }
    text = (await told(stage, stage.network.north))["text"]
    for scope in stage.network.scopes:
        assert str(scope.tenant_id) not in text
        assert str(scope.network_id) not in text
    made = await imported(stage, strangers.headquarters, text)
    assert made["version"] == {
        "number": "1.0.0",
        "status": "DRAFT",
        "hash": published.hash,
        "changeLog": published.change_log,
        "revision": 1,
    }
    assert (await told(stage, strangers.headquarters))["text"] == text


async def test_every_part_survives_the_database(stage: Stage) -> None:
    facts: dict[str, Any] = FACTS | {
        "profile": {"goal": {"en": "Calm", "zh-Hans": "安心"}, "needs": ["n-1"], "reviewMonths": 12},
        "lineage": [{"kind": "rename", "sources": ["procedure"], "targets": ["process"]}],
        "clauses": [
            FACTS["clauses"][0],
            FACTS["clauses"][1]
            | {
                "body": {"starts": "opened", "ends": "answered"},
                "parameters": [
                    FACTS["clauses"][1]["parameters"][0]
                    | {"variants": [{"context": {"tier": "gold"}, "default": 900, "bounds": {"maximum": 900}}]}
                ],
            },
        ],
    }
    whole = checked_content(converted(facts))
    scope = person(stage.network.headquarters)
    await stage.act(scope, draft_standard, DraftStandard(content=whole, change_log="First."))
    async with stage.unit(scope, read_only=True) as unit:
        file = (await export_standard(unit, CODE, "1.0.0")).file
    assert (content_text(file.content), file.change_log) == (content_text(whole), "First.")
    assert read_file(file_text(file)).hash == file.hash == content_hash(whole)


async def test_a_draft_is_replaced_at_the_revision_that_was_read(stage: Stage) -> None:
    headquarters = stage.network.headquarters
    await stage.act(person(headquarters), draft_standard, DraftStandard(content=content()))
    text = (await told(stage, headquarters))["text"]
    before = await stage.rows()
    assert (await imported(stage, headquarters, text))["code"] == "kernel.stale_edit"
    assert await stage.rows() == before
    assert (await imported(stage, headquarters, text, 1))["version"]["revision"] == 2


@pytest.mark.parametrize("version", ["9.9.9", "", "one"])
async def test_a_version_that_is_not_there_is_not_found(stage: Stage, version: str) -> None:
    await stage.publish()
    assert (await exported(stage, stage.network.north, version)).codes == ["kernel.not_found"]


async def test_drafts_are_seen_by_nobody_else(stage: Stage, strangers: BuiltNetwork) -> None:
    await stage.act(person(stage.network.headquarters), draft_standard, DraftStandard(content=content()))
    for scope in (stage.network.region, stage.network.north, strangers.headquarters):
        assert (await exported(stage, scope)).codes == ["kernel.not_found"]


def broken() -> dict[str, tuple[str, dict[str, Any]]]:
    """What must not be taken in, and what is said of it."""
    text = file_text(read_file(json.dumps(msgspec.to_builtins(content("2.0.0")))))
    facts = json.loads(text)
    tampered = facts | {"title": {"en": "Another"}}
    wide = json.loads(json.dumps(facts | {"hash": None}))
    wide["clauses"][1]["parameters"][0]["default"] = 9000
    return {
        "cut": (text[:-20], {"code": "standards.document_malformed"}),
        "format": (
            json.dumps(facts | {"format": "touchstone.standard/9"}),
            {
                "code": "standards.format_unknown",
                "format": "touchstone.standard/9",
                "understood": "touchstone.standard/1",
            },
        ),
        "hash": (json.dumps(tampered), {"code": "standards.hash_differs", "said": facts["hash"]}),
        "unknown": (
            json.dumps(facts | {"colour": "red"}),
            {"code": "kernel.invalid_input", "field": "document"},
        ),
        "bounds": (
            json.dumps(wide),
            {"code": "kernel.invalid_input", "field": "clauses[1].parameters[0].default"},
        ),
        "older": (json.dumps(facts | {"number": "0.9.0", "hash": None}), {"code": "standards.version_not_newer"}),
        "published": (
            json.dumps(facts | {"number": "1.0.0", "hash": None}),
            {"code": "standards.version_elsewhere"},
        ),
    }


@pytest.mark.parametrize("name", sorted(broken()))
async def test_what_cannot_be_a_draft_changes_nothing(stage: Stage, name: str) -> None:
    await stage.publish()
    before = await stage.rows()
    document, said = broken()[name]
    refused = await imported(stage, stage.network.headquarters, document)
    assert refused | said == refused
    assert await stage.rows() == before


async def test_a_code_of_those_above_is_not_taken(stage: Stage) -> None:
    await stage.publish()
    before = await stage.rows()
    text = (await told(stage, stage.network.north))["text"]
    assert (await imported(stage, stage.network.north, text))["code"] == "standards.code_taken"
    assert await stage.rows() == before


async def test_whoever_may_not_draft_may_not_import(stage: Stage) -> None:
    await stage.publish()
    before = await stage.rows()
    scope = as_person(stage.network.headquarters, frozenset({"standards.read"}))
    assert (await taken_in(stage, scope, "{}"))["code"] == "kernel.not_permitted"
    assert await stage.rows() == before
