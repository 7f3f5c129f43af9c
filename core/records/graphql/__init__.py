"""What records add to the schema."""

from core.kernel.graphql.contribution import Contribution
from core.records.graphql.mutations import MUTATIONS
from core.records.graphql.queries import QUERIES
from core.records.graphql.types import ImportRefusalType, RecordStepType

CONTRIBUTION = Contribution(
    feature="records", queries=QUERIES, mutations=MUTATIONS, types=[RecordStepType, ImportRefusalType]
)
