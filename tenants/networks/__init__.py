"""Networks and the tree of tenants in them, with its history."""
