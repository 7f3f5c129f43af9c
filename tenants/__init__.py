"""Networks, the tenant tree, sites, people and what they may do."""
