"""The edge: HTTP, GraphQL, authentication, limits, worker and command line."""
