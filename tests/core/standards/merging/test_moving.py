"""Renaming, splitting and merging the clauses of a draft."""

from datetime import timedelta
from typing import Any

import pytest

from core.kernel.errors import DomainError, InvalidInput, NotFound, NotPermitted, StaleEdit
from core.standards.draft import DraftStandard, draft_standard
from core.standards.errors import LineageDoesNotFit, VersionIsElsewhere
from core.standards.merging.move_clauses import (
    MergeClauses,
    RenameClause,
    SplitClause,
    merge_clauses,
    rename_clause,
    split_clause,
)
from core.standards.merging.moving import ClausePart, joined, renamed, split
from core.standards.models import StandardVersion
from core.standards.policy.content import Move, StandardContent
from core.standards.publish import PublishVersion, publish_version
from core.standards.vocabulary import MoveKind
from tests.core.standards.builders import Stage
from tests.core.standards.builders import content as incidents
from tests.core.standards.merging.upgrading import clause, content, number
from tests.support.networks import as_person

BEFORE = content(clause("a", number("x"), number("y")), clause("b", number("x")), clause("c"))


def keys(given: StandardContent) -> dict[str, list[str]]:
    return {one.key: [parameter.key for parameter in one.parameters] for one in given.clauses}


def test_moves_made_one_after_the_other_are_remembered_as_one() -> None:
    draft = renamed(BEFORE, BEFORE, "a", "d", {"x": "z"})
    draft = renamed(BEFORE, draft, "d", "e", {})
    assert keys(draft) == {"e": ["z", "y"], "b": ["x"], "c": []}
    assert draft.lineage == (Move(kind=MoveKind.RENAME, sources=("a",), targets=("e",), parameters={"a.x": "e.z"}),)
    assert renamed(BEFORE, renamed(BEFORE, draft, "e", "a", {}), "a", "a", {"z": "x"}) == BEFORE


def test_a_clause_is_split_in_its_place() -> None:
    parts = [ClausePart(key="a", parameters=["y"]), ClausePart(key="d", text={"en": "More."}, parameters=["x"])]
    draft = split(BEFORE, BEFORE, "a", parts)
    assert keys(draft) == {"a": ["y"], "d": ["x"], "b": ["x"], "c": []}
    assert [one.text["en"] for one in draft.clauses[:2]] == ["About a.", "More."]
    assert draft.lineage == (Move(kind=MoveKind.SPLIT, sources=("a",), targets=("a", "d")),)
    again = split(BEFORE, draft, "d", [ClausePart(key="e", parameters=["x"]), ClausePart(key="f")])
    assert again.lineage == (Move(kind=MoveKind.SPLIT, sources=("a",), targets=("a", "e", "f")),)


def test_clauses_are_merged_in_the_place_of_the_first() -> None:
    draft = joined(BEFORE, BEFORE, ["c", "b"], "b", {}, {})
    assert keys(draft) == {"a": ["x", "y"], "b": ["x"]}
    assert draft.clauses[1].text == {"en": "About c.\nAbout b."}
    assert draft.lineage == (Move(kind=MoveKind.MERGE, sources=("b", "c"), targets=("b",)),)
    whole = joined(BEFORE, draft, ["a", "b"], "all", {"en": "All."}, {"b.x": "z"})
    assert keys(whole) == {"all": ["x", "y", "z"]}
    assert whole.lineage == (
        Move(kind=MoveKind.MERGE, sources=("a", "b", "c"), targets=("all",), parameters={"b.x": "all.z"}),
    )


def test_a_first_version_remembers_nothing() -> None:
    assert renamed(None, BEFORE, "a", "d", {}).lineage == ()


