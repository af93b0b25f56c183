"""Predict the numbers of new items with a rule learned on all labelled ones."""

from latefusion.core.job import job

with job(snakemake.log[0]) as log:
    from latefusion.fusion.rule import extend_rules
    from latefusion.learning.learner import extend_learners
    from latefusion.pipeline.predict_targets import predict_targets
    from latefusion.store.csv_export import write_csv
    from latefusion.store.tables import read_json, read_table, write_json

    extend_rules(snakemake.params.rules_path)
    extend_learners(snakemake.params.learners_path)
    rule = read_json(snakemake.input.pipeline)["rule"]
    predicted = predict_targets(
        snakemake.params.modalities,
        snakemake.input,
        read_table(snakemake.input.item_table),
        {rule: snakemake.params.rules[rule]},
        seed=snakemake.params.seed,
        n_jobs=snakemake.threads,
    )
    log.info("%d items predicted by the rule %s", len(predicted.columns["warning"]), predicted.rule)
    write_csv(predicted.columns, snakemake.output.table)
    write_json({"rule": predicted.rule, "learned": predicted.learned}, snakemake.output.learned)
