"""Merging and then resolving gives what resolving the hand-merged standard gives."""

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.standards.merging.policy import merge
from core.standards.merging.vocabulary import ProposalKind
from core.standards.policy.documents import JsonValue
from core.standards.policy.fold import fold
from core.standards.policy.lineage import Site
from core.standards.policy.overlays import Overlay, Version
from tests.core.standards.merging.upgrading import (
    LINEAGE,
    NOON,
    REGION,
    SHOP,
    clause,
    content,
    laid,
    number,
    rename,
    version_of,
)

KEYS = ("a", "b", "c")


@dataclass(frozen=True)
class Fate:
    """What becomes of one clause in the new version, and what two levels laid on it."""

    renamed: bool
    gone: bool
    locked: bool
    least: int
    most: int
    default: int
    region: int | None
    shop: int | None


fates = st.builds(
    Fate,
    renamed=st.booleans(),
    gone=st.booleans(),
    locked=st.booleans(),
    least=st.integers(0, 3),
    most=st.integers(4, 9),
    default=st.integers(3, 4),
    region=st.integers(0, 12) | st.none(),
    shop=st.integers(0, 12) | st.none(),
)


def by_hand(fate: Fate, *, accepting: bool) -> int:
    """What holds in the new version, worked out as a person would, who takes what is nearest where asked to."""
    value = fate.default
    for wanted in (fate.region, fate.shop):
        if wanted is not None and not fate.locked and (accepting or fate.least <= wanted <= fate.most):
            value = min((abs(one - wanted), one) for one in range(fate.least, fate.most + 1))[1]
    return value


def arrived(overlay: Overlay, site: Site, value: JsonValue, new: Version) -> Overlay:
    """An adaptation as it is laid over the new version."""
    return replace(overlay, clause_key=site[0], parameter_key=site[1], value=value, based_on=new.id)


def named(key: str, fate: Fate) -> str:
    return f"{key}_new" if fate.renamed else key


def new_clause(key: str, fate: Fate) -> dict[str, Any]:
    granted: dict[str, Any] = {"operators": []} if fate.locked else {}
    return clause(
        named(key, fate), number("limit", fate.default, bounds={"minimum": fate.least, "maximum": fate.most}, **granted)
    )


@settings(max_examples=150, deadline=None)
@given(st.tuples(fates, fates, fates), st.booleans())
def test_merging_then_resolving_is_resolving_what_was_merged_by_hand(
    told: tuple[Fate, Fate, Fate], accepting: bool
) -> None:
    base = version_of(content(*(clause(key, number("limit", 0)) for key in KEYS)))
    kept = [(key, fate) for key, fate in zip(KEYS, told, strict=True) if not fate.gone]
    new = version_of(
        content(
            *(new_clause(key, fate) for key, fate in kept),
            clause("always"),
            version="2.0.0",
            lineage=[rename(key, named(key, fate)) for key, fate in kept if fate.renamed],
        ),
        NOON,
    )
    overlays: list[Overlay] = []
    for key, fate in zip(KEYS, told, strict=True):
        overlays += [laid(key, "limit", fate.region, owner_tenant_id=REGION)] if fate.region is not None else []
        overlays += [laid(key, "limit", fate.shop)] if fate.shop is not None else []
    carried: list[Overlay] = []
    for depth in (2, 3):
        for one in merge(base, new, overlays, LINEAGE[:depth], NOON):
            if one.follows and one.after is not None:
                carried.append(arrived(one.overlay, one.after, one.overlay.value, new))
            elif accepting and one.proposal.kind is ProposalKind.NEAREST:
                carried.append(arrived(one.overlay, one.proposal.site, one.proposal.value, new))
    found = fold(new, carried, LINEAGE, NOON)
    assert {key: found.values[named(key, fate), "limit"].value for key, fate in kept} == {
        key: by_hand(fate, accepting=accepting) for key, fate in kept
    }
    own = merge(base, new, overlays, LINEAGE, NOON)
    assert len(own) == sum(one.owner_tenant_id == SHOP for one in overlays)
