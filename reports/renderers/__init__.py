"""One module per output format; each knows `Document` and its profile, and nothing else."""
