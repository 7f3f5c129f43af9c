"""The SQL of standards, and nothing else."""
