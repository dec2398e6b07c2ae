"""Past orders, once and behind all else."""
