"""Queries of privacy."""

from core.kernel.graphql.queries import query_connection, query_one
from core.records.privacy.graphql.types import (
    ErasureType,
    LegalHoldType,
    RetentionChoiceType,
    RetentionClassType,
    SubjectExportType,
)
from core.records.privacy.permissions import READ_PRIVACY

legal_holds = query_connection(
    "legal_holds",
    LegalHoldType,
    order=("-placed_at", "-id"),
    permission=READ_PRIVACY,
    description="Legal holds of the tenant acted in, lifted ones among them, the latest first.",
)
erasures = query_connection(
    "erasures",
    ErasureType,
    order=("-erased_at", "-id"),
    description="Customers of the tenant acted in who were erased, the latest first.",
)
retention_classes = query_connection(
    "retention_classes",
    RetentionClassType,
    order=("key", "id"),
    description="How long content of closed records is kept in the network, by kind of service.",
)
retention_choices = query_connection(
    "retention_choices",
    RetentionChoiceType,
    order=("key", "id"),
    description="How long the tenant acted in keeps content, where it has chosen itself.",
)
subject_export = query_one(
    "subject_export", SubjectExportType, description="Reads an export of what is held of a customer, with its file."
)

QUERIES = [legal_holds, erasures, retention_classes, retention_choices, subject_export]
