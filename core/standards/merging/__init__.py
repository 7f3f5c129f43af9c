"""What becomes of adaptations when a new version is published: they follow, or wait with a proposal."""
