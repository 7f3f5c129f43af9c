"""People, the tenants they are members of, their roles, and how they are invited."""
