"""What background work adds to the schema: the inbox, jobs, approvals and dead letters."""

from core.kernel.background.graphql.mutations import MUTATIONS
from core.kernel.background.graphql.queries import QUERIES
from core.kernel.background.graphql.subscriptions import job_progress
from core.kernel.graphql.contribution import Contribution

CONTRIBUTION = Contribution(feature="work", queries=QUERIES, mutations=MUTATIONS, subscriptions=[job_progress])
