"""Previews: what a version would do to every tenant of the network, before it is published."""
