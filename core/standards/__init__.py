"""Standards: what a publisher asks of its network, what units made of it within bounds, and what holds in the end."""
