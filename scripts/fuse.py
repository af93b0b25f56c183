"""Fit one fusion rule in every partition of a protocol, and pool what it says of the test parts."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    from latefusion.fusion.fuse import fuse
    from latefusion.fusion.inputs import read_partition_inputs
    from latefusion.fusion.robustness import ROBUSTNESS
    from latefusion.fusion.rule import extend_rules
    from latefusion.store.tables import write_json, write_table

    extend_rules(snakemake.params.rules_path)
    fused = fuse(
        snakemake.params.rule,
        snakemake.params.options,
        read_partition_inputs(
            snakemake.params.partitions,
            snakemake.params.modalities,
            snakemake.input,
            snakemake.params.quality,
        ),
        protocol=snakemake.wildcards.protocol,
        seed=snakemake.params.seed,
    )
    write_table(fused.table, snakemake.output.table, fused.table.schema)
    write_json(fused.learned, snakemake.output.learned)
    write_table(fused.robustness, snakemake.output.robustness, ROBUSTNESS)
