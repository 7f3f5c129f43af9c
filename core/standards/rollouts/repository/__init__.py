"""SQL of rollouts, and nothing else."""
