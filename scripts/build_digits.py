"""Build the handwritten digits from the installed package that holds them."""

from pathlib import Path

from latefusion.digits import build_digits, find_sources
from latefusion.job import job
from latefusion.seeds import stream

with job(snakemake.log[0]):
    build_digits(
        find_sources(),
        Path(snakemake.output.train),
        Path(snakemake.output.test),
        rng=stream(snakemake.params.seed, "digits"),
    )
