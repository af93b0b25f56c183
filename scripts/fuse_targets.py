"""Fit one rule for numbers in every partition of a protocol, and pool what it says of the test parts."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    from latefusion.fusion.fuse_targets import fuse_targets
    from latefusion.fusion.rule import extend_rules
    from latefusion.fusion.target_inputs import read_target_partitions
    from latefusion.store.tables import write_json, write_table

    params = snakemake.params
    extend_rules(params.rules_path)
    fused = fuse_targets(
        params.rule,
        params.options,
        read_target_partitions(
            params.partitions, params.modalities, snakemake.input, held_out=params.held_out
        ),
        protocol=snakemake.wildcards.protocol,
        seed=params.seed,
    )
    write_table(fused.table, snakemake.output.table, fused.table.schema)
    write_table(fused.out_of_fold, snakemake.output.out_of_fold, fused.out_of_fold.schema)
    write_json(fused.learned, snakemake.output.learned)
