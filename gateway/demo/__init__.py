"""The demonstration: a network publishes a standard, its tenants adapt it, serve under it and see how well they do."""
