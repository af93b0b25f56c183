"""Compare an early view with its additive projection on test items."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    from latefusion.core.seeds import stream
    from latefusion.pipeline.interactions import INTERACTIONS, interactions
    from latefusion.store.models import load_model
    from latefusion.store.samples import read_group_of, read_samples
    from latefusion.store.tables import read_json, write_table

    view, partition = snakemake.wildcards.view, snakemake.params.partition
    rows = read_samples(
        snakemake.input.partition,
        "test",
        snakemake.input.item_tables,
        snakemake.input.features,
        read_json(snakemake.input.dataset),
    )
    table = interactions(
        load_model(snakemake.input.model, snakemake.input.facts),
        rows.X,
        rows.label,
        read_group_of(snakemake.input.groups, rows.item),
        view=view,
        partition=partition,
        rng=stream(snakemake.params.seed, "measure_interactions", partition, view),
    )
    write_table(table, snakemake.output.table, INTERACTIONS)
