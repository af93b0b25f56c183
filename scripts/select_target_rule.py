"""Choose, inside each partition, the rule for numbers that was best out of fold."""

from latefusion.core.job import job

with job(snakemake.log[0]) as log:
    from latefusion.fusion.fuse_targets import FusedTargets, select_target_rule
    from latefusion.store.tables import read_json, read_table, write_json, write_table

    source = snakemake.input
    chosen = select_target_rule(
        {
            name: FusedTargets(read_table(table), read_table(held_out), read_json(learned))
            for name, table, held_out, learned in zip(
                snakemake.params.candidates, source.tables, source.out_of_fold, source.learned, strict=True
            )
        }
    )
    for partition, made in chosen.learned["partitions"].items():
        log.info("%s: %s", partition, made["chosen"])
    write_table(chosen.table, snakemake.output.table, chosen.table.schema)
    write_table(chosen.out_of_fold, snakemake.output.out_of_fold, chosen.out_of_fold.schema)
    write_json(chosen.learned, snakemake.output.learned)
