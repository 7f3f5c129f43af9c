"""Rules of the service catalogue: what a key is, what a bundle holds, who may offer what, what is offered."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from core.kernel.errors import InvalidInput
from core.records.catalogue.models import CatalogueService, OfferStatus, ServiceKind, ServiceOffer, ServiceStatus
from core.standards.policy.wordings import normalised_wording

OWN: Final = "own."
"""What keys of a tenant's own services begin with, and no other key does: so none is ever taken by the other side."""
KEY_FORM: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*", re.ASCII)
LONGEST_KEY: Final = 100
LEAST_PARTS: Final = 2
MAX_PARTS: Final = 50
MAX_GRANTS: Final = 1_000
BUNDLED: Final = frozenset({ServiceKind.BASIC, ServiceKind.ADDITIONAL})
"""What a bundle may hold."""


def checked_key(key: str, *, own: bool) -> str:
    """Give the key of a service.

    Raises:
        InvalidInput: It has not its form.
    """
    if len(key) > LONGEST_KEY or KEY_FORM.fullmatch(key) is None:
        raise InvalidInput(field="key", problem="lower-case words joined by dots are expected")
    if key.startswith(OWN) is not own:
        problem = f"services of your own begin with {OWN}" if own else f"only services of tenants begin with {OWN}"
        raise InvalidInput(field="key", problem=problem)
    return key


def checked_texts(field: str, texts: Mapping[str, str], *, required: bool) -> dict[str, str]:
    """Give a text per locale.

    Raises:
        InvalidInput: It is none, or missing where one is required.
    """
    if not texts and not required:
        return {}
    try:
        return normalised_wording(texts)
    except ValueError as problem:
        raise InvalidInput(field=field, problem=str(problem)) from problem


def checked_parts(kind: ServiceKind, parts: Sequence[str]) -> list[str]:
    """Give the parts of a service, each once; bundles alone have any, and at least two.

    Raises:
        InvalidInput: It has too few, too many, or is no bundle.
    """
    found = sorted(set(parts))
    if kind is not ServiceKind.BUNDLE and found:
        raise InvalidInput(field="parts", problem="only a bundle has parts")
    if kind is ServiceKind.BUNDLE and not LEAST_PARTS <= len(found) <= MAX_PARTS:
        raise InvalidInput(field="parts", problem=f"a bundle has {LEAST_PARTS} to {MAX_PARTS} parts")
    return found


def unfit_parts(parts: Iterable[str], known: Mapping[str, CatalogueService]) -> tuple[str, ...]:
    """List what a bundle cannot hold: what is not there, withdrawn, bespoke or a bundle itself."""
    return tuple(
        key
        for key in parts
        if key not in known or known[key].status != ServiceStatus.PUBLISHED or known[key].kind not in BUNDLED
    )


def may_offer(service: CatalogueService, lineage: Sequence[UUID]) -> bool:
    """Tell whether a tenant may offer a service: it is granted to everybody, to it, or to a unit above it."""
    granted = set(service.granted_to)
    return service.status == ServiceStatus.PUBLISHED and (not granted or any(str(one) in granted for one in lineage))


def offered_now(
    services: Collection[CatalogueService], offers: Collection[ServiceOffer], lineage: Sequence[UUID]
) -> frozenset[str]:
    """Give the keys of what a tenant offers: what it said, as long as the network has it and lets it.

    One's own service holds as long as its frame does, a bundle as long as all its parts are offered.
    """
    known = {one.key: one for one in services if may_offer(one, lineage)}
    said = [one for one in offers if one.status == OfferStatus.OFFERED and (one.based_on or one.key) in known]
    single = {one.key for one in said if one.based_on or known[one.key].kind != ServiceKind.BUNDLE}
    bundles = {one.key for one in said if one.key not in single and set(known[one.key].parts) <= single}
    return frozenset(single | bundles)
