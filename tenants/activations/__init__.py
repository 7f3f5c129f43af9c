"""Which plugins a network approves and a tenant has enabled."""
