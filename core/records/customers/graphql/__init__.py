"""What customers add to the schema."""

from core.kernel.graphql.contribution import Contribution
from core.records.customers.graphql.mutations import MUTATIONS
from core.records.customers.graphql.queries import QUERIES
from core.records.customers.graphql.types import CustomerContactType, CustomerOfRecord
from core.records.graphql.types import RecordType

CONTRIBUTION = Contribution(
    feature="customers",
    queries=QUERIES,
    mutations=MUTATIONS,
    types=[CustomerContactType],
    extends={RecordType: [CustomerOfRecord]},
)
