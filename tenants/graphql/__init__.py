"""What this room adds to the schema."""

from core.kernel.graphql.contribution import Contribution
from core.records.graphql.types import RecordType
from tenants.graphql.account_mutations import ACCOUNT_MUTATIONS
from tenants.graphql.edges import RecordEdges
from tenants.graphql.mutations import MUTATIONS
from tenants.graphql.people_mutations import PEOPLE_MUTATIONS
from tenants.graphql.queries import QUERIES

CONTRIBUTION = Contribution(
    feature="tenants",
    queries=QUERIES,
    mutations=(*MUTATIONS, *PEOPLE_MUTATIONS, *ACCOUNT_MUTATIONS),
    extends={RecordType: [RecordEdges]},
)
