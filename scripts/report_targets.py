"""Put all tables of a run of numbers on one page."""

from pathlib import Path

from latefusion.core.job import job

with job(snakemake.log[0]) as log:
    from latefusion.report.target_page import write_target_report
    from latefusion.report.target_results import TargetSources

    sources = TargetSources(
        dataset=Path(snakemake.input.dataset),
        checks=Path(snakemake.input.checks),
        item_tables=[Path(path) for path in snakemake.input.item_tables],
        evaluation=[Path(path) for path in snakemake.input.evaluation],
        fusion=[Path(path) for path in snakemake.input.fusion if str(path).endswith(".json")],
        models=[Path(path) for path in snakemake.input.models],
    )
    size = write_target_report(sources, snakemake.output.page, snakemake.params.config)
    log.info("%.1f MB", size / 1e6)
