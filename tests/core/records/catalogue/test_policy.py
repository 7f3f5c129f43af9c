"""What is offered, as a pure rule, against a slow and obvious reading of it."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.records.catalogue.models import CatalogueService, ServiceOffer
from core.records.catalogue.policy import may_offer, offered_now

ROOT, REGION, SHOP, OTHER = (UUID(int=number) for number in range(1, 5))
LINEAGE = (ROOT, REGION, SHOP)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = ("a", "b", "c")


def service(key: str, kind: str, granted: list[UUID], parts: list[str], *, published: bool) -> CatalogueService:
    return CatalogueService(
        network_id=ROOT,
        owner_tenant_id=ROOT,
        key=key,
        kind=kind,
        title={},
        description={},
        parts=parts,
        granted_to=[str(one) for one in granted],
        status="published" if published else "withdrawn",
        published_by=ROOT,
        published_at=NOW,
        recorded_at=NOW,
    )


def offer(key: str, *, based_on: str = "", offered: bool) -> ServiceOffer:
    return ServiceOffer(
        tenant_id=SHOP,
        network_id=ROOT,
        key=key,
        based_on=based_on,
        title={},
        description={},
        status="offered" if offered else "ended",
        offered_by=SHOP,
        offered_at=NOW,
        recorded_at=NOW,
    )


grants = st.lists(st.sampled_from([REGION, SHOP, OTHER]), max_size=2)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.fixed_dictionaries({key: st.tuples(grants, st.booleans(), st.booleans()) for key in KEYS}),
    st.tuples(grants, st.booleans(), st.booleans(), st.lists(st.sampled_from(KEYS), unique=True, min_size=2)),
    st.tuples(grants, st.booleans(), st.booleans()),
)
def test_offered_is_what_was_said_as_far_as_it_is_granted(
    single: dict[str, tuple[list[UUID], bool, bool]],
    bundle: tuple[list[UUID], bool, bool, list[str]],
    own: tuple[list[UUID], bool, bool],
) -> None:
    services = [
        service(key, "basic", granted, [], published=there) for key, (granted, there, _) in sorted(single.items())
    ]
    services.append(service("all", "bundle", bundle[0], bundle[3], published=bundle[1]))
    services.append(service("frame", "bespoke", own[0], [], published=own[1]))
    offers = [offer(key, offered=said) for key, (_, _, said) in single.items()]
    offers += [offer("all", offered=bundle[2]), offer("own.x", based_on="frame", offered=own[2])]

    def granted(given: list[UUID], there: bool) -> bool:
        return there and (not given or REGION in given or SHOP in given)

    expected = {key for key, (given, there, said) in single.items() if said and granted(given, there)}
    if bundle[2] and granted(bundle[0], bundle[1]) and all(key in expected for key in bundle[3]):
        expected.add("all")
    if own[2] and granted(own[0], own[1]):
        expected.add("own.x")
    assert offered_now(services, offers, LINEAGE) == expected
    assert [may_offer(one, LINEAGE) for one in services[:3]] == [granted(*single[key][:2]) for key in KEYS]
