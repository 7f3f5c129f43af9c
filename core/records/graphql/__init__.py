"""What records add to the schema."""

from core.kernel.graphql.contribution import Contribution
from core.records.graphql import calendars, catalogue, mutations, queries
from core.records.graphql.types import ImportRefusalType, RecordStepType

CONTRIBUTION = Contribution(
    feature="records",
    queries=[*queries.QUERIES, *calendars.QUERIES, *catalogue.QUERIES],
    mutations=[*mutations.MUTATIONS, *calendars.MUTATIONS, *catalogue.MUTATIONS],
    types=[RecordStepType, ImportRefusalType],
)
