"""A network in which every room holds something: what the root fields of the schema are tried on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from core.kernel.approvals import AskApproval, approval_kind, ask_approval
from core.kernel.crypto import MasterKeys
from core.kernel.directory import Directory
from core.kernel.graphql.ids import global_id, split_id
from core.kernel.ids import new_id
from core.kernel.jobs import open_job
from core.kernel.key_ring import KeyRing
from core.kernel.outbox import send
from core.kernel.permissions import DO_WORK, every_permission
from core.kernel.scope import Scope
from core.kernel.unit import Unit
from core.kernel.work_items import open_item
from core.quality.repository import add_up_days, keep_figures
from core.records.calendars.policy import Window
from core.records.calendars.set_calendar import SetCalendar, set_calendar
from core.records.catalogue.models import ServiceKind
from core.records.catalogue.offer import OfferOwnService, offer_own_service, offer_service
from core.records.catalogue.publish import PublishService, publish_service
from core.records.conformance.keep import follow_records
from core.records.customers.identify import WhichCustomer
from core.records.customers.policy import Contact
from core.records.customers.register import RegisterCustomer, register_customer
from core.records.events.state import WaitingFor
from core.records.execution.act import act
from core.records.execution.commands import AddContact, Command, Resolve, StartStep, TellStep, Wait
from core.records.importing.import_log import ImportLog, import_log
from core.records.links.share import share_record
from core.records.open_record import OpenRecord, open_record
from core.records.saved_views.keep import SaveView, save_view
from core.records.sealing.seal import seal_batch
from core.records.uploads.receive import KeepUpload, keep_upload
from core.records.uploads.store import Received
from core.records.work_record import AddStep, add_record_step
from core.standards.adapt import Adapt, adapt
from core.standards.approve import ApproveVersion, SubmitVersion, approve_version, submit_version
from core.standards.document import load_standard
from core.standards.draft import DraftStandard, draft_standard
from core.standards.models import MergeOutcomeRow, StandardVersion
from core.standards.policy.content import ParameterContent, StandardContent
from core.standards.previews.repository import add_findings, preview_of
from core.standards.previews.start import StartPreview, start_preview
from core.standards.promises.make import MakePromise, make_promise
from core.standards.proposals.propose import propose_adaptation
from core.standards.publish import PublishVersion, publish_version
from core.standards.reading.mark import MarkRead, mark_read
from core.standards.reviews.record import RecordReview, record_review
from core.standards.suggestions.answer import AdoptSuggestion, adopt_suggestion
from core.standards.suggestions.offer import OfferSuggestion, offer_suggestion
from core.standards.vocabulary import ClauseKind, Flexibility, Operator, ParameterType, ReviewOutcome
from core.standards.waivers.ask import AskWaiver, ask_waiver
from core.standards.waivers.decide import DecideWaiver, decide_waiver
from tenants.accounts.register_issuer import RegisterIssuer, register_issuer
from tenants.accounts.service_accounts import CreateServiceAccount, create_service_account
from tenants.activations.approve_plugin import ApprovePlugin, approve_plugin
from tenants.activations.enable_plugin import EnablePlugin, enable_plugin
from tenants.networks.change_settings import ChangeSettings, change_settings
from tenants.networks.provision import ProvisionTenant, provision_tenant
from tenants.networks.suspend import suspend_tenant
from tenants.people.define_role import DefineRole, define_role
from tenants.sites.open import OpenSite, open_site
from tests.core.records.builders import event, mapping, xes_log, xes_trace
from tests.gateway.schema.furnished_consultations import furnish_consultations
from tests.gateway.schema.furnished_evidence import ASKED, furnish_evidence
from tests.gateway.schema.furnished_privacy import furnish_privacy
from tests.gateway.schema.furnished_rollouts import furnish_rollouts
from tests.support.api import Api
from tests.support.networks import FOUNDED, BuiltNetwork, as_person
from tests.tenants.office import Office

T = TypeVar("T")

STANDARD = Path(__file__).parents[3] / "gateway" / "demo" / "content" / "incident-handling.yaml"
CODE = "incident-handling"
MARK = "Zinnober"
"""Stands in texts of the furnished tenants, and nowhere else."""

SHARED = "Kobalt"
"""Stands in texts that the whole network may read, and nowhere else."""

COUNT = 104_729
"""Stands in figures of the furnished tenants, and nowhere else."""

APPROVAL = "walls.test"
TEA: dict[str, Any] = {"key": "tea", "required": False, "before": ["completed"], "title": {"en": MARK}}
"""A step that the tenant adds to a process."""


@dataclass
class Furnished:
    """A network full of things, and a stranger's network beside it.

    Attributes:
        office: Opens units in the network, and looks behind its walls.
        api: The whole API.
        strangers: Another network on the same server.
        north: The tenant whose things they are, acted in by somebody who may do everything.
        headquarters: The same at headquarters.
        ids: Global ids by the names the examples use.
        revisions: Revisions and versions that changes expect.
    """

    office: Office
    api: Api
    strangers: BuiltNetwork
    north: Scope
    headquarters: Scope
    ids: dict[str, str] = field(default_factory=dict[str, str])
    revisions: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def network(self) -> BuiltNetwork:
        return self.office.network

    async def run(self, scope: Scope, work: Callable[..., Awaitable[T]], *commands: Any) -> T:
        return await self.office.run(scope, lambda unit: work(unit, *commands))

    def call(self, name: str, type_: str, id_: UUID) -> None:
        self.ids[name] = global_id(type_, id_)


async def furnish(api: Api, office: Office, strangers: BuiltNetwork, folder: Path) -> Furnished:
    """Put something into every room of the northern tenant and of headquarters."""
    everything = every_permission()
    network = office.network
    house = Furnished(
        office,
        api,
        strangers,
        replace(as_person(network.north, everything), roles=("franchise_owner",)),
        replace(as_person(network.headquarters, everything), roles=("headquarters_administrator",)),
    )
    await people_and_tenants(house)
    await standards(house)
    await catalogue(house)
    await waivers(house)
    await suggestions(house)
    await furnish_rollouts(house, STANDARD, SHARED)
    await furnish_consultations(house, STANDARD, (MARK, SHARED))
    await work(house)
    await furnish_evidence(house, CODE, MARK, folder)
    await records(house, folder)
    await customers(house)
    await views(house)
    await furnish_privacy(house)
    await sealed(house)
    return house


async def people_and_tenants(house: Furnished) -> None:
    """Sites, people, accounts, issuers, roles, plugins and more tenants."""
    north, headquarters = house.north, house.headquarters
    for scope, name in ((north, MARK), (headquarters, SHARED)):
        await house.run(scope, change_settings, ChangeSettings(expected_version=1, name=f"{name} & Sons"))
    site = await house.run(north, open_site, OpenSite(key="main", name=f"{MARK} site"))
    house.call("site", "Site", site.id)
    week = ((Window(540, 1080),),) * 7
    calendar = await house.run(north, set_calendar, SetCalendar(key="usual", name=f"{MARK} hours", week=week))
    house.call("calendar", "BusinessCalendar", calendar)
    for name in ("kept", "rotated", "revoked"):
        command = CreateServiceAccount(name=f"{MARK} {name}", roles=("clerk",))
        account = await house.run(north, create_service_account, command)
        house.call(f"account {name}", "ServiceAccount", account.account.id)
    for name in ("kept", "withdrawn"):
        found = await house.office.invite(north, "clerk", invitee=f"{MARK} {name}")
        house.call(f"invitation {name}", "Invitation", found.id)
    for name in ("changed", "ended"):
        joined = await house.office.joined(north, "clerk")
        house.call(f"membership {name}", "Membership", joined.membership_id)
    for name in ("kept", "withdrawn"):
        command = RegisterIssuer(issuer=f"https://{name}.{house.network.key}.example", audience=MARK, name=MARK)
        issuer = await house.run(headquarters, register_issuer, command)
        house.call(f"issuer {name}", "Issuer", issuer.id)
    role = DefineRole(
        key="night",
        name=SHARED,
        description=SHARED,
        permissions=frozenset({"records.read"}),
        kinds=frozenset({"region"}),
    )
    await house.run(headquarters, define_role, role)
    for plugin in ("kept", "disabled", "revoked", "enabled", "withdrawn"):
        await house.run(headquarters, approve_plugin, ApprovePlugin(plugin=plugin, scopes=frozenset({"records.read"})))
        if plugin != "enabled":
            command = EnablePlugin(plugin=plugin, scopes=frozenset(), configuration={"said": MARK})
            await house.run(north, enable_plugin, command)
    for key in ("moved", "suspended", "resumed"):
        command = ProvisionTenant(
            key=key, name=MARK, parent_id=headquarters.tenant_id, kind="franchisee", since=FOUNDED
        )
        tenant = await house.run(headquarters, provision_tenant, command)
        house.call(f"tenant {key}", "Tenant", tenant.id)
    resumed = UUID(local(house.ids["tenant resumed"]))
    await house.run(headquarters, suspend_tenant, resumed)
    house.call("tenant north", "Tenant", north.tenant_id)
    house.call("region", "Tenant", house.network.region.tenant_id)


async def standards(house: Furnished) -> None:
    """A published standard that the tenant adapts, and one at each stage of writing."""
    headquarters, author = house.headquarters, as_person(house.headquarters, every_permission())
    content = growing(load_standard(STANDARD).content, [])

    async def written(code: str, stages: int) -> StandardVersion:
        title = {"en": content.title["en"] if code == CODE else MARK}
        draft = DraftStandard(content=msgspec.structs.replace(content, code=code, title=title))
        version = await house.run(author, draft_standard, draft)
        for actor, advance, command in (
            (author, submit_version, SubmitVersion),
            (headquarters, approve_version, ApproveVersion),
        )[:stages]:
            made: Any = command(version_id=version.id, expected_revision=version.revision)
            version = await house.run(actor, advance, made)
        house.call(f"version {code}", "StandardVersion", version.id)
        house.revisions[code] = version.revision
        return version

    version = await written(CODE, 2)
    published = PublishVersion(version_id=version.id, expected_revision=version.revision, valid_from=FOUNDED)
    await house.run(headquarters, publish_version, published)
    for stages, code in enumerate(("drafted", "submitted", "approved")):
        await written(code, stages)
    await written("withdrawn", 2)
    for code in ("renamed", "split", "joined"):
        await written(code, 0)
    title = {"en": f"{MARK} again"}
    again = msgspec.structs.replace(growing(content, [TEA]), code="drafted", number="2.0.0", title=title)
    compared = await house.run(author, draft_standard, DraftStandard(content=again))
    house.call("version compared", "StandardVersion", compared.id)
    await house.office.carry_out()
    added: dict[str, Any] = {
        "clause_key": "process",
        "parameter_key": "extras",
        "operator": Operator.APPEND,
        "value": [TEA],
    }
    await house.run(house.north, adapt, Adapt(code=CODE, reason=MARK, **added))
    adapted = Adapt(code=CODE, clause_key="first_response", parameter_key="limit", value=7_193, reason=MARK)
    adaptation = await house.run(house.north, adapt, adapted)
    house.call("adaptation", "Adaptation", adaptation.id)
    await house.run(house.north, outcome_that_waits, house)
    promised = await house.run(house.north, make_promise, MakePromise(code=CODE, scope={"en": MARK}))
    house.call("promise", "Promise", promised.id)
    rows = {"clause": ("Clause", "clauses"), "published": ("PublishedVersion", "published_versions")}
    for name, (type_, table) in {**rows, "standard": ("Standard", "standards")}.items():
        query = f"SELECT id FROM {table} WHERE network_id = $1 ORDER BY id LIMIT 1"
        house.call(name, type_, await house.office.admin.fetchval(query, house.network.id))
    await house.run(house.north, mark_read, MarkRead(version_id=UUID(local(house.ids["published"]))))
    reviewed = UUID(local(house.ids["standard"]))
    review = RecordReview(standard_id=reviewed, outcome=ReviewOutcome.KEEP, note=MARK)
    await house.run(headquarters, record_review, review)
    looked = UUID(local(house.ids["version approved"]))
    await house.run(headquarters, start_preview, StartPreview(version_id=looked))
    await house.run(headquarters, found_ahead, looked, house.north.tenant_id)


def growing(content: StandardContent, steps: list[dict[str, Any]]) -> StandardContent:
    """Give a version of a standard whose process levels below may add steps to."""
    extras = ParameterContent(
        key="extras", type=ParameterType.STEPS, default=steps, operators=(Operator.APPEND, Operator.NARROW)
    )
    clauses = tuple(
        msgspec.structs.replace(one, flexibility=Flexibility.FLEXIBLE, parameters=(extras,), body=proving(one.body))
        if one.kind is ClauseKind.PROCESS
        else one
        for one in content.clauses
    )
    return msgspec.structs.replace(content, clauses=clauses)


def proving(body: Any) -> dict[str, Any]:
    """Give a process whose last step asks for evidence."""
    *first, last = body["steps"]
    return {**body, "steps": [*first, {**last, "evidence": ASKED}]}


async def catalogue(house: Furnished) -> None:
    """Services of the network, some of which the tenant offers."""
    headquarters = house.headquarters
    for key, kind in (("advice", ServiceKind.BASIC), ("gone", ServiceKind.BASIC), ("custom", ServiceKind.BESPOKE)):
        command = PublishService(key=key, kind=kind, title={"en": SHARED})
        house.call(f"service {key}", "CatalogueService", await house.run(headquarters, publish_service, command))
    house.call("offer kept", "ServiceOffer", await house.run(house.north, offer_service, "advice"))
    own = OfferOwnService(key="own.kept", based_on="custom", title={"en": MARK})
    house.call("offer own", "ServiceOffer", await house.run(house.north, offer_own_service, own))


async def waivers(house: Furnished) -> None:
    """Waivers that the tenant asked of headquarters, some of them granted."""
    until = house.office.clock.now() + timedelta(days=100)
    text = {"en": MARK}
    wanted: dict[str, tuple[str, str, Any]] = {
        "kept": ("survey", "sample", 7_193),
        "ended": ("process", "", text),
        "renewed": ("first_response", "", text),
        "decided": ("resolution", "", text),
        "revoked": ("survey", "", text),
    }
    for name, (clause, parameter, value) in wanted.items():
        said: dict[str, Any] = {"value": value, "measure": MARK, "reason": MARK}
        asked = AskWaiver(code=CODE, clause_key=clause, parameter_key=parameter, until=until, **said)
        waiver = await house.run(house.north, ask_waiver, asked)
        house.call(f"waiver {name}", "Waiver", waiver.id)
        house.call(f"request {name}", "WaiverRequest", waiver.id)
    await house.office.carry_out()
    for name in ("kept", "renewed", "revoked"):
        id_ = UUID(local(house.ids[f"waiver {name}"]))
        decision = DecideWaiver(waiver_id=id_, granted=True, reason=SHARED, expected_revision=1)
        await house.run(house.headquarters, decide_waiver, decision)
    await house.office.carry_out()


async def suggestions(house: Furnished) -> None:
    """Suggestions of headquarters, of which the tenant has adopted one."""
    for name in ("kept", "adopted", "rejected", "withdrawn", "answered"):
        offered = OfferSuggestion(
            source=SHARED, code=CODE, clause_key="greeting", value={"en": f"{SHARED} {name}"}, reason=SHARED
        )
        suggestion = await house.run(house.headquarters, offer_suggestion, offered)
        house.call(f"suggestion {name}", "Suggestion", suggestion.id)
    answered = AdoptSuggestion(suggestion_id=UUID(local(house.ids["suggestion answered"])), reason=MARK)
    await house.run(house.north, adopt_suggestion, answered)
    for name in ("kept", "approved"):
        asked = Adapt(code=CODE, clause_key="resolution", parameter_key="limit", value=100_001, reason=MARK)
        proposed = await house.run(as_person(house.north, every_permission()), propose_adaptation, asked)
        house.call(f"proposal {name}", "AdaptationProposal", proposed.id)


async def outcome_that_waits(unit: Unit, house: Furnished) -> None:
    """An adaptation of the tenant's that did not fit a version."""
    row = MergeOutcomeRow(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        code=CODE,
        adaptation_id=UUID(local(house.ids["adaptation"])),
        origin_id=UUID(local(house.ids["adaptation"])),
        based_on=new_id(),
        version_id=new_id(),
        version_number="9.0.0",
        outcome="locked",
        clause_key="first_response",
        parameter_key="limit",
        at=unit.now,
        problem=MARK,
        proposal="drop",
        status="open",
        recorded_at=unit.now,
    )
    unit.session.add(row)
    await unit.session.flush()
    house.call("outcome", "MergeOutcome", row.id)


