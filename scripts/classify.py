"""Classify items without labels with a rule learned on all labelled ones."""

from latefusion.core.job import job

with job(snakemake.log[0]) as log:
    from latefusion.fusion.quality_columns import quality_names, read_quality
    from latefusion.fusion.rule import extend_rules
    from latefusion.learning.learner import extend_learners
    from latefusion.pipeline.classify import classify, read_modalities
    from latefusion.store.csv_export import write_csv
    from latefusion.store.tables import read_json, read_table, write_json

    extend_rules(snakemake.params.rules_path)
    extend_learners(snakemake.params.learners_path)
    rule = read_json(snakemake.input.pipeline)["rule"]
    rules = {rule: snakemake.params.rules[rule]}
    classified = classify(
        read_modalities(snakemake.params.modalities, snakemake.input),
        read_table(snakemake.input.item_table),
        rules,
        read_quality(quality_names(rules), snakemake.input),
        seed=snakemake.params.seed,
        n_jobs=snakemake.threads,
    )
    log.info("%d items classified by the rule %s", len(classified.columns["class"]), classified.rule)
    write_csv(classified.columns, snakemake.output.table)
    write_json({"rule": classified.rule, "learned": classified.learned}, snakemake.output.learned)
