"""What privacy adds to the schema."""

from core.kernel.graphql.contribution import Contribution
from core.records.customers.graphql.types import CustomerType
from core.records.graphql.types import RecordType
from core.records.privacy.graphql.mutations import MUTATIONS
from core.records.privacy.graphql.queries import QUERIES
from core.records.privacy.graphql.types import PrivacyOfCustomer, PrivacyOfRecord, RecordRemovalType

CONTRIBUTION = Contribution(
    feature="privacy",
    queries=QUERIES,
    mutations=MUTATIONS,
    types=[RecordRemovalType],
    extends={RecordType: [PrivacyOfRecord], CustomerType: [PrivacyOfCustomer]},
)
