"""One operation answered both ways, and what there is to compare."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import orjson

from core.kernel.graphql.context import RequestContext
from gateway.answering.answering import Answering
from gateway.schema.assembly import TouchstoneSchema
from tests.gateway.execution.compiled.asking import Asked
from tests.gateway.execution.compiled.recording import RecordingDatabase

By = Literal["a plan", "a plan in part", "the interpreter"]

PRESENT = re.compile(r"up to [0-9T:.-]+Z, ten seconds ago")
"""What nobody can be told yet, as ``standards.too_recent_to_know`` says it: by the machine's clock."""


@dataclass(frozen=True)
class Given:
    """An answer as the client gets it.

    Attributes:
        data: The data.
        errors: The errors, in an order of their own.
        extensions: The extensions.
        by: What answered.
        planned: Names in the answer of the root fields that a plan, or an answer kept by one, answered.
    """

    data: bytes
    errors: list[bytes]
    extensions: bytes
    by: By
    planned: frozenset[str] = frozenset()

    @classmethod
    def of(cls, done: Any) -> "Given":
        body = getattr(done, "body", None)
        if body is not None:
            json.loads(body, object_pairs_hook=once)
            whole = orjson.loads(body)
            return cls(
                orjson.dumps(whole["data"]),
                [],
                orjson.dumps(whole.get("extensions")),
                "a plan",
                frozenset(whole["data"]),
            )
        data: dict[str, Any] = done.data or {}
        spliced = frozenset(name for name, one in data.items() if isinstance(one, orjson.Fragment))
        errors = sorted(told(error) for error in done.errors or ())
        by: By = "a plan in part" if spliced else "the interpreter"
        return cls(respelled(done.data), errors, orjson.dumps(done.extensions), by, spliced)

    @property
    def seen(self) -> tuple[bytes, list[bytes], bytes]:
        return self.data, self.errors, self.extensions


def respelled(data: Any) -> bytes:
    """Write data as one writer would; a plan copies the numbers of stored JSON as they were spelled."""
    return orjson.dumps(orjson.loads(orjson.dumps(data)))


def once(pairs: list[tuple[str, Any]]) -> None:
    """See that no name stands twice in an object; a parser would take the last."""
    assert len({name for name, _ in pairs}) == len(pairs), pairs


def told(error: Any) -> bytes:
    """An error as the client gets it, without the id of a fault and the present, which are others every time."""
    shown = error.formatted
    shown["message"] = PRESENT.sub("up to ten seconds ago", shown["message"])
    extensions: dict[str, Any] = error.extensions or {}
    shown["extensions"] = {name: one for name, one in extensions.items() if name != "fault"}
    return orjson.dumps(shown, option=orjson.OPT_SORT_KEYS)


@dataclass
class BothWays:
    """A schema executed both ways."""

    schema: TouchstoneSchema
    database: RecordingDatabase

    def __post_init__(self) -> None:
        self.compiled = Answering(self.schema, compiled=True)
        self.interpreted = Answering(self.schema, compiled=False)

    async def answer(
        self, document: str, variables: Mapping[str, Any], context: RequestContext, name: str | None = None
    ) -> tuple[Given, Given]:
        """Answer by the interpreter and by a plan, where there is one."""
        plain = Given.of(await self.interpreted.execute(document, variables, context, name=name))
        return plain, await self.fast(document, variables, context, name)

    async def fast(
        self, document: str, variables: Mapping[str, Any], context: RequestContext, name: str | None = None
    ) -> Given:
        """Answer by a plan, where there is one."""
        return Given.of(await self.compiled.execute(document, variables, context, name=name))


def with_cursors(asked: Asked, answer: bytes) -> dict[str, Any] | None:
    """Give the variables with cursors out of an answer; nothing where it has none."""
    found: dict[str, list[str]] = {}
    gather(orjson.loads(answer), asked, "", found)
    told = dict(asked.variables)
    for name, (shown, which) in asked.cursors.items():
        fitting = found.get(shown) or ()
        if fitting:
            told[name] = fitting[which % len(fitting)]
    return told if told != asked.variables else None


def gather(value: Any, asked: Asked, inside: str, found: dict[str, list[str]]) -> None:
    """Gather cursors, by the nearest list they are in."""
    lists = {shown for shown, _ in asked.cursors.values()}
    if isinstance(value, dict):
        for name, one in cast("dict[str, Any]", value).items():
            if name in asked.places and isinstance(one, str):
                found.setdefault(inside, []).append(one)
            gather(one, asked, name if name in lists else inside, found)
    elif isinstance(value, list):
        for one in cast("list[Any]", value):
            gather(one, asked, inside, found)
