"""What the log of a tenant adds to the schema."""

from core.kernel.graphql.contribution import Contribution
from core.records.sealing.graphql.mutations import MUTATIONS
from core.records.sealing.graphql.queries import QUERIES

CONTRIBUTION = Contribution(feature="sealing", queries=QUERIES, mutations=MUTATIONS)