async def found_ahead(unit: Unit, version_id: UUID, tenant_id: UUID) -> None:
    """Find something in a tenant, as the background work of a preview does."""
    preview = await preview_of(unit, version_id)
    assert preview is not None
    found = {"id": new_id(), "subject_id": tenant_id, "finding": "clean", "count": 1, "details": f'["{MARK}"]'}
    await add_findings(unit, preview, {name: [one] for name, one in found.items()})


async def work(house: Furnished) -> None:
    """Work items, approvals, jobs, and a letter that could not be delivered."""
    approval_kind(APPROVAL, DO_WORK)
    north, subject = house.north, new_id()

    async def opened(unit: Unit) -> None:
        for name in ("kept", "taken", "closed"):
            item = await open_item(unit, kind=f"walls.{name}", subject_kind=MARK, subject_id=subject)
            house.call(f"item {name}", "WorkItem", item)
        for name in ("followed", "cancelled"):
            job = await open_job(unit, kind=f"walls.{name}", subject_kind=MARK, subject_id=subject)
            house.call(f"job {name}", "Job", job.id)
        house.call("letter", "DeadLetter", await send(unit, "walls.unheard", {"about": str(subject)}))

    async def asked(unit: Unit, name: str) -> None:
        command = AskApproval(kind=APPROVAL, subject_kind=MARK, subject_id=new_id(), subject_version=1)
        house.call(f"approval {name}", "Approval", (await ask_approval(unit, command)).id)

    await house.run(north, opened)
    await house.run(north, asked, "withdrawn")
    await house.run(as_person(north, every_permission()), asked, "decided")
    dead = "UPDATE outbox SET status = 'dead', finished_at = now() WHERE network_id = $1 AND topic = 'walls.unheard'"
    await house.office.admin.execute(dead, house.network.id)


