"""The one way in which tests ask the whole schema in process: as the gateway does, compiled where it can be.

:class:`Api` answers as whoever a scope says; a :class:`Client` is a front end of one of them.
"""

import sys
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import orjson

from core.kernel.clock import Clock
from core.kernel.database import Database
from core.kernel.directory import Directory
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.ids import global_id
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.services import Services
from core.kernel.settings import Settings
from core.plugin_host.registry import Registry, load_plugins
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


PATH = tuple(sys.path)


@cache
def own_plugins() -> Registry:
    """The plugins that are installed wherever the tests are."""
    return load_plugins()


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation came to.

    Attributes:
        data: What was asked for, as JSON.
        codes: The stable codes of its errors.
        said: The same errors in words, for a failed assertion.
    """

    data: dict[str, Any] | None
    codes: list[str]
    said: list[str] = field(default_factory=list[str], compare=False)


@dataclass(frozen=True, slots=True)
class Api:
    """Executes operations."""

    database: Database
    services: Services
    clock: Clock

    @classmethod
    def on(cls, database: Database, clock: Clock) -> "Api":
        """Wire an API, with the plugins that are installed by now: a test may have put more on the path."""
        plugins = own_plugins() if tuple(sys.path) == PATH else None
        return cls(database, make_services(database, SETTINGS, plugins), clock)

    def context(self, scope: Scope | None, identity: Any = None) -> RequestContext:
        return RequestContext(
            database=self.database,
            clock=self.clock,
            directory=self.services.get(Directory),
            services=self.services,
            settings=SETTINGS,
            identity=identity or (SignedIn(scope.actor) if scope else None),
            scope=scope,
        )

    async def execute(
        self,
        scope: Scope | None,
        document: str,
        variables: Mapping[str, Any] | None = None,
        identity: Any = None,
    ) -> Answer:
        """Answer as the gateway does: compiled where it can be.

        Args:
            scope: In which tenant, as whom and with which permissions; none without a tenant.
            document: The operation.
            variables: Its variables.
            identity: Who has signed in, where the scope does not say so.
        """
        done: Any = await whole_answering().execute(document, variables, self.context(scope, identity))
        return answer_of(done)

    async def follow(
        self, scope: Scope | None, document: str, variables: Mapping[str, Any] | None = None
    ) -> AsyncGenerator[Answer, None]:
        """Subscribe, and give every event; a refusal is one answer with its codes."""
        context = self.context(scope)
        events: Any = await whole_schema().subscribe(
            document, variable_values=dict(variables or {}), context_value=context
        )
        if not hasattr(events, "__aiter__"):
            yield answer_of(events)
            return
        async for done in events:
            yield answer_of(done)


@dataclass(frozen=True, slots=True)
class Client:
    """A front end of somebody, in a tenant where there is a scope."""

    api: Api
    scope: Scope | None
    identity: Any = None

    @property
    def tenant_id(self) -> UUID:
        """The tenant it acts in."""
        assert self.scope is not None
        return self.scope.tenant_id

    async def ask(self, query: str, **variables: Any) -> Answer:
        """Send an operation and give the whole answer."""
        return await self.api.execute(self.scope, query, variables, self.identity)

    async def data(self, query: str, **variables: Any) -> Any:
        """Send an operation that must have no errors, and give its data."""
        answer = await self.ask(query, **variables)
        assert not answer.codes, answer.said
        return answer.data

    async def nodes(self, name: str, fields: str) -> list[Any]:
        """List something at the root."""
        return (await self.data(f"{{ {name} {{ nodes {{ {fields} }} }} }}"))[name]["nodes"]

    async def change(self, name: str, selection: str, /, *, type_: str = "", **input: Any) -> Any:
        """Send a mutation; give the member of its result."""
        kind = name[0].upper() + name[1:]
        query = (
            f"mutation Change($input: {type_ or kind + 'Input'}!, $key: String!) {{"
            f" {name}(input: $input, idempotencyKey: $key) {{ __typename ... on {kind}Success {{ {selection} }}"
            " ... on Problem { code message hint } } }"
        )
        return (await self.data(query, input=input, key=uuid4().hex))[name]

    def holding(self, *permissions: str) -> "Client":
        """The same front end of somebody else, with these permissions beside having signed in."""
        assert self.scope is not None
        held = frozenset({"kernel.signed_in", *permissions})
        return replace(self, scope=replace(self.scope, permissions=held, actor=Actor(ActorKind.PERSON, uuid4())))

    def without(self, permission: str) -> "Client":
        """The same front end of the same person, with one permission less."""
        assert self.scope is not None
        return replace(self, scope=replace(self.scope, permissions=self.scope.permissions - {permission}))


def global_tenant(scope: Scope | UUID) -> str:
    """A tenant's id as front ends know it."""
    return global_id("Tenant", scope if isinstance(scope, UUID) else scope.tenant_id)


def answer_of(done: Any) -> Answer:
    """What a result comes to."""
    errors: Any = done.errors or ()
    return Answer(data_of(done), [code_of(one) for one in errors], [f"{one.path}: {one.message}" for one in errors])


def data_of(done: Any) -> dict[str, Any] | None:
    """The data of a result, parsed where it was written already."""
    body = getattr(done, "body", None)
    return orjson.loads(body)["data"] if body is not None else orjson.loads(orjson.dumps(done.data))


def code_of(error: Any) -> str:
    extensions: dict[str, Any] = error.extensions or {}
    return str(extensions.get("code", ""))
