"""What uploads add to the schema."""

from core.kernel.graphql.contribution import Contribution
from core.records.uploads.graphql.mutations import MUTATIONS
from core.records.uploads.graphql.queries import QUERIES

CONTRIBUTION = Contribution(feature="uploads", queries=QUERIES, mutations=MUTATIONS)
