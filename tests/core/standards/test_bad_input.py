"""Bad input is refused by the API with a stable code, and no table anywhere has changed: some cases of each kind.

What is refused by the database itself, without the product, is looked at in ``test_resolving.py`` and
``tests/tenants/test_tree.py``.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.kernel.graphql.ids import global_id
from core.kernel.scope import Scope
from core.standards.draft import DraftStandard, draft_standard
from core.standards.models import StandardVersion
from core.standards.policy.content import Bounds, Narrowing
from core.standards.vocabulary import Operator
from tests.core.standards.builders import CODE, SINCE, Stage, content, wish
from tests.core.standards.test_graphql import draft_input
from tests.core.standards.unchanged import everything, looking
from tests.support.api import Api, Client, global_tenant
from tests.support.networks import BuiltNetwork, as_person, provisioned

Input = Mapping[str, Any]
READ_TWICE: Input = {"expectedRevision": 2}
"""The region has laid two things before."""


@dataclass(frozen=True, slots=True)
class Office:
    """A network with a standard in four versions, one of each status, an area in its region; and another network."""

    stage: Stage
    strangers: BuiltNetwork
    versions: Mapping[str, StandardVersion]
    narrowed: Any
    area: Scope

    def version(self, number: str, **more: Any) -> Input:
        """Name a version as it was read."""
        one = self.versions[number]
        return {"version": global_id("StandardVersion", one.id), "expectedRevision": one.revision, **more}

    def adapting(self, **said: Any) -> Input:
        """An adaptation that could be, but for what is said."""
        asked = {"code": CODE, "clauseKey": "first_response", "parameterKey": "limit", "value": 3000, "reason": "So."}
        return {**asked, "expectedRevision": 0, **said}

    def narrowing(self, more: Input | None = None, **said: Any) -> Input:
        return self.adapting(value=None, operator="NARROW", narrowing=said, **(more or {}))

    def drafting(self, place: str, value: object) -> Input:
        """A draft that could be, but for one thing in the first response's limit."""
        given: Any = draft_input() | {"number": "9.0.0"}
        given["clauses"][1]["parameters"][0][place] = value
        return given


def later(office: Office) -> str:
    instant: datetime = office.stage.clock.now() + timedelta(days=1)
    return instant.isoformat()


def moving(office: Office, tenant: str, parent: str) -> dict[str, str]:
    network = office.stage.network
    return {"tenant": global_tenant(getattr(network, tenant)), "parent": global_tenant(getattr(network, parent))}


def area(office: Office) -> dict[str, str]:
    return {"parent": global_tenant(office.area)}


def outside(office: Office) -> Input:
    return {"parent": global_tenant(office.strangers.region)}


def asking_a_list(office: Office) -> Input:
    asked: Input = {"compensatingMeasure": "A second person.", "until": later(office), "value": []}
    return {**{key: said for key, said in office.adapting().items() if key != "expectedRevision"}, **asked}


def withdrawing(office: Office, revision: int) -> Input:
    id_ = global_id("Adaptation", office.narrowed.id)
    return {"adaptation": id_, "reason": "No more.", "expectedRevision": revision}


Case = tuple[str, str, str, Callable[[Office], Input]]
"""Who, which mutation, the code, and what makes its input."""

