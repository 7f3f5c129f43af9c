"""The HTTP edge: the app, its guards, the GraphQL route and its streams, health and metrics."""
