"""What records add to the schema."""

from core.kernel.graphql.contribution import Contribution
from core.records.graphql import calendars, mutations, queries
from core.records.graphql.types import ImportRefusalType, RecordStepType

CONTRIBUTION = Contribution(
    feature="records",
    queries=[*queries.QUERIES, *calendars.QUERIES],
    mutations=[*mutations.MUTATIONS, *calendars.MUTATIONS],
    types=[RecordStepType, ImportRefusalType],
)