DONE = (TellStep(key="accepted"), TellStep(key="completed"), Resolve())
EXECUTED: dict[str, tuple[Command, ...]] = {
    "started": (),
    "delayed": (),
    "shared": (),
    "skipped": (),
    "handed": (),
    "paused": (),
    "prioritised": (),
    "contacted": (),
    "met": (AddContact(channel="email"),),
    "migrated": (),
    "replayed": (),
    "ended": (StartStep(key="accepted"),),
    "again": (TellStep(key="accepted"),),
    "early": (TellStep(key="completed"),),
    "waiting": (Wait(whom=WaitingFor.CUSTOMER, reason_code="absent"),),
    "confirmed": DONE,
    "closed": DONE,
    "reopened": DONE,
}
"""Records, and what was done to them."""


async def records(house: Furnished, folder: Path) -> None:
    """Records that were imported and opened, and figures of them."""
    north = house.north
    log = folder / "walls.xes"
    at = ("2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z")
    log.write_bytes(xes_log(xes_trace(MARK, [event("Accepted", at[0]), event("Completed", at[1])])))
    masters = house.api.services.get(MasterKeys)
    command = ImportLog(path=log, mapping=mapping(tenant={"own": True, "first_event": None}), masters=masters)
    directory = house.api.services.get(Directory)
    imported = await import_log(house.api.database, directory, north, command, clock=house.office.clock)
    assert imported.figures.new == 1, imported
    house.call("import", "ImportRun", imported.run_id)
    file = KeepUpload(upload_id=new_id(), name=f"{MARK}.xes", received=Received(COUNT, MARK))
    house.call("upload", "ImportUpload", await house.run(north, keep_upload, file))
    for name, steps in {"kept": 0, "worked": 1, "resolved": 2}.items():
        opening = OpenRecord(channel="phone", standard_code=CODE, external_id=f"{MARK} {name}", priority=MARK)
        record = await house.run(north, open_record, opening)
        for version, key in enumerate(("accepted", "completed")[:steps], start=1):
            await house.run(north, add_record_step, AddStep(record_id=record, expected_version=version, key=key))
        house.call(f"record {name}", "Record", record)
    for name, commands in EXECUTED.items():
        opening = OpenRecord(channel="phone", standard_code=CODE, external_id=f"{MARK} {name}", priority=MARK)
        record = await house.run(north, open_record, opening)
        for version, command in enumerate(commands, start=1):
            await house.run(north, act, record, version, command)
        house.call(f"record {name}", "Record", record)
    shared = UUID(local(house.ids["record shared"]))
    link = await house.run(north, share_record, masters, shared)
    house.call("link revoked", "RecordLink", link.id)
    everything = [UUID(local(id_)) for name, id_ in house.ids.items() if name.startswith("record ")]
    await house.run(north, follow_records, everything)
    await house.run(north, figures)


