"""The directive ``@live``."""

from graphql import DirectiveLocation, GraphQLDirective, OperationDefinitionNode

LIVE = GraphQLDirective(
    name="live",
    locations=[DirectiveLocation.QUERY],
    description="Answer the query again whenever the answer has changed; over WebSocket or server-sent events.",
)


def is_live(operation: OperationDefinitionNode) -> bool:
    """Tell whether a query asks to be answered again and again."""
    return any(one.name.value == LIVE.name for one in operation.directives or ())
