"""What quality adds to the schema."""

from core.kernel.graphql.contribution import Contribution
from core.quality.graphql.mutations import MUTATIONS
from core.quality.graphql.queries import network_quality, quality_dashboard

CONTRIBUTION = Contribution(feature="quality", queries=[quality_dashboard, network_quality], mutations=MUTATIONS)
