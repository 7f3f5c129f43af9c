"""What standards add to the schema."""

from core.kernel.graphql.contribution import Contribution
from core.standards.graphql import consultation, exchange, processes, proposals, suggestions, waivers
from core.standards.graphql.diffs import standard_diff, tenant_diff
from core.standards.graphql.drift import drift_report, drift_summary
from core.standards.graphql.merging import merge_clauses, rename_clause, split_clause
from core.standards.graphql.mutations import (
    adapt_parameter,
    approve_version,
    draft_standard,
    publish_version,
    submit_version,
    withdraw_adaptation,
    withdraw_version,
)
from core.standards.graphql.previews import preview, preview_tenants, start_preview
from core.standards.graphql.promises import end_promise, make_promise, promise, promises
from core.standards.graphql.queries import (
    adaptations,
    clause,
    effective_standard,
    effective_standard_below,
    published_version,
    published_versions,
    standard,
    standard_version,
    standards,
)
from core.standards.graphql.reading import mark_version_read, network_reading
from core.standards.graphql.reviews import record_review, reviews_due, standard_reviews
from core.standards.graphql.rollouts import MUTATIONS as ROLLOUT_MUTATIONS
from core.standards.graphql.rollouts import QUERIES as ROLLOUT_QUERIES
from core.standards.graphql.upgrades import merge_outcomes, resolve_merge

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
        merge_outcomes,
        standard_diff,
        tenant_diff,
        promise,
        promises,
        reviews_due,
        standard_reviews,
        network_reading,
        *waivers.QUERIES,
        *suggestions.QUERIES,
        *proposals.QUERIES,
        *consultation.QUERIES,
        effective_standard_below,
        *ROLLOUT_QUERIES,
        drift_report,
        drift_summary,
        preview,
        preview_tenants,
        *exchange.QUERIES,
        *processes.QUERIES,
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
        record_review,
        mark_version_read,
        start_preview,
        *waivers.MUTATIONS,
        *suggestions.MUTATIONS,
        *proposals.MUTATIONS,
        *consultation.MUTATIONS,
        withdraw_version,
        *ROLLOUT_MUTATIONS,
        resolve_merge,
        rename_clause,
        split_clause,
        merge_clauses,
        *exchange.MUTATIONS,
    ],
)
