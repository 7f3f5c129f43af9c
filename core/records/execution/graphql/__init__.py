"""What the execution of records adds to the schema."""

from core.kernel.graphql.contribution import Contribution
from core.records.execution.graphql.mutations import MUTATIONS
from core.records.execution.graphql.replaying import replay_events

CONTRIBUTION = Contribution(feature="execution", mutations=[*MUTATIONS, replay_events])
