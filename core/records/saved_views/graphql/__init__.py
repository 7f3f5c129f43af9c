"""What saved views add to the schema."""

from core.kernel.graphql.contribution import Contribution
from core.records.saved_views.graphql.mutations import MUTATIONS
from core.records.saved_views.graphql.queries import QUERIES

CONTRIBUTION = Contribution(feature="saved_views", queries=QUERIES, mutations=MUTATIONS)
