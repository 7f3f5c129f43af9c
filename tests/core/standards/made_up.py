"""Made-up networks before a new version: versions with moves in between, and what every level adapted."""

from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

from core.standards.merging.policy import Upgrade
from core.standards.policy.content import Bounds, Narrowing
from core.standards.policy.lineage import lineage_between, sites
from core.standards.policy.overlays import Overlay, Version
from core.standards.policy.spans import Span
from core.standards.policy.waived import Waived
from core.standards.vocabulary import Operator
from tests.core.standards.merging.upgrading import DAY, HQ, NOON, REGION, clause, content, laid, version_of

KEYS = tuple("abcdef")
SHOPS = tuple(UUID(int=100 + number) for number in range(6))
GOLD = "tier=gold"
KINDS: tuple[dict[str, Any], ...] = (
    {"type": "integer"},
    {"type": "duration", "unit": "elapsed"},
    {"type": "duration", "unit": "business"},
)


@dataclass(frozen=True)
class Scene:
    """Versions in order, the last of which is to be published, and what was laid by whom."""

    versions: list[Version]
    above: list[Overlay]
    own: dict[UUID, list[Overlay]]
    waivers: dict[UUID, list[Waived]]

    @property
    def upgrade(self) -> Upgrade:
        return Upgrade(self.versions[0], self.versions[-1], self.versions[1:-1])


def scene(chance: Random) -> Scene:
    """Make one up."""
    versions = [version_of(content(*(made(chance, key) for key in KEYS)))]
    for number in range(2, chance.choice((3, 4))):
        versions.append(following(chance, versions[-1], number))
    places = {one.id: list(sites(one.content)) for one in versions}
    above = one_at_a_time([overlay(chance, REGION, versions, places) for _ in range(chance.randrange(4))])
    own = {
        shop: one_at_a_time([overlay(chance, shop, versions, places) for _ in range(chance.randrange(6))])
        for shop in SHOPS
    }
    waivers = {
        shop: [waiver(chance, shop, chance.choice(versions[:-1]))] if chance.random() < 0.2 else [] for shop in SHOPS
    }
    return Scene(versions, above, own, waivers)


def made(chance: Random, key: str) -> dict[str, Any]:
    """A clause of some kind, with one or two parameters, some with a variant or a bound."""
    granted = chance.choice((["assign"], ["assign", "narrow"], ["assign", "append"], []))
    kind = chance.choice(KINDS)
    limit: dict[str, Any] = {"key": "limit", "default": chance.randrange(9), "operators": granted, **kind}
    if chance.random() < 0.6:
        limit["bounds"] = {"maximum": chance.randrange(9, 15)}
    if chance.random() < 0.3:
        limit["variants"] = [{"context": {"tier": "gold"}, "default": chance.randrange(9)}]
    count = {"key": "count", "type": "integer", "default": chance.randrange(9), "operators": granted}
    parameters = [limit, count] if chance.random() < 0.5 else [limit]
    return clause(key, *parameters, kind=chance.choice(("limit", "requirement")))


def following(chance: Random, before: Version, number: int) -> Version:
    """The next version: clauses stay, change, go, come, are renamed, split or merged."""
    keys = [one.key for one in before.content.clauses]
    chance.shuffle(keys)
    moves: list[dict[str, Any]] = []
    gone: set[str] = set()
    came: list[str] = []
    for kind, sources, targets in (("rename", 1, 1), ("split", 1, 2), ("merge", 2, 1)):
        if chance.random() < 0.5 and len(keys) >= sources + 2:
            taken = [keys.pop() for _ in range(sources)]
            there = [f"{kind}_{number}_{one}" for one in range(targets)]
            moves.append({"kind": kind, "sources": taken, "targets": there})
            gone |= set(taken)
            came += there
    if chance.random() < 0.3:
        gone.add(keys.pop())
    kept = [one.key for one in before.content.clauses if one.key not in gone]
    drawn = content(
        *(made(chance, key) for key in (*kept, *came, f"new_{number}")), version=f"{number}.0.0", lineage=moves
    )
    lineage_between(before.content, drawn)
    return version_of(drawn, NOON - (9 - number) * DAY)


def overlay(chance: Random, owner: UUID, versions: list[Version], places: dict[UUID, Any]) -> Overlay:
    """What one level laid somewhere over one of the older versions."""
    version = chance.choice(versions[:-1])
    clause_key, parameter_key = chance.choice(places[version.id])
    start = NOON + chance.choice((-3, -1, 0, 2)) * DAY
    said: dict[str, Any] = {
        "id": UUID(int=chance.getrandbits(128)),
        "owner_tenant_id": owner,
        "variant": GOLD if parameter_key and chance.random() < 0.3 else "",
        "span": Span(start, start + 2 * DAY if chance.random() < 0.2 else None),
        "based_on": version.id,
        "legal_basis": chance.choice(("", "A law.")),
    }
    if not parameter_key:
        return laid(clause_key, "", {"en": f"As {owner.int} says."}, **said)
    if chance.random() < 0.25:
        narrowing = Narrowing(bounds=Bounds(maximum=chance.randrange(14)), operators=chance.choice((None, ())))
        return laid(clause_key, parameter_key, None, operator=Operator.NARROW, narrowing=narrowing, **said)
    return laid(clause_key, parameter_key, chance.randrange(15), **said)


def one_at_a_time(overlays: list[Overlay]) -> list[Overlay]:
    """Keep of overlays of one place and aspect those that share no instant, as the database does."""
    kept: list[Overlay] = []
    for one in overlays:
        same = [
            other
            for other in kept
            if (other.address, other.operator is Operator.NARROW) == (one.address, one.operator is Operator.NARROW)
        ]
        if not any(other.span.meets(one.span) for other in same):
            kept.append(one)
    return kept


def waiver(chance: Random, shop: UUID, version: Version) -> Waived:
    """A waiver of one parameter, granted by headquarters."""
    clause_key, parameter_key = chance.choice([one for one in sites(version.content) if one[1]])
    return Waived(
        id=UUID(int=chance.getrandbits(128)),
        owner_tenant_id=shop,
        clause_key=clause_key,
        parameter_key=parameter_key,
        operator=Operator.ASSIGN,
        value=chance.randrange(20),
        author_id=HQ,
        span=Span(NOON - DAY, NOON + DAY),
        recorded_from=NOON - DAY,
        waiver_id=UUID(int=chance.getrandbits(128)),
        granted_by=HQ,
        measure="Watched.",
        based_on=version.id,
        bound="maximum",
    )
