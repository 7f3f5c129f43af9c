"""Front ends of people in a test's office, who have signed in as the gateway's tokens say."""

from core.kernel.scope import Actor, ActorKind, Scope
from gateway.auth.identity import TokenIdentity
from tenants.people.persons import Identity
from tests.support.api import Api, Client
from tests.tenants.office import Office


def front_end(office: Office, scope: Scope | None, identity: TokenIdentity | None = None) -> Client:
    """Whoever a scope says, or somebody who has signed in and named no tenant, or nobody."""
    api = Api(office.database, office.background.services, office.clock)
    return Client(api, scope, identity or (TokenIdentity(scope.actor, None) if scope else None))


def guest(office: Office, identity: Identity) -> Client:
    """Somebody who has signed in and named no tenant."""
    return front_end(office, None, TokenIdentity(Actor(ActorKind.PERSON, identity.key), identity))
