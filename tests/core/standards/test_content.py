"""What standards and clauses say beyond their first form: profiles, typed bodies, languages."""

import json
from copy import deepcopy
from typing import Any

import jsonschema_rs
import pytest

from core.kernel.errors import InvalidInput
from core.standards.document import converted
from core.standards.policy.bodies import FORMS, body_schemas
from core.standards.policy.checks import checked_content
from core.standards.policy.content import StandardContent, content_text, read_content
from core.standards.policy.locales import choose_locale
from core.standards.vocabulary import ClauseKind
from tests.core.standards.builders import FACTS, Stage

PROFILE: dict[str, Any] = {
    "goal": {"en": "Customers are answered in time."},
    "faces": ["result", "process", "process"],
    "serviceTypes": ["repair", "advice"],
    "owner": "Head of service",
    "reviewMonths": 12,
    "needs": ["n-7"],
    "outsideStandards": [{"code": "ISO 9001:2015", "clause": "8.2.1"}],
}
BODIES: dict[str, dict[str, Any]] = {
    "requirement": {"checks": ["mystery_visit"], "criteria": ["The desk is staffed."]},
    "step": {"role": "clerk", "limit": "limit", "after": ["greeting"]},
    "limit": {"starts": "opened", "ends": "first_response", "pauses": ["waiting_for_customer"]},
    "wording": {"moment": "on arrival", "avoid": ["no"]},
    "evidence": {"forms": ["photo"], "retainedDays": 30},
    "indicator": {"measure": "satisfaction", "target": "target"},
    "surroundings": {"place": "reception", "conditions": ["light", "humidity"]},
    "process": {"steps": [{"key": "a", "position": 1}]},
}


def said(**changes: Any) -> StandardContent:
    return checked_content(converted(deepcopy(FACTS) | changes))


def test_a_profile_is_kept_in_one_form_and_left_out_where_nothing_is_said() -> None:
    assert "profile" not in content_text(said())
    rich = said(profile=PROFILE)
    facts = json.loads(content_text(rich))["profile"]
    assert (facts["faces"], facts["serviceTypes"], facts["reviewMonths"]) == (
        ["process", "result"],
        ["advice", "repair"],
        12,
    )
    assert facts["outsideStandards"] == [{"code": "ISO 9001:2015", "clause": "8.2.1", "verified": False}]
    assert read_content(content_text(rich)) == rich


@pytest.mark.parametrize(
    "wrong",
    [
        {"reviewMonths": 0},
        {"reviewMonths": 121},
        {"serviceTypes": ["Not One"]},
        {"needs": ["x"] * 101},
        {"owner": "x" * 201},
        {"goal": {"EN": "x"}},
        {"outsideStandards": [{"code": ""}]},
        {"outsideStandards": [{"code": "ISO 9001"}, {"code": "ISO 9001"}]},
    ],
)
def test_a_profile_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as found:
        said(profile=wrong)
    assert found.value.field == "profile"


@pytest.mark.parametrize("kind", list(ClauseKind))
def test_every_kind_of_clause_has_a_form_that_its_json_schema_tells(kind: ClauseKind) -> None:
    body = BODIES[kind.value]
    clause = {"key": "a", "kind": kind.value, "text": {"en": "A"}, "body": body}
    kept = said(clauses=[clause]).clauses[0].body
    validator = jsonschema_rs.validator_for(body_schemas()[kind.value])
    assert validator.is_valid(body)
    assert validator.is_valid(kept)
    assert set(FORMS) == set(ClauseKind)
    for wrong in ({**body, "colour": "red"}, {next(iter(body)): 5}):
        assert not validator.is_valid(wrong)
        with pytest.raises(InvalidInput) as found:
            said(clauses=[{**clause, "body": wrong}])
        assert found.value.field == "clauses[0].body"
    if kind is not ClauseKind.PROCESS:
        assert said(clauses=[{**clause, "body": None}]).clauses[0].body is None


TEXTS = {"en": "Welcome", "zh": "z", "zh-Hans": "h", "pt-BR": "b"}


@pytest.mark.parametrize(
    ("chain", "chosen"),
    [
        (["zh-Hans"], "zh-Hans"),
        (["zh-Hans-CN"], "zh-Hans"),
        (["zh-Hant"], "zh"),
        (["pt"], "pt-BR"),
        (["de", "pt-PT", "en"], "pt-BR"),
        (["de", "fr", "en"], "en"),
        (["de"], "en"),
        ([], "en"),
    ],
)
def test_a_text_is_shown_in_the_nearest_language(chain: list[str], chosen: str) -> None:
    assert choose_locale(TEXTS, chain) == chosen


async def test_publishing_says_when_to_look_again(stage: Stage) -> None:
    await stage.publish(said(profile=PROFILE))
    months = await stage.admin.fetchval(
        "SELECT months FROM standard_review_dates WHERE network_id = $1", stage.network.id
    )
    assert months == 12
