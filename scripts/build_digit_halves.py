"""Build the data of `latefusion run --demo` from the digits that scikit-learn brings."""

from pathlib import Path

from latefusion.core.job import job

with job(snakemake.log[0], needs_pandas=True):
    from latefusion.core.seeds import stream
    from latefusion.example_data.digit_halves import build_digit_halves, find_source

    build_digit_halves(
        find_source(),
        Path(snakemake.output.train),
        Path(snakemake.output.test),
        rng=stream(snakemake.params.seed, "digit_halves"),
    )
