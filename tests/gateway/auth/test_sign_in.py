"""From headers to a scope, and how long that is remembered."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from core.kernel.clock import SetClock
from core.kernel.graphql.ids import global_id
from core.kernel.ids import derived_id
from core.kernel.scope import Actor, ActorKind, Scope
from gateway.auth import errors
from gateway.auth.claims import SKEW_S
from gateway.auth.identity import Opened, PersonToken, ServiceToken, identity_of
from gateway.auth.own_issuers import builtin_issuer, service_tokens
from gateway.auth.remember import MOST_REMEMBERED, ShortMemory, digest
from gateway.auth.sign_in import SignIn, bearer_token
from gateway.auth.verify import Verifier
from tests.gateway.auth.issuing import NOW, KnownTrusts, Seconds
from tests.gateway.auth.test_verify import SETTINGS

NETWORK, NORTH, SOUTH, NOWHERE = (derived_id("sign in", name) for name in ("network", "north", "south", "nowhere"))


@dataclass
class Memberships:
    """Who may act where, kept in memory; counts who asks."""

    of: dict[str, list[UUID]] = field(default_factory=dict[str, list[UUID]])
    asked: int = 0

    async def person(self, token: PersonToken, tenant_id: UUID | None, at: datetime) -> Opened:
        self.asked += 1
        tenants = self.of.get(token.subject)
        if tenants is None:
            return Opened(token=token, withheld=errors.UnknownPerson())
        actor = Actor(ActorKind.PERSON, uuid4())
        if tenant_id is None and len(tenants) > 1:
            return Opened(token=token, actor=actor, withheld=errors.TenantNotChosen())
        chosen = tenant_id or tenants[0]
        if chosen not in tenants:
            return Opened(token=token, actor=actor, withheld=errors.NoMembership())
        return Opened(token=token, actor=actor, scope=scope_of(actor, chosen, at))

    async def service(self, token: ServiceToken, at: datetime) -> Opened:
        actor = Actor(ActorKind.SERVICE, token.account_id)
        return Opened(token=token, actor=actor, scope=scope_of(actor, token.tenant_id, at))


def scope_of(actor: Actor, tenant: UUID, at: datetime) -> Scope:
    return Scope(
        network_id=NETWORK, tenant_id=tenant, lineage=(tenant,), actor=actor, permissions=frozenset(), instant=at
    )


class NoKeys:
    async def key(self, issuer: str, kid: str) -> object:
        raise AssertionError((issuer, kid))


def desk(memberships: Memberships, clock: SetClock, memory_s: float = 5) -> SignIn:
    verifier = Verifier(
        trust=KnownTrusts(),
        keys=NoKeys(),  # type: ignore[arg-type]
        service_tokens=service_tokens(SETTINGS),
        builtin=builtin_issuer(SETTINGS),
        clock=clock,
    )
    return SignIn(verifier, memberships, clock, clock, memory_s=memory_s)


def token_for(subject: str, life: timedelta = timedelta(hours=1)) -> str:
    builtin = builtin_issuer(SETTINGS)
    assert builtin is not None
    return builtin.mint(subject, NOW, life)


async def test_no_token_opens_nothing() -> None:
    opened = await desk(Memberships(), SetClock(NOW)).open(None, str(NORTH))
    assert (opened.scope, opened.actor, identity_of(opened)) == (None, None, None)
    assert isinstance(opened.withheld, errors.MissingToken)


@pytest.mark.parametrize("header", [None, "", str(NORTH), str(NORTH).upper(), global_id("Tenant", NORTH)])
async def test_the_only_tenant_is_opened_named_or_not(header: str | None) -> None:
    opened = await desk(Memberships({"ada": [NORTH]}), SetClock(NOW)).open(token_for("ada"), header)
    assert opened.scope is not None
    assert opened.scope.tenant_id == NORTH


@pytest.mark.parametrize(
    ("subject", "header", "withheld"),
    [
        ("ada", None, errors.TenantNotChosen),
        ("ada", str(NOWHERE), errors.NoMembership),
        ("ada", "north", errors.NoMembership),
        ("ada", global_id("Record", NORTH), errors.NoMembership),
        ("ada", "é" * 50, errors.NoMembership),
        ("bob", None, errors.UnknownPerson),
        ("bob", str(NORTH), errors.UnknownPerson),
        ("bob", "north", errors.UnknownPerson),
    ],
)
async def test_what_is_not_opened_says_why(subject: str, header: str | None, withheld: type[Exception]) -> None:
    opened = await desk(Memberships({"ada": [NORTH, SOUTH]}), SetClock(NOW)).open(token_for(subject), header)
    assert opened.scope is None
    assert isinstance(opened.withheld, withheld)
    assert identity_of(opened) is not None


async def test_a_service_account_has_one_tenant_and_names_no_other() -> None:
    token = service_tokens(SETTINGS).mint(uuid4(), NETWORK, NORTH, NOW)
    signing_in = desk(Memberships(), SetClock(NOW))
    for header in (None, str(NORTH)):
        opened = await signing_in.open(token, header)
        assert opened.scope is not None
        assert opened.scope.tenant_id == NORTH
    for header in (str(SOUTH), "north"):
        with pytest.raises(errors.TenantMismatch):
            await signing_in.open(token, header)


async def test_what_is_opened_is_remembered_for_the_same_tenant_alone_and_told_at_the_present_instant() -> None:
    memberships, clock = Memberships({"ada": [NORTH, SOUTH]}), SetClock(NOW)
    signing_in = desk(memberships, clock)
    token = token_for("ada")
    await signing_in.open(token, str(NORTH))
    clock.advance(timedelta(seconds=2))
    again = await signing_in.open(token, str(NORTH))
    assert memberships.asked == 1
    assert again.scope is not None
    assert again.scope.instant == NOW + timedelta(seconds=2)
    other = await signing_in.open(token, str(SOUTH))
    assert other.scope is not None
    assert other.scope.tenant_id == SOUTH
    assert memberships.asked == 2


async def test_what_is_opened_is_forgotten_with_the_token() -> None:
    """The token ends a microsecond after it was opened; real time is what remembering goes by."""
    memberships, clock = Memberships({"ada": [NORTH]}), SetClock(NOW)
    signing_in, token = desk(memberships, clock), token_for("ada", timedelta(hours=1))
    clock.advance(timedelta(hours=1, seconds=SKEW_S, microseconds=-1))
    assert (await signing_in.open(token, None)).scope is not None
    clock.advance(timedelta(seconds=1))
    with pytest.raises(errors.TokenExpired):
        await signing_in.open(token, None)
    assert memberships.asked == 1


async def test_refusals_are_not_remembered() -> None:
    memberships = Memberships()
    signing_in = desk(memberships, SetClock(NOW))
    token = token_for("ada")
    assert (await signing_in.open(token, None)).scope is None
    memberships.of["ada"] = [NORTH]
    assert (await signing_in.open(token, None)).scope is not None


async def test_without_memory_everything_is_looked_up() -> None:
    memberships = Memberships({"ada": [NORTH]})
    signing_in = desk(memberships, SetClock(NOW), memory_s=0)
    for _ in range(3):
        await signing_in.open(token_for("ada"), None)
    assert memberships.asked == 3


@pytest.mark.parametrize("header", ["", "Basic YTpi", "Bearer", "Bearer  ", "token abc"])
def test_other_authorization_headers_are_malformed(header: str) -> None:
    with pytest.raises(errors.MalformedToken):
        bearer_token(header)


def test_the_scheme_is_read_in_any_case() -> None:
    assert bearer_token("bearer  abc ") == "abc"
    assert bearer_token(None) is None


def test_memory_ends_after_five_seconds_or_with_the_token_whichever_is_first() -> None:
    seconds = Seconds()
    memory: ShortMemory[str] = ShortMemory(60, monotonic=seconds)
    memory.remember("long", 3_600, digest(("a",)))
    memory.remember("short", 2, digest(("b",)))
    memory.remember("ended", 0, digest(("c",)))
    assert (memory.recall(digest(("a",))), memory.recall(digest(("b",))), memory.recall(digest(("c",)))) == (
        "long",
        "short",
        None,
    )
    seconds.at += 2
    assert (memory.recall(digest(("a",))), memory.recall(digest(("b",)))) == ("long", None)
    seconds.at += 3
    assert memory.recall(digest(("a",))) is None


def test_memory_is_bounded_and_parts_do_not_run_together() -> None:
    memory: ShortMemory[int] = ShortMemory(5, monotonic=Seconds())
    for number in range(MOST_REMEMBERED + 1):
        memory.remember(number, 5, digest((str(number),)))
    assert memory.recall(digest(("0",))) is None
    assert memory.recall(digest(("1",))) == 1
    memory.remember(7, 5, digest(("ab", "c")))
    assert memory.recall(digest(("a", "bc"))) is None