def test_clauses_that_are_new_in_the_draft_are_moved_without_being_remembered() -> None:
    draft = content(clause("new"), *(clause(key) for key in "abc"))
    assert renamed(content(*(clause(key) for key in "abc")), draft, "new", "newer", {}).lineage == ()


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (lambda: renamed(BEFORE, BEFORE, "gone", "d", {}), "the draft has no gone"),
        (lambda: renamed(BEFORE, BEFORE, "a", "b", {}), "b stands twice"),
        (lambda: renamed(BEFORE, BEFORE, "a", "Bad Key", {}), "lower-case"),
        (lambda: renamed(BEFORE, BEFORE, "a", "a", {}), "renamed to itself"),
        (lambda: renamed(BEFORE, BEFORE, "a", "a", {"gone": "z"}), "the draft has no a.gone"),
        (lambda: renamed(BEFORE, BEFORE, "a", "a", {"x": "y"}), "a.y stands twice"),
        (lambda: split(BEFORE, BEFORE, "a", [ClausePart(key="d"), ClausePart(key="e")]), "every parameter"),
        (lambda: split(BEFORE, BEFORE, "a", [ClausePart(key="d", parameters=["x", "y"])]), "a split"),
        (lambda: split(BEFORE, BEFORE, "c", [ClausePart(key="d"), ClausePart(key="b")]), "b stands twice"),
        (lambda: joined(BEFORE, BEFORE, ["a", "b"], "a", {}, {}), "a.x stands twice"),
        (lambda: joined(BEFORE, BEFORE, ["c"], "d", {}, {}), "a merge"),
        (lambda: joined(BEFORE, BEFORE, [], "d", {}, {}), "no such clause"),
        (lambda: joined(BEFORE, BEFORE, ["a", "b"], "d", {}, {"c.x": "z"}), "the draft has no c.x"),
    ],
)
def test_moves_that_cannot_be_are_refused(edit: Any, problem: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        edit()
    assert problem in refused.value.problem


def test_what_was_split_is_not_merged_with_something_else_in_one_version() -> None:
    draft = split(BEFORE, BEFORE, "c", [ClausePart(key="d"), ClausePart(key="e")])
    with pytest.raises(InvalidInput, match="split is merged"):
        joined(BEFORE, draft, ["e", "b"], "f", {}, {})
    undone = joined(BEFORE, draft, ["d", "e"], "c", {"en": "About c."}, {})
    assert undone == BEFORE


async def test_a_published_clause_is_renamed_in_the_next_draft(stage: Stage) -> None:
    await stage.publish()
    place = stage.network.headquarters
    version = await stage.act(place, draft_standard, DraftStandard(content=incidents("2.0.0")))
    command = RenameClause(version_id=version.id, expected_revision=1, key="first_response", new_key="response")
    version = await stage.act(place, rename_clause, command)
    assert (version.revision, version.lineage) == (
        2,
        [{"kind": "rename", "sources": ["first_response"], "targets": ["response"]}],
    )
    stored = await stage.admin.fetch("SELECT key FROM clauses WHERE version_id = $1 ORDER BY position", version.id)
    assert [row["key"] for row in stored] == ["process", "response", "greeting", "survey"]
    parts = [ClausePart(key="greeting"), ClausePart(key="farewell", text={"en": "Goodbye"})]
    cut = SplitClause(version_id=version.id, expected_revision=2, key="greeting", into=parts)
    version = await stage.act(place, split_clause, cut)
    both = MergeClauses(version_id=version.id, expected_revision=3, keys=["response", "survey"], new_key="survey")
    version = await stage.act(place, merge_clauses, both)
    assert [(one["kind"], one["sources"], one["targets"]) for one in version.lineage] == [
        ("merge", ["first_response", "survey"], ["survey"]),
        ("split", ["greeting"], ["farewell", "greeting"]),
    ]


async def drafted(stage: Stage) -> StandardVersion:
    await stage.publish()
    return await stage.act(stage.network.headquarters, draft_standard, DraftStandard(content=incidents("2.0.0")))


@pytest.mark.parametrize(
    ("who", "said", "refusal"),
    [
        ("north", {}, NotFound),
        ("clerk", {}, NotPermitted),
        ("headquarters", {"expected_revision": 9}, StaleEdit),
        ("headquarters", {"key": "gone"}, InvalidInput),
        ("headquarters", {"new_key": "greeting"}, InvalidInput),
    ],
)
async def test_a_refused_move_changes_nothing(
    stage: Stage, who: str, said: dict[str, Any], refusal: type[DomainError]
) -> None:
    version = await drafted(stage)
    scope = as_person(stage.network.headquarters, frozenset()) if who == "clerk" else getattr(stage.network, who)
    before = await stage.rows()
    facts: dict[str, Any] = {
        "version_id": version.id,
        "expected_revision": 1,
        "key": "first_response",
        "new_key": "response",
        **said,
    }
    with pytest.raises(refusal):
        await stage.act(scope, rename_clause, RenameClause(**facts))
    assert await stage.rows() == before


async def test_only_drafts_are_moved(stage: Stage) -> None:
    published = await stage.publish()
    before = await stage.rows()
    command = RenameClause(
        version_id=published.id, expected_revision=published.revision, key="first_response", new_key="response"
    )
    with pytest.raises(VersionIsElsewhere):
        await stage.act(stage.network.headquarters, rename_clause, command)
    assert await stage.rows() == before


async def test_a_draft_written_anew_keeps_its_moves_where_they_still_fit(stage: Stage) -> None:
    version = await drafted(stage)
    place = stage.network.headquarters
    command = RenameClause(version_id=version.id, expected_revision=1, key="first_response", new_key="response")
    await stage.act(place, rename_clause, command)
    given = renamed(None, incidents("2.0.0"), "first_response", "response", {})
    anew = DraftStandard(content=given, expected_revision=2, keeps_lineage=True)
    version = await stage.act(place, draft_standard, anew)
    assert [one["targets"] for one in version.lineage] == [["response"]]
    before = await stage.rows()
    anew = DraftStandard(content=incidents("2.0.0"), expected_revision=3, keeps_lineage=True)
    with pytest.raises(InvalidInput):
        await stage.act(place, draft_standard, anew)
    assert await stage.rows() == before
    version = await stage.act(place, draft_standard, DraftStandard(content=incidents("2.0.0"), expected_revision=3))
    assert version.lineage == []


async def test_a_version_whose_moves_another_has_made_obsolete_is_not_published(stage: Stage) -> None:
    await stage.publish()
    moved = renamed(incidents(), incidents("2.0.0"), "first_response", "response", {})
    approver, version = await stage.approved(moved)
    other = renamed(incidents(), incidents("1.1.0"), "first_response", "reply", {})
    await stage.publish(other, stage.clock.now() - timedelta(days=1))
    before = await stage.rows()
    command = PublishVersion(version_id=version.id, expected_revision=version.revision)
    with pytest.raises(LineageDoesNotFit):
        await stage.act(approver, publish_version, command)
    assert await stage.rows() == before
