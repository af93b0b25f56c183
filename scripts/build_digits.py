"""Build the handwritten digits from the installed package that holds them."""

from pathlib import Path

from latefusion.core.job import job
from latefusion.core.seeds import stream
from latefusion.example_data.digits import build_digits, find_sources

with job(snakemake.log[0]):
    build_digits(
        find_sources(),
        Path(snakemake.output.train),
        Path(snakemake.output.test),
        rng=stream(snakemake.params.seed, "digits"),
    )
