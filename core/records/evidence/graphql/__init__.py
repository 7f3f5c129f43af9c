"""What evidence adds to the schema."""

from core.kernel.graphql.contribution import Contribution
from core.records.evidence.graphql.mutations import MUTATIONS
from core.records.evidence.graphql.queries import QUERIES
from core.records.evidence.graphql.types import EvidenceOfRecord, RecordEvidenceType
from core.records.graphql.types import RecordType

CONTRIBUTION = Contribution(
    feature="evidence",
    queries=QUERIES,
    mutations=MUTATIONS,
    types=[RecordEvidenceType],
    extends={RecordType: [EvidenceOfRecord]},
)
