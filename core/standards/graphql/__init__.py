"""What standards add to the schema."""

from core.kernel.graphql.contribution import Contribution
from core.standards.graphql.mutations import (
    adapt_parameter,
    approve_version,
    draft_standard,
    publish_version,
    submit_version,
    withdraw_adaptation,
)
from core.standards.graphql.promises import end_promise, make_promise, promise, promises
from core.standards.graphql.queries import (
    adaptations,
    clause,
    effective_standard,
    published_version,
    published_versions,
    standard,
    standard_version,
    standards,
)

CONTRIBUTION = Contribution(
    feature="standards",
    queries=[
        standards,
        standard,
        standard_version,
        clause,
        published_versions,
        published_version,
        adaptations,
        effective_standard,
        promise,
        promises,
    ],
    mutations=[
        draft_standard,
        submit_version,
        approve_version,
        publish_version,
        adapt_parameter,
        withdraw_adaptation,
        make_promise,
        end_promise,
    ],
)
