"""Choose the rule for numbers on all labelled items, and note which files predict, with their hashes."""

from latefusion.core.job import job

with job(snakemake.log[0]) as log:
    from pathlib import Path

    from latefusion.fusion.rule import extend_rules
    from latefusion.pipeline.target_pipeline import describe_target_pipeline
    from latefusion.store.tables import write_json

    extend_rules(snakemake.params.rules_path)
    pipeline = describe_target_pipeline(
        snakemake.params.modalities,
        snakemake.input,
        snakemake.params.rules,
        seed=snakemake.params.seed,
        results=Path(snakemake.params.results),
    )
    log.info("chose the rule %s", pipeline["rule"])
    write_json(pipeline, snakemake.output.pipeline)
