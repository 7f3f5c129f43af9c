"""A client that executes operations of the whole schema in process, as whoever a scope says."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from core.kernel.clock import Clock
from core.kernel.database import Database
from core.kernel.directory import Directory
from core.kernel.graphql.context import RequestContext
from core.kernel.scope import Actor, Scope
from core.kernel.services import Services
from core.kernel.settings import Settings
from gateway.answering.answering import Answering
from gateway.http.features import contributions
from gateway.schema.assembly import build_schema
from gateway.wiring import make_services

SETTINGS = Settings.model_validate(
    {"role_secret": "x", "master_key": "0" * 64, "cursor_key": "only tests", "introspection": True}
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whoever a scope says."""

    actor: Actor


@cache
def whole_schema() -> Any:
    """The schema of all features, assembled once."""
    return build_schema(contributions(), SETTINGS)


@cache
def whole_answering() -> Answering:
    """What answers operations of the whole schema."""
    return Answering(whole_schema())


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation came to."""

    data: dict[str, Any] | None
    codes: list[str]


@dataclass(frozen=True, slots=True)
class Api:
    """Executes operations."""

    database: Database
    services: Services
    clock: Clock

    @classmethod
    def on(cls, database: Database, clock: Clock) -> "Api":
        return cls(database, make_services(database, SETTINGS), clock)

    def context(self, scope: Scope | None) -> RequestContext:
        return RequestContext(
            database=self.database,
            clock=self.clock,
            directory=self.services.get(Directory),
            services=self.services,
            settings=SETTINGS,
            identity=SignedIn(scope.actor) if scope else None,
            scope=scope,
        )

    async def execute(self, scope: Scope | None, document: str, variables: Mapping[str, Any] | None = None) -> Answer:
        """Answer as the gateway does: compiled where it can be."""
        done: Any = await whole_answering().execute(document, variables, self.context(scope))
        errors: Any = done.errors or ()
        return Answer(data_of(done), [code_of(error) for error in errors])

    async def follow(
        self, scope: Scope | None, document: str, variables: Mapping[str, Any] | None = None
    ) -> AsyncGenerator[Answer, None]:
        """Subscribe, and give every event; a refusal is one answer with its codes."""
        context = self.context(scope)
        events: Any = await whole_schema().subscribe(
            document, variable_values=dict(variables or {}), context_value=context
        )
        if not hasattr(events, "__aiter__"):
            yield Answer(None, [code_of(error) for error in events.errors or ()])
            return
        async for done in events:
            yield Answer(done.data, [code_of(error) for error in done.errors or ()])


def data_of(done: Any) -> dict[str, Any] | None:
    """The data of a result, parsed where it was written already."""
    body = getattr(done, "body", None)
    return orjson.loads(body)["data"] if body is not None else orjson.loads(orjson.dumps(done.data))


def code_of(error: Any) -> str:
    extensions: dict[str, Any] = error.extensions or {}
    return str(extensions.get("code", ""))
