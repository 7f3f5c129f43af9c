"""SQL of the records feature, and nothing else; every statement names its tenant."""
