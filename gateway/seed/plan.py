"""What the seed network is: read from data files, which say the tree, the standards and what each tenant adapts."""

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from core.records.catalogue.models import ServiceKind
from core.standards.adapt import Adapt
from core.standards.document import parsed
from core.standards.policy.content import Narrowing
from core.standards.policy.documents import JsonValue
from core.standards.vocabulary import Operator

CONTENT: Final = Path(__file__).parent / "content"


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """A part of the plan; a misspelt field is refused."""


class Place(Part, frozen=True, kw_only=True):
    """A parameter, or a clause's text.

    Attributes:
        code: The standard.
        clause: The clause.
        parameter: The parameter; empty for the clause's text.
        context: The situation, by context key; all of them by default.
    """

    code: str
    clause: str
    parameter: str = ""
    context: dict[str, str] = {}


class Headquarters(Part, frozen=True, kw_only=True):
    """Where the headquarters is."""

    key: str
    locale: str
    time_zone: str
    currency: str


class TenantPlan(Headquarters, frozen=True, kw_only=True):
    """A tenant below; ``parent`` is the key of the one directly above it."""

    name: str
    kind: str
    parent: str


class Wish(Part, frozen=True, kw_only=True):
    """What a tenant adapts.

    Attributes:
        tenant: Key of the tenant.
        place: What it adapts.
        operator: What it does.
        value: For all operators but ``narrow``.
        narrowing: For ``narrow``.
        reason: Why.
        legal_basis: The law or rule that asks for it.
    """

    tenant: str
    place: Place
    operator: Operator = Operator.ASSIGN
    value: JsonValue = None
    narrowing: Narrowing | None = None
    reason: str
    legal_basis: str = ""

    def command(self, since: datetime) -> Adapt:
        """Give the command that asks for it."""
        return Adapt(
            code=self.place.code,
            clause_key=self.place.clause,
            parameter_key=self.place.parameter,
            context=self.place.context,
            operator=self.operator,
            value=self.value,
            narrowing=self.narrowing,
            valid_from=since,
            reason=self.reason,
            legal_basis=self.legal_basis,
        )


class RefusedWish(Wish, frozen=True, kw_only=True):
    """What a tenant may not adapt like this.

    Attributes:
        bound: The bound that it is refused with.
        limit: The bound's value, as JSON.
        set_by: Key of the tenant that set it.
    """

    bound: str
    limit: str
    set_by: str


class ServicePlan(Part, frozen=True, kw_only=True):
    """A service of the network.

    Attributes:
        key: What records and standards call it.
        kind: Basic, additional, bespoke or a bundle.
        title: Its name per language.
        description: What the customer gets, per language.
        standard: The standard it is carried out under; empty where nothing is said.
        parts: For a bundle, the services in it.
        granted_to: Keys of the tenants that may offer it with all below them; everybody where it is empty.
    """

    key: str
    kind: ServiceKind
    title: dict[str, str]
    description: dict[str, str] = {}
    standard: str = ""
    parts: tuple[str, ...] = ()
    granted_to: tuple[str, ...] = ()


class OfferPlan(Part, frozen=True, kw_only=True):
    """A service that a tenant offers.

    Attributes:
        tenant: Key of the tenant.
        service: Key of the service.
        based_on: For one of its own, the frame it stands in.
        title: For one of its own, its name per language.
        description: For one of its own, what the customer gets.
    """

    tenant: str
    service: str
    based_on: str = ""
    title: dict[str, str] = {}
    description: dict[str, str] = {}


class CataloguePlan(Part, frozen=True, kw_only=True):
    """What the network serves: its services, parts before their bundles, and who offers which of them."""

    services: tuple[ServicePlan, ...]
    offers: tuple[OfferPlan, ...]


class Row(Part, frozen=True, kw_only=True):
    """What holds at a place, one value for each column."""

    place: Place
    values: tuple[Any, ...]


class SeedPlan(Part, frozen=True, kw_only=True):
    """The seed network.

    Attributes:
        network: Key of the network.
        name: Its name.
        founded_at: Since when it is there, and its standards and adaptations hold.
        headquarters: Its headquarters.
        standards: Files of its standards, in the exchange format.
        catalogue: File of the services it has and of who offers which.
        tenants: The tenants below, those above first.
        adaptations: What they adapt, those above first.
        refused: What they ask for in vain.
        columns: Keys of the tenants that ``effective`` tells of.
        effective: What holds in the end.
    """

    network: str
    name: str
    founded_at: datetime
    headquarters: Headquarters
    standards: tuple[str, ...]
    catalogue: str
    tenants: tuple[TenantPlan, ...]
    adaptations: tuple[Wish, ...]
    refused: tuple[RefusedWish, ...]
    columns: tuple[str, ...]
    effective: tuple[Row, ...]

    def documents(self) -> list[str]:
        """Read the standards' files."""
        return [(CONTENT / name).read_text(encoding="utf-8") for name in self.standards]

    def served(self) -> CataloguePlan:
        """Read the catalogue's file."""
        return msgspec.convert(
            parsed((CONTENT / self.catalogue).read_text(encoding="utf-8"), self.catalogue), CataloguePlan
        )


def seed_plan(network: str = "") -> SeedPlan:
    """Read the plan; under another key of the network where one is given."""
    name = "network.yaml"
    plan = msgspec.convert(parsed((CONTENT / name).read_text(encoding="utf-8"), name), SeedPlan)
    return msgspec.structs.replace(plan, network=network) if network else plan
