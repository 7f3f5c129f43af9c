"""Across tenants: one standard gathered for many tenants at once, as the region or network role reads them."""
