"""What the customer's own view adds to the schema."""

from core.kernel.graphql.contribution import Contribution
from core.records.graphql.types import RecordType
from core.records.links.graphql.mutations import MUTATIONS
from core.records.links.graphql.queries import QUERIES
from core.records.links.graphql.types import RecordLinkType, ViewOfRecord

CONTRIBUTION = Contribution(
    feature="links",
    queries=QUERIES,
    mutations=MUTATIONS,
    types=[RecordLinkType],
    extends={RecordType: [ViewOfRecord]},
)
