"""Build the handwritten digits from the installed package that holds them."""

from pathlib import Path

from latefusion.core.job import job

with job(snakemake.log[0], needs_pandas=True):
    from latefusion.core.seeds import stream
    from latefusion.example_data.digits import build_digits, find_sources

    build_digits(
        find_sources(),
        Path(snakemake.output.train),
        Path(snakemake.output.test),
        rng=stream(snakemake.params.seed, "digits"),
    )
