# Needs: the tables of the whole run. Makes: report.html, and what `snakemake --report report.zip` opens with.


report: "../report/workflow.rst"


rule report:
    """Put all tables on one page that needs no network."""
    input:
        dataset="<results>/dataset.json",
        groups="<results>/groups.parquet",
        summary="<results>/summary.csv",
        ranking_markdown="<results>/ranking.md",
        ranking_latex="<results>/ranking.tex",
        checks="<results>/checks.json",
        item_tables=FILES.item_tables,
        evaluation=[
            "<results>/evaluation/leaks.parquet",
            *interactions.tables(CONFIG, PLAN),
            *(
                file
                for protocol in CONFIG["protocols"]
                for file in files.evaluation_tables(protocol)
            ),
        ],
        fusion=[
            file
            for protocol in CONFIG["protocols"]
            for file in FILES.fusion_results(protocol, "json", "robustness.parquet")
        ],
        models=FILES.model_facts(),
    output:
        page=report(
            "<results>/report.html",
            caption="../report/page.rst",
            category="Report",
            labels={"table": "the whole report"},
        ),
    log:
        "<logs>/report.log",
    benchmark:
        "<benchmarks>/report.tsv"
    conda:
        "../../envs/latefusion.yaml"
    resources:
        mem_mb=asks(resources.table_memory_mb, 1000),
        runtime=asks(resources.table_runtime_minutes, 10),
    params:
        config=files.in_any_order(CONFIG),
        # Snakemake fills no path variables into params
        benchmarks=lambda wildcards, output: str(
            Path(output.page).with_name("benchmarks")
        ),
        digest=digest(
            "report",
            more=sorted((PACKAGE / "report" / "templates").iterdir()),
        ),
    script:
        "../../scripts/report.py"
