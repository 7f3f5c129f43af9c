"""Standards come from data files; what is wrong in one is named by its place."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.kernel.errors import InvalidInput
from core.standards.document import LARGEST, load_standard, parse_standard
from core.standards.policy.checks import checked_content
from core.standards.policy.content import content_text
from tests.core.standards.builders import FACTS, content

SHIPPED = Path(__file__).parents[3] / "gateway" / "demo" / "content"


def test_json_and_yaml_say_the_same(tmp_path: Path) -> None:
    path = tmp_path / "standard.json"
    path.write_text(json.dumps(FACTS | {"changeLog": "First."}))
    command = load_standard(path, expected_revision=3)
    assert (command.change_log, command.expected_revision) == ("First.", 3)
    assert content_text(command.content) == content_text(checked_content(content()))


@pytest.mark.parametrize("name", ["incident-handling.yaml", "checkout.yaml"])
def test_the_standards_that_are_shipped_are_well_formed(name: str) -> None:
    assert load_standard(SHIPPED / name).content.clauses


MINIMAL = """
code: greeting
number: 1.0.0
title: {en: Greeting}
clauses:
  - key: hello
    kind: wording
    text: {en: Hello}
"""


def test_a_small_standard_needs_few_words() -> None:
    [clause] = parse_standard(MINIMAL).content.clauses
    assert (clause.level, clause.obligation, clause.flexibility, clause.operators) == ("expected", "must", "core", ())


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "greeting.yaml"),
        ("[1, 2]", "greeting.yaml"),
        ("code: [", "greeting.yaml, line 1"),
        ("\x00", "greeting.yaml"),
        (MINIMAL + "code: again\n", "greeting.yaml, line 9"),
        (MINIMAL + "more: &x {}\nelse: *x\n", "greeting.yaml, line 10"),
        (MINIMAL + "changeLog: 5\n", "changeLog"),
        (MINIMAL + "colour: red\n", "greeting.yaml"),
        (MINIMAL.replace("wording", "poem"), "clauses[0].kind"),
        (MINIMAL.replace("kind: wording", "kind: wording\n    colour: red"), "clauses[0]"),
        (MINIMAL.replace("key: hello", "kee: hello"), "clauses[0]"),
        (MINIMAL.replace("text: {en: Hello}", "text: {no: Hei}"), "clauses[0].text"),
        (MINIMAL.replace("text: {en: Hello}", "text: {EN: Hello}"), "clauses[0].text"),
        (MINIMAL.replace("number: 1.0.0", "number: 1.0"), "number"),
        ("{" * 20000, "greeting.yaml"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(text: str, place: str) -> None:
    with pytest.raises(InvalidInput) as found:
        parse_standard(text, name="greeting.yaml")
    assert found.value.field == place
    assert found.value.problem


@pytest.mark.parametrize("written", [b"\xff\xfe", b"#" * (LARGEST + 1)])
def test_a_file_that_cannot_be_a_standard_is_refused(tmp_path: Path, written: bytes) -> None:
    path = tmp_path / "standard.yaml"
    path.write_bytes(written)
    with pytest.raises(InvalidInput) as found:
        load_standard(path)
    assert found.value.field == "standard.yaml"


def test_a_float_is_told_to_be_a_text() -> None:
    facts: dict[str, Any] = json.loads(json.dumps(FACTS))
    facts["clauses"][3]["parameters"][0] = {"key": "share", "type": "percent", "default": 12.5}
    with pytest.raises(InvalidInput) as found:
        parse_standard(json.dumps(facts))
    assert found.value.field == "clauses[3].parameters[0].default"
    assert "text" in found.value.problem
