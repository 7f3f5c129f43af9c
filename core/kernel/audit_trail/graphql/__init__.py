"""What the audit trail adds to the schema."""

from datetime import datetime

from core.kernel.audit_trail.permissions import READ_AUDIT
from core.kernel.graphql.contribution import Contribution
from core.kernel.graphql.queries import query_connection
from core.kernel.graphql.types import entity, reads
from core.kernel.models import AuditEntry
from core.kernel.reads import Column, Document


@entity(AuditEntry, permission=READ_AUDIT, description="One act: who did what to which subject, and when.")
class AuditEntryType:
    """One act."""

    action: str = reads(Column("action"), description="What was done, such as standards.publish.")
    subject_kind: str = reads(Column("subject_kind"), description="What kind of thing it was done to.")
    actor_kind: str = reads(Column("actor_kind"), description="person, service or system.")
    details: str = reads(Document("details"), description="Facts about the act, as JSON text without personal data.")
    occurred_at: datetime = reads(Column("occurred_at"), description="When it was done.")
    recorded_at: datetime = reads(Column("recorded_at"), description="When it was written, in real time.")


audit_entries = query_connection(
    "audit_entries", AuditEntryType, order=("-id",), description="Who did what in the tenant, latest first."
)

CONTRIBUTION = Contribution(feature="audit", queries=[audit_entries])
