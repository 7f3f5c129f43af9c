"""A standard survives its file: what is written is read back as the same, and nothing else is taken for it."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.kernel.errors import InvalidInput
from core.standards.document import LARGEST
from core.standards.exchange.errors import DocumentMalformed, FormatUnknown, HashDiffers
from core.standards.exchange.policy import StandardFile, file_text, read_file
from core.standards.exchange.schema import file_schema, schema_text
from core.standards.policy.content import StandardContent, content_hash
from core.standards.policy.documents import canonical_text, hash_of
from tests.core.standards.exchange.schema_check import problems
from tests.core.standards.exchange.writing import contents

COMMITTED = Path(__file__).parents[4] / "docs" / "standards" / "standard.schema.json"
SCHEMA = file_schema()
SMALL: dict[str, Any] = {
    "format": "touchstone.standard/1",
    "code": "greeting",
    "number": "1.0.0",
    "title": {"en": "Greeting"},
    "clauses": [{"key": "hello", "kind": "wording", "text": {"en": "Hello"}}],
}


def small(**said: Any) -> str:
    return json.dumps(SMALL | said)


@given(contents(), st.sampled_from(["", "Why it changed: 理由"]))
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_back_as_the_same(content: StandardContent, change_log: str) -> None:
    file = StandardFile(content=content, change_log=change_log)
    text = file_text(file)
    assert read_file(text) == file
    assert read_file(msgspec.json.format(text, indent=2)).hash == content_hash(content)
    assert file_text(read_file(text)) == text
    facts = json.loads(text)
    assert problems(SCHEMA, facts, SCHEMA) == []
    assert facts.pop("hash") == hash_of(
        canonical_text({name: one for name, one in facts.items() if name != "changeLog"})
    )


@given(contents(), contents())
@settings(max_examples=30, deadline=None)
def test_a_file_with_the_hash_of_another_is_refused(one: StandardContent, other: StandardContent) -> None:
    facts = json.loads(file_text(StandardFile(content=one))) | {"hash": content_hash(other)}
    if content_hash(one) == content_hash(other):
        return
    with pytest.raises(HashDiffers) as found:
        read_file(json.dumps(facts))
    assert (found.value.said, found.value.actual) == (content_hash(other), content_hash(one))


def test_a_file_written_by_hand_needs_no_hash() -> None:
    file = read_file(small(changeLog=" First. "))
    assert file.change_log == "First."
    assert read_file(file_text(file)) == file


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1, column 1"),
        ('{"format": ', "line 1, column"),
        ("[1]", "no JSON object"),
        ("5", "no JSON object"),
        ('{"format": "touchstone.standard/1", "format": "x"}', "format stands twice"),
        (small(number=1.5), "1.5 is no whole number"),
        ('{"format": NaN}', "NaN is no whole number"),
        (small(position=2**53), "beyond what all readers"),
        ('{"x": ' + "9" * 5000 + "}", "digits"),
        (small(owner="a\0"), "U+0000"),
        (small(owner="\ud800"), "half a character"),
        ("[" * 200_000, "nested too deeply"),
        ("\ufeff" + small(), "BOM"),
        (" " * (LARGEST + 1), "characters"),
    ],
)
def test_what_is_no_document_is_refused_by_name(text: str, said: str) -> None:
    with pytest.raises(DocumentMalformed) as found:
        read_file(text)
    assert said in found.value.problem


def test_a_backslash_before_zeros_is_no_forbidden_character() -> None:
    assert read_file(small(changeLog="\\u0000")).change_log == "\\u0000"


@pytest.mark.parametrize("said", ["touchstone.standard/2", "", None, 1, {}])
def test_another_format_is_refused_by_name(said: Any) -> None:
    with pytest.raises(FormatUnknown) as found:
        read_file(small(format=said))
    assert found.value.format == (said if isinstance(said, str) else "")


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"hash": 5}, "hash"),
        ({"changeLog": []}, "changeLog"),
        ({"colour": "red"}, "document"),
        ({"clauses": []}, "clauses"),
        ({"number": "1"}, "number"),
        ({"clauses": [SMALL["clauses"][0] | {"kind": "poem"}]}, "clauses[0].kind"),
        ({"clauses": [SMALL["clauses"][0] | {"kind": "process"}]}, "clauses[0].body"),
        ({"clauses": [SMALL["clauses"][0] | {"body": {"colour": "red"}}]}, "clauses[0].body"),
    ],
)
def test_what_is_wrong_inside_is_named_by_its_place_and_the_schema_refuses_it_too(
    said: dict[str, Any], place: str
) -> None:
    with pytest.raises(InvalidInput) as found:
        read_file(small(**said))
    assert found.value.field == place
    assert problems(SCHEMA, SMALL | said, SCHEMA)


def test_the_schema_names_the_form_of_values_by_their_type() -> None:
    def with_value(type_: str, value: Any) -> dict[str, Any]:
        parameter = {"key": "limit", "type": type_, "default": value}
        return SMALL | {"clauses": [SMALL["clauses"][0] | {"parameters": [parameter]}]}

    assert not problems(SCHEMA, with_value("duration", 1800), SCHEMA)
    for type_, value in (("duration", -1), ("duration", "1800"), ("money", "5"), ("percent", "15 %"), ("boolean", 1)):
        assert problems(SCHEMA, with_value(type_, value), SCHEMA), type_


def test_the_committed_schema_is_what_the_structures_say() -> None:
    written = COMMITTED.read_text(encoding="utf-8")
    assert written == schema_text(), "renew it: touchstone standards schema > docs/standards/standard.schema.json"
