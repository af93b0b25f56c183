"""What `make run`, `make resume` and `make prune` do around Snakemake."""
