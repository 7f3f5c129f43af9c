"""What differs between two versions of a standard, and between the network's version and what holds in a tenant."""
