"""Put all tables of a run on one page."""

from pathlib import Path

from latefusion.core.job import job

with job(snakemake.log[0]) as log:
    from latefusion.report.page import write_report
    from latefusion.report.reading import Sources

    sources = Sources(
        dataset=Path(snakemake.input.dataset),
        checks=Path(snakemake.input.checks),
        groups=Path(snakemake.input.groups),
        rankings={
            "Markdown": Path(snakemake.input.ranking_markdown),
            "LaTeX": Path(snakemake.input.ranking_latex),
        },
        item_tables=[Path(path) for path in snakemake.input.item_tables],
        evaluation=[Path(path) for path in snakemake.input.evaluation],
        fusion=[Path(path) for path in snakemake.input.fusion],
        models=[Path(path) for path in snakemake.input.models],
        provenance=[Path(path).with_suffix(".source.json") for path in snakemake.input.item_tables],
        benchmarks=Path(snakemake.params.benchmarks),
    )
    size = write_report(sources, snakemake.output.page, snakemake.params.config)
    log.info("%.1f MB", size / 1e6)
