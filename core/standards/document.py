"""Read a standard from a data file: YAML or JSON in the form of ``policy/content.py``, with ``changeLog`` beside it.

Every problem is told with its place in the file, such as ``clauses[2].parameters[0].default``.
"""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any, Final, cast

import msgspec
import yaml

from core.kernel.errors import InvalidInput
from core.standards.draft import DraftStandard
from core.standards.policy.checks import checked_content
from core.standards.policy.content import StandardContent

LARGEST: Final = 4 * 1024 * 1024
PLACE: Final = re.compile(r"(?P<problem>.*?)(?: - at (?:`key` in )?`\$?\.?(?P<place>.*)`)?", re.DOTALL)


class StrictLoader(yaml.SafeLoader):
    """YAML without what lets a file say less, or more, than it shows: keys that stand twice, and references."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse references, by which a small file can unfold without end."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="references are not read", problem_mark=self.get_mark())
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - as the library calls it
        """Refuse a key that stands twice; the first would be lost silently."""
        seen: set[object] = set()
        for key_node, _ in node.value:
            if key_node.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key_node.value} stands twice", problem_mark=key_node.start_mark)
            seen.add(key_node.value)
        return super().construct_mapping(node, deep=deep)


def load_standard(path: Path, *, expected_revision: int | None = None) -> DraftStandard:
    """Read a standard from a file.

    Args:
        path: A YAML or JSON file, UTF-8.
        expected_revision: Revision of the draft it replaces, where there is one.

    Raises:
        InvalidInput: It is no standard; ``field`` is the place in the file, or the file's name.
        OSError: It cannot be read.
    """
    if path.stat().st_size > LARGEST:
        raise InvalidInput(field=path.name, problem=f"a standard has at most {LARGEST} bytes")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        raise InvalidInput(field=path.name, problem="the file is not UTF-8") from problem
    return parse_standard(text, name=path.name, expected_revision=expected_revision)


def parse_standard(text: str, *, name: str = "document", expected_revision: int | None = None) -> DraftStandard:
    """Read a standard from YAML or JSON text.

    Args:
        text: The document.
        name: What to call it where a problem has no place in it.
        expected_revision: Revision of the draft it replaces, where there is one.

    Raises:
        InvalidInput: It is no standard; ``field`` is the place in it.
    """
    facts = parsed(text, name)
    change_log = facts.pop("changeLog", "")
    if not isinstance(change_log, str):
        raise InvalidInput(field="changeLog", problem="a text is expected")
    content = checked_content(converted(facts, name))
    return DraftStandard(content=content, change_log=change_log, expected_revision=expected_revision)


def parsed(text: str, name: str) -> dict[str, object]:
    """Read YAML, of which JSON is a part, as one object."""
    try:
        facts = yaml.load(text, Loader=StrictLoader)  # noqa: S506 - it is a safe loader made stricter
    except yaml.MarkedYAMLError as problem:
        line = "" if problem.problem_mark is None else f", line {problem.problem_mark.line + 1}"
        raise InvalidInput(field=f"{name}{line}", problem=problem.problem or "no YAML") from problem
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        raise InvalidInput(field=name, problem="the text is no YAML or JSON") from problem
    if not isinstance(facts, dict):
        raise InvalidInput(field=name, problem="a standard is an object with code, number, title and clauses")
    return cast("dict[str, object]", facts)


def converted(facts: dict[str, object], name: str = "document") -> StandardContent:
    """Give plain data as a standard, with the place of whatever does not fit."""
    try:
        return msgspec.convert(facts, type=StandardContent)
    except msgspec.ValidationError as problem:
        shape = PLACE.fullmatch(str(problem))
        found = shape.groupdict() if shape else {"problem": str(problem), "place": None}
        raise InvalidInput(field=found["place"] or name, problem=str(found["problem"])) from problem
