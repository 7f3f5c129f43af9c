"""What records add to the schema."""

from core.kernel.graphql.contribution import Contribution
from core.records.graphql import calendars, catalogue, clocks, conformance, mutations, queries
from core.records.graphql.types import (
    ImportRefusalType,
    RecordContactType,
    RecordEventType,
    RecordStepType,
    RecordType,
)

CONTRIBUTION = Contribution(
    feature="records",
    queries=[*queries.QUERIES, *calendars.QUERIES, *catalogue.QUERIES, *clocks.QUERIES, *conformance.QUERIES],
    mutations=[*mutations.MUTATIONS, *calendars.MUTATIONS, *catalogue.MUTATIONS],
    types=[RecordStepType, RecordContactType, RecordEventType, ImportRefusalType],
    extends={RecordType: [clocks.ClocksOfRecord, conformance.ConformanceOfRecord]},
)
