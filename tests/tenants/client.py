"""A front end of one scope: asks this room's schema as the gateway does, without HTTP."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.ids import global_id
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.settings import Settings
from gateway.auth.identity import TokenIdentity
from gateway.schema.assembly import build_schema
from tenants.graphql import CONTRIBUTION
from tenants.people.persons import Identity
from tests.tenants.office import Office

SETTINGS = Settings.model_validate({"role_secret": "x", "master_key": "ab" * 32, "cursor_key": "only tests"})
SCHEMA = build_schema([CONTRIBUTION], SETTINGS)


@dataclass(frozen=True)
class Client:
    """Asks as somebody; in a tenant where there is a scope."""

    office: Office
    scope: Scope | None
    identity: TokenIdentity | None = None

    async def ask(self, query: str, **variables: Any) -> Any:
        """Send an operation and give the whole answer."""
        context = RequestContext(
            database=self.office.database,
            clock=self.office.clock,
            directory=self.office.directory,
            services=self.office.background.services,
            settings=SETTINGS,
            scope=self.scope,
            identity=self.identity or (TokenIdentity(self.scope.actor, None) if self.scope else None),
        )
        return await SCHEMA.execute(query, variables, context_value=context)

    async def data(self, query: str, **variables: Any) -> Any:
        """Send an operation that must have no errors, and give its data."""
        answer = await self.ask(query, **variables)
        assert answer.errors is None, answer.errors
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
        """The same front end of somebody with other permissions."""
        assert self.scope is not None
        scope = replace(
            self.scope,
            permissions=frozenset({"kernel.signed_in", *permissions}),
            actor=Actor(ActorKind.PERSON, uuid4()),
        )
        return replace(self, scope=scope)


def guest(office: Office, identity: Identity) -> Client:
    """Somebody who has signed in and named no tenant."""
    return Client(office, None, TokenIdentity(Actor(ActorKind.PERSON, identity.key), identity))


def tenant_id(scope: Scope | UUID) -> str:
    return global_id("Tenant", scope if isinstance(scope, UUID) else scope.tenant_id)