async def customers(house: Furnished) -> None:
    """Customers of the tenant, one of whom a record is about."""
    masters = house.api.services.get(MasterKeys)
    north = house.north

    async def registered(unit: Unit, name: str, address: str) -> UUID:
        contacts = (Contact("phone", address),)
        command = RegisterCustomer(name=f"{MARK} {name}", address=MARK, contacts=contacts)
        return await register_customer(unit, KeyRing(unit, masters), command)

    for place, name in enumerate(("kept", "changed", "erased", "gone")):
        customer = await house.run(north, registered, name, f"+49 30 {COUNT + place}")
        house.call(f"customer {name}", "Customer", customer)
    kept = WhichCustomer(customer_id=UUID(local(house.ids["customer kept"])))
    opening = OpenRecord(channel="phone", standard_code=CODE, external_id=f"{MARK} served", customer=kept)
    house.call("record served", "Record", await house.run(north, open_record, opening))


async def views(house: Furnished) -> None:
    """Views of lists that are shared in the tenant."""
    for name in ("kept", "changed", "gone"):
        view = SaveView(name=f"{MARK} {name}", filter={"channel": "phone"}, shared=True)
        house.call(f"view {name}", "SavedView", await house.run(house.north, save_view, view))


async def figures(unit: Unit) -> None:
    """Count records that are told from all others."""
    day = date(2026, 3, 1)
    row = {
        "id": new_id(),
        "standard_code": CODE,
        "day": day,
        "resolution_seconds": COUNT,
        "published_limit_seconds": COUNT,
        "effective_limit_seconds": COUNT,
        "step_count": COUNT,
    }
    await keep_figures(unit, [row])
    await add_up_days(unit, CODE, [day])


async def sealed(house: Furnished) -> None:
    """A log of several heads."""
    masters = house.api.services.get(MasterKeys)
    more = True
    while more:
        more = (await house.run(house.north, seal_batch, masters, 5)).more
    north = house.north.tenant_id
    entry = await house.office.admin.fetchval(
        "SELECT subject_id FROM log_leaves WHERE tenant_id = $1 AND kind = 'audit' ORDER BY number LIMIT 1", north
    )
    house.call("entry sealed", "AuditEntry", entry)
    house.revisions["sealed"] = await house.office.admin.fetchval(
        "SELECT min(size) FROM log_heads WHERE tenant_id = $1", north
    )


def local(given: str) -> str:
    """The row's id in a global id."""
    return split_id(given)[1]
