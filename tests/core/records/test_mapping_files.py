"""A mapping file is checked key by key, and every problem names its path."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.records.errors import MappingInvalid
from core.records.mappings.loading import load_mapping, mapping_digest, parse_mapping, shipped_mapping
from core.records.mappings.schema import Fold
from tests.core.records.builders import MAPPING, mapping, parsed

MINIMAL = """
mapping: "1"
name: Minimal
tenant: {own: true}
record: {standard: {fixed: a}, channel: {fixed: phone}}
step: {key: {event: "concept:name"}, occurred_at: {event: "time:timestamp"}}
"""


def problems_of(said: Any) -> tuple[str, ...]:
    with pytest.raises(MappingInvalid) as refused:
        parse_mapping(json.dumps(said).encode(), "mapping.json")
    assert refused.value.code == "records.mapping_invalid"
    return refused.value.problems


def changed(path: str, value: Any) -> dict[str, Any]:
    said = json.loads(json.dumps(MAPPING))
    *parents, last = path.split(".")
    place = said
    for parent in parents:
        place = place.setdefault(parent, {})
    if value is None:
        del place[last]
    else:
        place[last] = value
    return said


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("step.key.folds", "snake", "step.key.folds: is not a key of the schema"),
        ("tenants", {}, "tenants: is not a key of the schema"),
        ("step.occurred_at", None, "step.occurred_at: is required"),
        ("mapping", "2", "mapping: Input should be '1'"),
        ("step.key.fold", "camel", "step.key.fold: Input should be 'none', 'lower', 'snake' or 'kebab'"),
        ("step.occurred_at.time_zone", "Mars/Base", "step.occurred_at.time_zone: Mars/Base is not an IANA time zone"),
        ("record.channel.trace", "c", "record.channel: say exactly one of trace, first_event, last_event and fixed"),
        ("record.channel", {}, "record.channel: say exactly one of trace, first_event, last_event and fixed"),
        ("tenant.own", "true", "tenant: say exactly one of own, trace, first_event, last_event and fixed"),
        ("table", {"delimiter": ";"}, "the file: table describes CSV files; this mapping reads XES"),
        ("tenant.create", {"currency": "euro"}, "tenant.create.currency: String should match pattern '^[A-Z]{3}$'"),
        ("name", "", "name: String should have at least 1 character"),
    ],
)
def test_a_problem_names_its_path(path: str, value: Any, problem: str) -> None:
    assert problems_of(changed(path, value)) == (problem,)


@pytest.mark.parametrize(
    "table", [{"encoding": "no-such"}, {"encoding": "rot13"}, {"delimiter": ";;"}, {"delimiter": '"'}]
)
def test_how_a_table_is_written_is_checked(table: dict[str, str]) -> None:
    (problem,) = problems_of({**MAPPING, "format": "csv", "table": table})
    assert problem.startswith(f"table.{next(iter(table))}: ")


def test_all_problems_are_named_at_once() -> None:
    said = changed("step.key", None) | {"extra": "1"}
    assert {problem.split(":")[0] for problem in problems_of(said)} == {"step.key", "extra"}


def test_yaml_and_json_say_the_same() -> None:
    said = parsed(MINIMAL)
    assert parse_mapping(said.model_dump_json(by_alias=True, exclude_none=True).encode(), "m.json") == said


def test_yaml_reads_every_scalar_as_text() -> None:
    said = parsed(MINIMAL + "first_response: {step: no}\nresolved: {step: 1_000}\n")
    assert (said.first_response, said.resolved) != (None, None)
    assert said.first_response is not None
    assert said.first_response.step == "no"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (MINIMAL + "name: Again\n", "keys occur twice: name"),
        ("a: &a [1]\nb: [*a, *a]\n", "aliases are not read"),
        ("[" * 20_000, "nests too deeply"),
        ("a: " + "{b: " * 50 + "c" + "}" * 50, "nests too deeply"),
        ("".join(f"{' ' * depth}a:\n" for depth in range(60)), "nests too deeply"),
        ("a: !!python/object/apply:os.system [ls]", "is not a key|is required"),
        ("{", "expected"),
        ("\x00", "not allowed|special characters"),
        ("just text", "the file: Input should be"),
        ("x" * 65_537, "larger than 65536 bytes"),
    ],
)
def test_hostile_or_broken_yaml_is_refused(text: str, problem: str) -> None:
    with pytest.raises(MappingInvalid, match=problem):
        parsed(text)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingInvalid, match="No such file"):
        load_mapping(tmp_path / "none.yaml")


def test_shipped_mappings_are_valid() -> None:
    incidents, receipt = shipped_mapping("bpic2013_incidents"), shipped_mapping("receipt")
    assert incidents.tenant.placeholders == {"0": "unknown"}
    assert incidents.tenant.create is not None
    assert incidents.tenant.create.name_of("se") == "Service desk se"
    assert receipt.tenant.fold is Fold.KEBAB
    assert set(receipt.record.channel.values.values()) == {"website", "site_desk", "post", "email", "internal"}


def test_the_digest_follows_what_is_said_and_not_how() -> None:
    spaced = parsed("# a comment\n" + MINIMAL.replace("{own: true}", "\n  own: yes"))
    assert mapping_digest(spaced) == mapping_digest(parsed(MINIMAL))
    assert mapping_digest(mapping(name="Other")) != mapping_digest(mapping())
    one, two = ({"event": "who", "nobody": names} for names in (["a", "b"], ["b", "a"]))
    assert mapping_digest(mapping(step={"performer": one})) == mapping_digest(mapping(step={"performer": two}))


def test_a_table_needs_every_column_the_mapping_reads() -> None:
    said = mapping(format="csv", record={"external_id": "case", "priority": {"trace": "urgency"}})
    assert said.shape().case == "case"
    assert said.shape().needed == {"country", "urgency", "concept:name", "status", "time:timestamp", "who"}
