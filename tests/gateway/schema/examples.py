"""How each root field of the schema is called: whoever adds a field enters its example here.

An example says in which furnished tenant the call does what it is for, and with which arguments; a string that begins
with ``#`` stands for the global id of that name, and ``@`` for a revision. Documents are made from the schema.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.gateway.schema.furnished import CODE

Where = Literal["north", "headquarters"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """How a field is called.

    Attributes:
        arguments: All but the idempotency key.
        where: The tenant in which the call answers with something of its own.
        answers: False where nobody who has a tenant can be answered with something of it.
        audited: Whether reading is put on record, because it reaches beyond one tenant.
    """

    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    where: Where = "north"
    answers: bool = True
    audited: bool = False


def changes(where: Where = "north", /, **input: Any) -> Example:
    return Example(arguments={"input": input}, where=where)


def at_headquarters(**arguments: Any) -> Example:
    return Example(arguments=arguments, where="headquarters")


SAID = "Said by whoever calls"
LATER = "2027-06-01T00:00:00Z"
PERIOD = {"standardCode": CODE}
TITLE = [{"locale": "en", "text": SAID}]
REST = [{"name": SAID, "kind": "REST"}]
EXCHANGED = json.dumps(
    {
        "format": "touchstone.standard/1",
        "code": "exchanged",
        "number": "1.0.0",
        "title": {"en": SAID},
        "clauses": [{"key": "greeting", "kind": "wording", "text": {"en": SAID}}],
    }
)

QUERIES = {
    "adaptationProposals": Example(),
    "adaptationRule": Example(answers=False),
    "adaptations": Example(),
    "approvals": Example(),
    "auditEntries": Example(),
    "calendars": Example(),
    "catalogueServices": Example(),
    "erasures": Example(),
    "legalHolds": Example(),
    "retentionClasses": Example(),
    "retentionChoices": Example(),
    "subjectExport": Example(arguments={"id": "#export kept"}),
    "customer": Example(arguments={"id": "#customer kept"}),
    "savedView": Example(arguments={"id": "#view kept"}),
    "savedViews": Example(),
    "customers": Example(arguments={"contact": "+49 30 104729"}),
    "clause": at_headquarters(id="#clause"),
    "consistencyProof": Example(arguments={"oldSize": "@sealed"}),
    "clocks": Example(),
    "consultationComments": at_headquarters(),
    "consultations": Example(),
    "deadLetters": Example(),
    "deviations": Example(),
    "draftComments": Example(),
    "fittingSuggestions": Example(arguments={"code": CODE}),
    "customerView": Example(arguments={"record": "#record shared", "locale": "zh-Hans"}),
    "driftReport": Example(where="headquarters", audited=True),
    "driftSummary": Example(where="headquarters", audited=True),
    "effectiveProcesses": Example(arguments={"code": CODE}),
    "effectiveStandard": Example(arguments={"code": CODE}),
    "effectiveStandardBelow": Example(
        arguments={"code": CODE, "tenant": "#tenant north"}, where="headquarters", audited=True
    ),
    "evidenceLink": Example(arguments={"id": "#evidence kept"}, answers=False),
    "exportStandard": at_headquarters(code="drafted", version="1.0.0"),
    "importRun": Example(arguments={"id": "#import"}),
    "importRuns": Example(),
    "importUploads": Example(),
    "inbox": Example(),
    "inclusionProof": Example(arguments={"subject": "#entry sealed"}),
    "invitations": Example(),
    "issuers": at_headquarters(),
    "job": Example(arguments={"id": "#job followed"}),
    "jobs": Example(),
    "logHead": Example(),
    "logHeads": Example(),
    "me": Example(),
    "memberships": Example(),
    "mergeOutcomes": Example(),
    "myNetwork": at_headquarters(),
    "myRollouts": Example(),
    "mySettings": Example(),
    "myTenant": Example(),
    "networkQuality": Example(arguments={"period": PERIOD}, where="headquarters", audited=True),
    "networkReading": Example(arguments={"version": "#published"}, where="headquarters", audited=True),
    "networkRecords": Example(where="headquarters", audited=True),
    "networkRoles": at_headquarters(),
    "node": Example(arguments={"id": "#record kept"}),
    "openingHours": Example(
        arguments={
            "calendar": "#calendar",
            "since": "2026-11-23T00:00:00Z",
            "until": "2026-11-24T00:00:00Z",
            "timeZone": "UTC",
        },
        answers=False,
    ),
    "pluginActivations": Example(),
    "pluginApprovals": at_headquarters(),
    "preview": Example(arguments={"version": "#version approved"}, where="headquarters", audited=True),
    "previewTenants": at_headquarters(),
    "promise": Example(arguments={"code": CODE}),
    "promises": Example(),
    "publishedVersion": at_headquarters(id="#published"),
    "publishedVersions": at_headquarters(),
    "qualityDashboard": Example(arguments={"period": PERIOD}),
    "record": Example(arguments={"id": "#record kept"}),
    "recordConformances": Example(),
    "records": Example(),
    "reviewsDue": at_headquarters(),
    "roles": Example(answers=False),
    "rollout": at_headquarters(id="#rollout planned"),
    "rollouts": at_headquarters(),
    "serviceAccounts": Example(),
    "signingKeys": Example(),
    "site": Example(arguments={"id": "#site"}),
    "sites": Example(),
    "offerableServices": Example(),
    "offeredServices": Example(answers=False),
    "serviceOffers": Example(),
    "standard": at_headquarters(code=CODE),
    "standardReviews": at_headquarters(),
    "standardDiff": at_headquarters(
        code="drafted", **{"from": {"draft": "#version drafted"}, "to": {"draft": "#version compared"}}
    ),
    "standardVersion": at_headquarters(id="#version drafted"),
    "standards": at_headquarters(),
    "suggestionAnswers": Example(),
    "suggestions": at_headquarters(),
    "tenant": Example(arguments={"id": "#tenant north"}),
    "tenantDiff": Example(arguments={"code": CODE}),
    "tenants": Example(),
    "versionProcesses": at_headquarters(code="drafted", version={"draft": "#version compared"}),
    "waiver": Example(arguments={"id": "#waiver kept"}),
    "waiverRules": Example(answers=False),
    "waivers": Example(),
    "waiversAsked": at_headquarters(),
    "waiversGranted": at_headquarters(),
    "workItem": Example(arguments={"id": "#item kept"}),
}
CHANGES = {
    "publishService": changes("headquarters", key="fresh", kind="BASIC", title=TITLE, expectedRevision=0),
    "withdrawService": changes("headquarters", service="#service gone", expectedRevision=1),
    "offerService": changes(key="advice"),
    "offerOwnService": changes(key="own.fresh", basedOn="custom", title=TITLE, expectedRevision=0),
    "endOffer": changes(offer="#offer own", expectedRevision=1),
    "answerComment": changes(
        "headquarters", comment="#comment open", verdict="ACCEPTED", note=SAID, expectedRevision=1
    ),
    "closeConsultation": changes("headquarters", consultation="#consultation closed", expectedRevision=1),
    "commentOnDraft": changes(consultation="#consultation kept", clauseKey="first_response", text=SAID),
    "openConsultation": changes(
        "headquarters", version="#version unconsulted", until=LATER, expectedRevision="@unconsulted"
    ),
    "approveAdaptation": changes(proposal="#proposal approved", expectedRevision=1),
    "proposeAdaptation": changes(
        code=CODE,
        clauseKey="first_response",
        parameterKey="limit",
        value=7_000,
        reason=SAID,
        expectedRevision="@adapted",
    ),
    "proposeWithdrawal": changes(adaptation="#adaptation", reason=SAID, expectedRevision="@adapted"),
    "ruleAdaptations": Example(arguments={"input": {"byTwo": False}}, answers=False),
    "acceptInvitation": Example(arguments={"input": {"code": "guessed", "displayName": SAID}}, answers=False),
    "acknowledgeVersion": changes(code="rollout-adopted", version="1.0.0", differenceHash="#difference"),
    "adaptParameter": changes(
        code=CODE, clauseKey="resolution", parameterKey="limit", value=100_003, reason=SAID, expectedRevision="@adapted"
    ),
    "addEvidence": changes(
        record="#record proven waits", version=1, upload="#upload waits", step="completed", note=SAID
    ),
    "confirmEvidence": changes(record="#record proven confirmed", version=2, evidence="#evidence confirmed"),
    "withdrawEvidence": changes(
        record="#record proven withdrawn", version=2, evidence="#evidence withdrawn", reasonCode="blurred", reason=SAID
    ),
    "addStep": changes(record="#record worked", version=2, key="completed"),
    "addRecordContact": changes(record="#record contacted", version=1, channel="email", note=SAID),
    "adoptSuggestion": changes(suggestion="#suggestion adopted", expectedRevision="@adapted"),
    "adoptVersion": changes(code="rollout-adopted", version="1.0.0", reason=SAID),
    "approvePlugin": changes("headquarters", plugin="fresh", scopes=[]),
    "approveVersion": changes("headquarters", version="#version submitted", expectedRevision="@submitted"),
    "assignCalendar": changes(calendarKey="usual"),
    "askWaiver": changes(
        code=CODE,
        clauseKey="first_response",
        parameterKey="limit",
        value=9_001,
        compensatingMeasure=SAID,
        reason=SAID,
        until=LATER,
    ),
    "cancelJob": changes(job="#job cancelled"),
    "changeRoles": changes(membership="#membership changed", roles=["manager"], version=1),
    "changeRollout": changes(
        "headquarters", rollout="#rollout planned", expectedRevision="@rollout planned", waves=REST
    ),
    "changeSettings": changes(version="@settings", name=SAID),
    "changeSite": changes(site="#site", version=1, name=SAID),
    "changeWaiverRules": Example(
        arguments={"input": {"expectedRevision": 0, "mostRenewals": 3}}, where="headquarters", answers=False
    ),
    "closeWorkItem": changes(workItem="#item closed", version=1, ending="DONE"),
    "createServiceAccount": changes(name=SAID, roles=["clerk"]),
    "decideApproval": changes(approval="#approval decided", verdict="APPROVED"),
    "decideWaiver": changes(
        "headquarters", request="#request decided", verdict="GRANTED", reason=SAID, expectedRevision=1
    ),
    "defineRole": changes(
        "headquarters", key="fresh", name=SAID, description=SAID, permissions=["records.read"], kinds=["REGION"]
    ),
    "disablePlugin": changes(plugin="disabled"),
    "draftStandard": changes(
        "headquarters",
        code="fresh",
        number="1.0.0",
        title=TITLE,
        clauses=[{"key": "greeting", "kind": "WORDING", "text": TITLE}],
    ),
    "enablePlugin": changes(plugin="enabled", scopes=["records.read"]),
    "endPromise": changes(promise="#promise", reason=SAID, expectedRevision="@adapted"),
    "endMembership": changes(membership="#membership ended", version=1),
    "endWaiver": changes(waiver="#waiver ended", reason=SAID, expectedRevision=1),
    "haltRollout": changes("headquarters", rollout="#rollout running", reason=SAID),
    "importStandard": changes("headquarters", document=EXCHANGED),
    "invitePerson": changes(roles=["clerk"], invitee=SAID),
    "makePromise": changes(code=CODE, scope=TITLE, expectedRevision="@adapted"),
    "markVersionRead": changes(version="#published"),
    "mergeClauses": changes(
        "headquarters",
        version="#version joined",
        expectedRevision="@joined",
        clauseKeys=["first_response", "resolution"],
        newKey="times",
        parameters=[{"was": "resolution.limit", "becomes": "resolution"}],
    ),
    "moveTenant": changes("headquarters", tenant="#tenant moved", parent="#region"),
    "offerSuggestion": changes(
        "headquarters", source=SAID, code=CODE, clauseKey="greeting", value={"en": SAID}, reason=SAID
    ),
    "openRecord": changes(channel="phone", standardCode=CODE, externalId=SAID),
    "openRecords": changes(records=[{"channel": "phone", "standardCode": CODE, "externalId": SAID}]),
    "openSite": changes(key="fresh", name=SAID),
    "passGate": changes("headquarters", wave="#wave gated 1", reason=SAID),
    "planRollout": changes("headquarters", version="#version planned", waves=REST),
    "provisionTenant": changes("headquarters", key="fresh", name=SAID, parent="#region"),
    "publishVersion": changes("headquarters", version="#version approved", expectedRevision="@approved"),
    "recordReview": changes("headquarters", standard="#standard", outcome="KEEP", note=SAID),
    "registerIssuer": changes("headquarters", issuer="https://fresh.example.com", audience=SAID, name=SAID),
    "rejectSuggestion": changes(suggestion="#suggestion rejected", reason=SAID),
    "renewWaiver": changes(waiver="#waiver renewed", reason=SAID, until=LATER, expectedRevision=2),
    "renameClause": changes(
        "headquarters",
        version="#version renamed",
        expectedRevision="@renamed",
        clauseKey="first_response",
        newKey="response",
    ),
    "eraseCustomer": changes(customer="#customer erased", version=1, reasonCode="asked_for", legalBasis=SAID),
    "exportCustomer": changes(customer="#customer kept"),
    "placeLegalHold": changes(record="#record served", reasonCode="lawsuit", legalBasis=SAID),
    "liftLegalHold": changes(hold="#hold lifted", reasonCode="settled"),
    "setRetentionClass": changes(
        "headquarters", key="brief", serviceTypes=["brief"], days=20, leastDays=10, mostDays=30, version=0
    ),
    "chooseRetention": changes(key="ordinary", days=200, version=1),
    "saveView": changes(name=f"{SAID} anew", filter={"channel": "phone"}, columns=["externalId"]),
    "changeView": changes(view="#view changed", version=1, name=SAID),
    "deleteView": changes(view="#view gone", version=1),
    "registerCustomer": changes(name=SAID, contacts=[{"channel": "email", "address": "said@example.org"}]),
    "changeCustomer": changes(customer="#customer changed", version=1, name=SAID),
    "changePriority": changes(record="#record prioritised", version=1, priority="urgent"),
    "closeRecord": changes(record="#record closed", version=4),
    "completeStep": changes(record="#record ended", version=2, key="accepted"),
    "confirmRecord": changes(record="#record confirmed", version=4, note=SAID),
    "handOverRecord": changes(record="#record handed", version=1, role="second_line", note=SAID),
    "migrateRecord": changes(record="#record migrated", version=1),
    "reopenRecord": changes(record="#record reopened", version=4, reasonCode="not_solved", reason=SAID),
    "reopenStep": changes(record="#record again", version=2, key="accepted", reasonCode="wrong"),
    "replayEvents": changes(
        record="#record replayed",
        events=[
            {
                "clientId": "0b0e8c6e-6f0a-4f5c-8b3a-3f3f5c1f7a01",
                "deviceAt": "2026-11-21T09:00:00Z",
                "kind": "START_STEP",
                "key": "accepted",
            }
        ],
    ),
    "replayDeadLetter": changes(deadLetter="#letter"),
    "resolveMerge": changes(outcome="#outcome", action="KEEP_SUSPENDED", reason=SAID),
    "resolveRecord": changes(record="#record resolved", version=3),
    "resumeRecord": changes(record="#record waiting", version=2),
    "resumeRollout": changes("headquarters", rollout="#rollout halted"),
    "resumeTenant": changes("headquarters", tenant="#tenant resumed"),
    "rescoreRecords": Example(),
    "revokePlugin": changes(plugin="revoked"),
    "revokeServiceAccount": changes(serviceAccount="#account revoked"),
    "revokeWaiver": changes("headquarters", request="#request revoked", reason=SAID, expectedRevision=2),
    "rollBackWave": changes("headquarters", wave="#wave reversed 1", reason=SAID),
    "rotateSigningKey": Example(),
    "rotateSecret": changes(serviceAccount="#account rotated", version=1),
    "setCalendar": changes(key="fresh", name=SAID, week=[], revision=0),
    "announceDelay": changes(
        record="#record delayed", version=1, until=LATER, reasonCode="part_missing", reason=SAID, alternative=SAID
    ),
    "revokeRecordLink": changes(link="#link revoked"),
    "shareRecord": changes(record="#record shared"),
    "skipStep": changes(record="#record skipped", version=1, key="queued", reasonCode="not_needed", reason=SAID),
    "startStep": changes(record="#record started", version=1, key="accepted"),
    "waitForCustomer": changes(record="#record paused", version=1, reasonCode="absent", reason=SAID),
    "startRollout": changes("headquarters", rollout="#rollout started", expectedRevision="@rollout started"),
    "startWave": changes("headquarters", wave="#wave begun 2"),
    "splitClause": changes(
        "headquarters",
        version="#version split",
        expectedRevision="@split",
        clauseKey="first_response",
        into=[{"key": "first_response", "parameters": ["limit"]}, {"key": "apology"}],
    ),
    "startImport": changes(upload="#upload", mapping="receipt"),
    "startPreview": changes("headquarters", version="#version planned"),
    "submitVersion": changes("headquarters", version="#version drafted", expectedRevision="@drafted"),
    "suspendTenant": changes("headquarters", tenant="#tenant suspended"),
    "takeWorkItem": changes(workItem="#item taken", version=1),
    "withdrawAdaptation": changes(adaptation="#adaptation", reason=SAID, expectedRevision="@adapted"),
    "withdrawApproval": changes(approval="#approval withdrawn"),
    "withdrawInvitation": changes(invitation="#invitation withdrawn"),
    "withdrawIssuer": changes("headquarters", issuer="#issuer withdrawn"),
    "withdrawSuggestion": changes("headquarters", suggestion="#suggestion withdrawn"),
    "withdrawVersion": changes(
        "headquarters", version="#version withdrawn", expectedRevision="@withdrawn", reason=SAID
    ),
    "withdrawPluginApproval": changes("headquarters", plugin="withdrawn"),
}
SUBSCRIPTIONS = {"jobProgress": Example(arguments={"job": "#job followed"})}
EXAMPLES = {"Query": QUERIES, "Mutation": CHANGES, "Subscription": SUBSCRIPTIONS}
