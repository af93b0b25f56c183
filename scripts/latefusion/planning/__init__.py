"""Configuration, plan, resources, rule catalogue and code digest: Snakemake's side, no arrays."""