CASES: dict[str, list[Case]] = {
    "widening": [
        (
            "region",
            "adaptParameter",
            "standards.bound_widened",
            lambda o: o.narrowing(READ_TWICE, bounds={"maximum": 7201}),
        ),
        ("north", "adaptParameter", "standards.bound_widened", lambda o: o.narrowing(bounds={"minimum": 100})),
        ("north", "adaptParameter", "standards.bound_widened", lambda o: o.narrowing(operators=["APPEND"])),
        ("north", "adaptParameter", "standards.bound_exceeded", lambda o: o.adapting(value=5000)),
        ("north", "proposeAdaptation", "standards.bound_exceeded", lambda o: o.adapting(value=5000)),
    ],
    "unknown keys": [
        ("north", "adaptParameter", "standards.unknown_parameter", lambda o: o.adapting(clauseKey="nowhere")),
        ("north", "adaptParameter", "standards.unknown_parameter", lambda o: o.adapting(parameterKey="nothing")),
        ("north", "adaptParameter", "standards.none_in_force", lambda o: o.adapting(code="nothing")),
        (
            "north",
            "adaptParameter",
            "kernel.invalid_input",
            lambda o: o.adapting(context={"site": [{"name": "A B", "value": "x"}]}),
        ),
        (
            "hq",
            "importStandard",
            "kernel.invalid_input",
            lambda _: {"document": json.dumps({"format": "touchstone.standard/1", "surprise": 1})},
        ),
        ("hq", "draftStandard", "kernel.invalid_input", lambda o: o.drafting("key", "Not A Key")),
    ],
    "wrong types": [
        ("north", "adaptParameter", "standards.wrong_type", lambda o: o.adapting(value="soon")),
        ("north", "adaptParameter", "standards.wrong_type", lambda o: o.adapting(value=True)),
        ("north", "adaptParameter", "standards.wrong_type", lambda o: o.adapting(value=3000.5)),
        ("north", "askWaiver", "standards.wrong_type", asking_a_list),
        ("hq", "draftStandard", "kernel.invalid_input", lambda o: o.drafting("default", "soon")),
        ("hq", "draftStandard", "kernel.invalid_input", lambda o: o.drafting("bounds", {"pattern": "x"})),
    ],
    "overlapping validity": [
        (
            "hq",
            "publishVersion",
            "standards.version_not_newer",
            lambda o: o.version("3.0.0", validFrom=SINCE.isoformat()),
        ),
        ("north", "adaptParameter", "kernel.invalid_input", lambda o: o.adapting(validFrom=later(o), validTo=later(o))),
        ("hq", "draftStandard", "standards.version_not_newer", lambda _: draft_input() | {"number": "1.5.0"}),
    ],
    "publication without approval": [
        ("hq", "publishVersion", "standards.version_elsewhere", lambda o: o.version("4.0.0")),
        ("hq", "approveVersion", "standards.version_elsewhere", lambda o: o.version("4.0.0")),
    ],
    "acting on a superseded version": [
        ("hq", name, "standards.version_elsewhere", lambda o, more=more: o.version("1.0.0", **more))
        for name, more in (
            ("submitVersion", {}),
            ("approveVersion", {}),
            ("publishVersion", {}),
            ("withdrawVersion", {"reason": "Old."}),
            ("renameClause", {"clauseKey": "survey", "newKey": "poll"}),
        )
    ],
    "cycles in the tree": [
        ("hq", "moveTenant", "tenants.placement_would_cycle", lambda o: moving(o, "region", "region") | area(o)),
        ("hq", "moveTenant", "tenants.kind_does_not_fit", lambda o: moving(o, "region", "north")),
        ("hq", "moveTenant", "tenants.placement_would_cycle", lambda o: moving(o, "region", "region")),
        ("hq", "moveTenant", "tenants.headquarters_is_fixed", lambda o: moving(o, "headquarters", "region")),
    ],
    "a tenant outside the network": [
        ("stranger", "adaptParameter", "standards.none_in_force", lambda o: o.adapting()),
        ("stranger", "proposeAdaptation", "standards.none_in_force", lambda o: o.adapting()),
        ("stranger", "withdrawAdaptation", "kernel.not_found", lambda o: withdrawing(o, 1)),
        ("stranger", "publishVersion", "kernel.not_found", lambda o: o.version("3.0.0")),
        ("hq", "moveTenant", "kernel.not_found", lambda o: {**moving(o, "north", "region"), **outside(o)}),
    ],
    "stale edits": [
        ("north", "adaptParameter", "kernel.stale_edit", lambda o: o.adapting(expectedRevision=7)),
        ("region", "withdrawAdaptation", "kernel.stale_edit", lambda o: withdrawing(o, 7)),
        (
            "hq",
            "draftStandard",
            "kernel.stale_edit",
            lambda _: draft_input() | {"number": "4.0.0", "expectedRevision": 7},
        ),
        ("hq", "submitVersion", "kernel.stale_edit", lambda o: {**o.version("4.0.0"), "expectedRevision": 7}),
        ("hq", "publishVersion", "kernel.stale_edit", lambda o: {**o.version("3.0.0"), "expectedRevision": 7}),
    ],
}


@pytest.fixture
async def office(stage: Stage, strangers: BuiltNetwork) -> Office:
    """Publish twice, approve a third version, draft a fourth, and let the region narrow."""
    versions = {"1.0.0": await stage.publish()}
    versions["2.0.0"] = await stage.publish(content("2.0.0"), stage.clock.now())
    narrowing = Narrowing(bounds=Bounds(maximum=4000))
    said: dict[str, Any] = {"operator": Operator.NARROW, "narrowing": narrowing}
    await stage.adapt(stage.network.region, wish(3600))
    narrowed = await stage.adapt(stage.network.region, wish(None, **said))
    _, versions["3.0.0"] = await stage.approved(content("3.0.0"))
    draft = DraftStandard(content=content("4.0.0"))
    versions["4.0.0"] = await stage.act(stage.network.headquarters, draft_standard, draft)
    network = stage.network
    [area] = await provisioned(stage.database, stage.clock, network.headquarters, network.region, ("area", "region"))
    return Office(stage, strangers, versions, narrowed, area)


def acting(office: Office, who: str) -> Scope:
    network = office.stage.network
    if who == "stranger":
        return as_person(office.strangers.north, office.strangers.north.permissions)
    scope = network.headquarters if who == "hq" else getattr(network, who)
    return as_person(scope, scope.permissions)


async def test_bad_input_gets_its_code_and_changes_nothing(office: Office) -> None:
    stage, statement = office.stage, await looking(office.stage.admin)
    api = Api.on(stage.database, stage.clock)
    before = await everything(stage, statement)
    for kind, cases in CASES.items():
        for who, name, code, made in cases:
            client = Client(api, acting(office, who))
            type_ = "AdaptParameterInput" if name == "proposeAdaptation" else ""
            answer = await client.change(name, "__typename", type_=type_, **made(office))
            assert answer.get("code") == code, (kind, name, answer)
            assert answer["message"]
            assert answer["hint"]
            after = await everything(stage, statement)
            assert after == before, (kind, name)
