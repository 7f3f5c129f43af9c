"""Read a mapping file, YAML or JSON, and refuse it with the paths of everything that is wrong."""

import json
from collections import Counter
from collections.abc import Hashable
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from core.records.errors import MappingInvalid, MappingUnknown
from core.records.mappings.schema import LogMapping

MOST_BYTES = 64 * 1024
"""Bytes of a mapping: YAML of that length takes the server a tenth of a second at worst."""
DEEPEST = 50
"""Lists and objects within one another."""
SHIPPED = Path(__file__).parent


class PlainLoader(yaml.CBaseLoader):
    """Reads every scalar as text (``no`` stays Norway), and refuses repeated keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        """Refuse a key that occurs twice: one of the two would be lost silently."""
        found = Counter(str(key.value) for key, _ in node.value)
        twice = sorted(key for key, times in found.items() if times > 1)
        if twice:
            raise yaml.YAMLError(f"keys occur twice: {', '.join(twice)} (line {node.start_mark.line + 1})")
        return super().construct_mapping(node, deep=deep)


def check_events(text: str) -> None:
    """Refuse YAML by which a small file stands for an enormous one, or which goes deeper than anybody reads.

    Raises:
        YAMLError: It is such YAML, or none.
        RecursionError: It nests too deeply; the reader itself would crash.
    """
    depth = 0
    for event in yaml.parse(text, yaml.CBaseLoader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise RecursionError


def read_yaml(text: str) -> object:
    """Read YAML of which every scalar is a text.

    Raises:
        YAMLError: It is none, or not plain.
        RecursionError: It nests too deeply.
    """
    check_events(text)
    return yaml.load(text, PlainLoader)  # noqa: S506 - it makes texts, lists and objects only


def load_mapping(path: Path) -> LogMapping:
    """Read a mapping file; ``.json`` is read as JSON, everything else as YAML.

    Raises:
        MappingInvalid: It cannot be read or does not follow the schema; every problem is named with its path.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise MappingInvalid(file=path.name, problems=(error.strerror or "it cannot be opened",)) from error
    return parse_mapping(content, path.name)


def parse_mapping(content: bytes, name: str) -> LogMapping:
    """Read a mapping from its text; see :func:`load_mapping`."""
    if len(content) > MOST_BYTES:
        raise MappingInvalid(file=name, problems=(f"it is larger than {MOST_BYTES} bytes",))
    try:
        text = content.decode("utf-8-sig")
        said: Any = json.loads(text) if name.lower().endswith(".json") else read_yaml(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = "it nests too deeply" if isinstance(error, RecursionError) else " ".join(str(error).split())
        raise MappingInvalid(file=name, problems=(problem,)) from error
    try:
        return LogMapping.model_validate(said)
    except ValidationError as error:
        problems = tuple(f"{path_of(one['loc'])}: {said_of(one)}" for one in error.errors(include_input=False))
        raise MappingInvalid(file=name, problems=problems) from error


def shipped_mapping(name: str) -> LogMapping:
    """Give a mapping that comes with the product.

    Raises:
        MappingUnknown: None that comes with it has this name.
    """
    known = shipped_names()
    if name not in known:
        raise MappingUnknown(name=name, shipped=known)
    return load_mapping(SHIPPED / f"{name}.yaml")


def named_mapping(named: str) -> LogMapping:
    """Give the mapping that somebody names: a file of their own, or one that comes with the product.

    Raises:
        MappingInvalid: The file cannot be read or does not follow the schema.
        MappingUnknown: It is no file, and none that comes with the product has this name.
    """
    path = Path(named)
    return load_mapping(path) if path.exists() or path.suffix else shipped_mapping(named)


def shipped_names() -> tuple[str, ...]:
    """Name the mappings that come with the product."""
    return tuple(sorted(one.stem for one in SHIPPED.glob("*.yaml")))


def mapping_digest(mapping: LogMapping) -> str:
    """Compute the SHA-256 of what a mapping says, in hexadecimal."""
    return sha256(mapping.digest_text()).hexdigest()


def path_of(location: tuple[int | str, ...]) -> str:
    """Write a path as one types it, such as ``step.key.fold``."""
    return ".".join(str(part) for part in location) or "the file"


def said_of(problem: Any) -> str:  # noqa: ANN401 - pydantic's error details
    """Put a problem into words."""
    words = {"missing": "is required", "extra_forbidden": "is not a key of the schema"}
    return words.get(problem["type"]) or str(problem["msg"]).removeprefix("Value error, ")
